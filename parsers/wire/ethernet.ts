// Ethernet II frames (IEEE 802.3 clause 3). Attached to link type 1, and to the payload of tunnels as "transparent Ethernet".
// Surprise: a type field of 1500 or less is a length (802.3), and LLC follows; what lies beyond the length is padding.

import { type Dissection, hexText, macName } from './dissection.ts';
import { etherTypeName } from './ethertype.ts';
import { type FrameFacts, LLC, NEXT_ETHERTYPE, NEXT_LLC } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_DST = 0;
const AT_SRC = 6;
const AT_TYPE = 12;
const HEADER = 14;
const MAX_LENGTH_FIELD = 1500;
const MIN_TYPE = 1536;

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const type = facts.view.getUint16(facts.at + AT_TYPE);
  facts.at += HEADER;
  if (type <= MAX_LENGTH_FIELD) {
    facts.wireEnd = Math.min(facts.wireEnd, facts.at + type);
    facts.end = Math.min(facts.end, facts.wireEnd);
    facts.next = NEXT_LLC;
    facts.nextKey = LLC;
  } else if (type >= MIN_TYPE) {
    facts.next = NEXT_ETHERTYPE;
    facts.nextKey = type;
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  if (!d.need(HEADER, 'ethernet')) {
    d.setProtocol('Ethernet', '');
    d.layer('eth', 'Ethernet', at, d.left);
    d.at = d.end;
    return;
  }
  const dst = d.mac(at + AT_DST);
  const src = d.mac(at + AT_SRC);
  const type = d.view.getUint16(at + AT_TYPE);
  const isLength = type <= MAX_LENGTH_FIELD;
  const kind = isLength ? 'IEEE 802.3 Ethernet' : 'Ethernet II';
  const layer = d.layer('eth', isLength ? kind : `${kind}, Src: ${src}, Dst: ${dst}`, at, HEADER);
  address(d, 'eth.dst', 'Destination', dst, at + AT_DST, layer);
  address(d, 'eth.src', 'Source', src, at + AT_SRC, layer);
  d.setAddresses(macName(src), macName(dst));
  d.linkSource = src;
  d.at = at + HEADER;
  if (isLength) {
    d.field(layer, 'eth.len', 'Length', type, at + AT_TYPE, 2);
    d.wireEnd = Math.min(d.wireEnd, d.at + type);
    d.end = Math.min(d.end, d.wireEnd);
    d.next = NEXT_LLC;
    d.nextKey = LLC;
    return;
  }
  if (type < MIN_TYPE) {
    d.setProtocol('Ethernet', `Ethernet Unknown: Invalid length/type: ${hexText(type, 4)} (${type})`);
    return;
  }
  d.node(layer, 'eth.type', `Type: ${etherTypeName(type)} (${hexText(type, 4)})`, hexText(type, 4), at + AT_TYPE, 2);
  d.setProtocol(hexText(type, 4), 'Ethernet II');
  d.next = NEXT_ETHERTYPE;
  d.nextKey = type;
}

function address(
  d: Dissection,
  filter: string,
  name: string,
  mac: string,
  at: number,
  layer: ReturnType<Dissection['layer']>,
): void {
  const node = d.field(layer, filter, name, mac, at, 6);
  const first = d.bytes[at] ?? 0;
  const local = (first & 2) !== 0;
  const group = (first & 1) !== 0;
  d.node(
    node,
    'eth.lg',
    `LG bit: ${local ? 'Locally administered address' : 'Globally unique address'}`,
    local ? '1' : '0',
    at,
    3,
  );
  d.node(
    node,
    'eth.ig',
    `IG bit: ${group ? 'Group address (multicast/broadcast)' : 'Individual address (unicast)'}`,
    group ? '1' : '0',
    at,
    3,
  );
}

export const protocol: Protocol = {
  filter: 'eth',
  name: 'Ethernet',
  attach: { linkTypes: [1], etherTypes: [0x6558] },
  fields: [
    { name: 'eth.dst', kind: 'mac', bits: [0, 48] },
    { name: 'eth.src', kind: 'mac', bits: [48, 48] },
    { name: 'eth.addr', kind: 'mac', either: ['eth.src', 'eth.dst'] },
    { name: 'eth.type', kind: 'uint' },
    { name: 'eth.len', kind: 'uint' },
    { name: 'eth.lg', kind: 'bool' },
    { name: 'eth.ig', kind: 'bool' },
  ],
  index,
  dissect,
};
