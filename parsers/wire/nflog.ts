// Linux NFLOG (LINKTYPE 239): what iptables' or nftables' log targets handed to userspace, as a list of attributes.
// Surprise: the head is in network order, the attributes in that of the machine that captured; one of them is the packet.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 4;
const PREFIX = 10;
const PAYLOAD = 9;
const MAX_ATTRIBUTES = 64;

function etherTypeOf(family: number): number {
  if (family === 2) return 0x0800;
  return family === 10 ? 0x86dd : 0;
}

/** The order of the attributes: little-endian unless the first one only makes sense the other way round. */
function isLittle(view: DataView, at: number, end: number): boolean {
  if (at + 4 > end) return true;
  const little = view.getUint16(at, true);
  return little >= 4 && little <= 0x100 ? true : view.getUint16(at) > 0x100 || view.getUint16(at) < 4;
}

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const { view, at, end } = facts;
  const type = etherTypeOf(view.getUint8(at));
  const little = isLittle(view, at + HEADER, end);
  let from = at + HEADER;
  for (let i = 0; i < MAX_ATTRIBUTES && from + 4 <= end; i++) {
    const size = view.getUint16(from, little);
    if (size < 4) break;
    if (view.getUint16(from + 2, little) === PAYLOAD) {
      facts.at = from + 4;
      facts.wireEnd = Math.min(facts.wireEnd, from + size);
      facts.end = Math.min(facts.end, facts.wireEnd);
      if (type === 0 || facts.at >= facts.end) return true;
      facts.next = NEXT_ETHERTYPE;
      facts.nextKey = type;
      return true;
    }
    from += (size + 3) & ~3;
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('NFLOG', '');
  const layer = d.layer('nflog', 'Linux Netfilter NFLOG', at, d.left);
  if (!d.need(HEADER, 'nflog')) {
    d.at = d.end;
    return;
  }
  const { view, end } = d;
  const family = view.getUint8(at);
  d.field(layer, 'nflog.family', 'Family', family, at, 1);
  d.field(layer, 'nflog.version', 'Version', view.getUint8(at + 1), at + 1, 1);
  d.field(layer, 'nflog.res_id', 'Resource id', view.getUint16(at + 2), at + 2, 2);
  const little = isLittle(view, at + HEADER, end);
  let from = at + HEADER;
  d.at = end;
  for (let i = 0; i < MAX_ATTRIBUTES && from + 4 <= end; i++) {
    const size = view.getUint16(from, little);
    const type = view.getUint16(from + 2, little);
    if (size < 4) break;
    const node = d.node(layer, 'nflog.tlv', `TLV Type: ${type}, Length: ${size}`, null, from, size);
    d.field(node, 'nflog.tlv_length', 'Length', size, from, 2);
    d.field(node, 'nflog.tlv_type', 'Type', type, from + 2, 2);
    if (type === PREFIX && from + size <= end) {
      const zero = d.bytes.indexOf(0, from + 4);
      const stop = zero < 0 || zero > from + size ? from + size : zero;
      const text = String.fromCharCode(...d.bytes.subarray(from + 4, Math.min(stop, from + 260)));
      d.field(node, 'nflog.prefix', 'Prefix', text, from + 4, size - 4);
    }
    if (type === PAYLOAD) {
      layer.length = from + 4 - at;
      d.at = from + 4;
      d.wireEnd = Math.min(d.wireEnd, from + size);
      d.end = Math.min(d.end, d.wireEnd);
      d.nextKey = etherTypeOf(family);
      if (d.nextKey !== 0 && d.left > 0) d.next = NEXT_ETHERTYPE;
      return;
    }
    from += (size + 3) & ~3;
  }
}

export const protocol: Protocol = {
  filter: 'nflog',
  name: 'Linux Netfilter NFLOG',
  attach: { linkTypes: [239] },
  fields: [
    { name: 'nflog.family', kind: 'uint' },
    { name: 'nflog.version', kind: 'uint' },
    { name: 'nflog.res_id', kind: 'uint' },
    { name: 'nflog.tlv', kind: 'none' },
    { name: 'nflog.tlv_length', kind: 'uint' },
    { name: 'nflog.tlv_type', kind: 'uint' },
    { name: 'nflog.prefix', kind: 'text' },
  ],
  index,
  dissect,
};
