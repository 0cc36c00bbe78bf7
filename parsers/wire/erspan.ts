// ERSPAN type II (draft-foschiano-erspan): a mirrored Ethernet frame in GRE, after a header of eight bytes.
// Surprise: type I has no header at all; GRE tells the two apart by its sequence number.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, HAS_INNER, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 8;
const TRANSPARENT_ETHERNET = 0x6558;

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_INNER;
  if (!facts.has(HEADER)) return true;
  const version = facts.view.getUint8(facts.at) >> 4;
  facts.at += HEADER;
  if (version !== 1) return true;
  facts.next = NEXT_ETHERTYPE;
  facts.nextKey = TRANSPARENT_ETHERNET;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const name = 'Encapsulated Remote Switch Packet ANalysis';
  d.setProtocol('ERSPAN', '');
  if (!d.need(HEADER, 'erspan')) {
    d.layer('erspan', name, at, d.left);
    d.at = d.end;
    return;
  }
  const layer = d.layer('erspan', `${name} Type II`, at, HEADER);
  const first = d.view.getUint16(at);
  const second = d.view.getUint16(at + 2);
  const version = first >> 12;
  d.field(layer, 'erspan.version', 'Version', version, at, 2);
  d.at = at + HEADER;
  if (version !== 1) {
    d.setProtocol('ERSPAN', 'Unknown version, only type II is read');
    return;
  }
  d.field(layer, 'erspan.vlan', 'Vlan', first & 0xfff, at, 2);
  d.field(layer, 'erspan.cos', 'COS', second >> 13, at + 2, 2);
  d.field(layer, 'erspan.encap', 'Encap', (second >> 11) & 3, at + 2, 2);
  d.bit(layer, 'erspan.truncated', 'Truncated', (second & 0x400) !== 0, at + 2, 2);
  d.field(layer, 'erspan.spanid', 'SpanID', second & 0x3ff, at + 2, 2);
  d.field(layer, 'erspan.index', 'Index', d.view.getUint32(at + 4) & 0xfffff, at + 4, 4);
  d.next = NEXT_ETHERTYPE;
  d.nextKey = TRANSPARENT_ETHERNET;
}

export const protocol: Protocol = {
  filter: 'erspan',
  name: 'Encapsulated Remote Switch Packet ANalysis',
  attach: { etherTypes: [0x88be] },
  fields: [
    { name: 'erspan.version', kind: 'uint' },
    { name: 'erspan.vlan', kind: 'uint' },
    { name: 'erspan.cos', kind: 'uint' },
    { name: 'erspan.encap', kind: 'uint' },
    { name: 'erspan.truncated', kind: 'bool' },
    { name: 'erspan.spanid', kind: 'uint' },
    { name: 'erspan.index', kind: 'uint' },
  ],
  index,
  dissect,
};
