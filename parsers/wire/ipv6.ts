// IPv6 (RFC 8200) with its extension headers: hop-by-hop, routing, fragment, destination options.
// Surprise: extension headers are a chain of any length; it is bounded here, and a payload length of 0 means a jumbogram or TSO.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_INNER, HAS_IPV4, HAS_IPV6, HAS_ISSUE, NEXT_IP_PROTOCOL } from './facts.ts';
import type { FieldNode } from './field.ts';
import { fragmentFields, joined } from './fragments.ts';
import { ipProtocolName } from './ip-protocol.ts';
import type { Protocol } from './protocol.ts';

const AT_PAYLOAD = 4;
const AT_NEXT = 6;
const AT_HOP_LIMIT = 7;
const AT_SRC = 8;
const AT_DST = 24;
const HEADER = 40;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;
const MAX_EXTENSIONS = 16;

const EXTENSION_NAMES: ReadonlyMap<number, { filter: string; label: string }> = new Map([
  [HOP_BY_HOP, { filter: 'ipv6.hopopts', label: 'IPv6 Hop-by-Hop Option' }],
  [ROUTING, { filter: 'ipv6.routing', label: 'Routing Header for IPv6' }],
  [FRAGMENT, { filter: 'ipv6.fraghdr', label: 'Fragment Header for IPv6' }],
  [DESTINATION, { filter: 'ipv6.dstopts', label: 'Destination Options for IPv6' }],
]);

function isExtension(next: number): boolean {
  return next === HOP_BY_HOP || next === ROUTING || next === FRAGMENT || next === DESTINATION;
}

/** Bytes of an extension header whose second byte is `second`. */
function extensionLength(kind: number, second: number): number {
  return kind === FRAGMENT ? 8 : (second + 1) * 8;
}

function index(facts: FrameFacts): boolean {
  const isInner = (facts.layers & (HAS_IPV4 | HAS_IPV6)) !== 0;
  if (isInner) facts.layers |= HAS_INNER;
  const { view, at } = facts;
  if (at >= facts.end || view.getUint8(at) >> 4 !== 6) {
    facts.layers |= HAS_ISSUE;
    return true;
  }
  if (!facts.has(HEADER)) return true;
  if (isInner) facts.enterIp(HAS_IPV6);
  else facts.layers |= HAS_IPV6;
  facts.ipAt = at - facts.start;
  facts.ipDepth += 1;
  facts.srcA = view.getUint32(at + AT_SRC);
  facts.srcB = view.getUint32(at + AT_SRC + 4);
  facts.srcC = view.getUint32(at + AT_SRC + 8);
  facts.srcD = view.getUint32(at + AT_SRC + 12);
  facts.dstA = view.getUint32(at + AT_DST);
  facts.dstB = view.getUint32(at + AT_DST + 4);
  facts.dstC = view.getUint32(at + AT_DST + 8);
  facts.dstD = view.getUint32(at + AT_DST + 12);
  let next = view.getUint8(at + AT_NEXT);
  const payload = view.getUint16(at + AT_PAYLOAD);
  if (payload !== 0) {
    facts.wireEnd = Math.min(facts.wireEnd, at + HEADER + payload);
    facts.end = Math.min(facts.end, facts.wireEnd);
  }
  facts.at = at + HEADER;
  for (let i = 0; i < MAX_EXTENSIONS && isExtension(next); i++) {
    facts.ipProtocol = next;
    if (!facts.has(2)) return true;
    const size = extensionLength(next, view.getUint8(facts.at + 1));
    if (!facts.has(size)) return true;
    const place = next === FRAGMENT ? view.getUint16(facts.at + 2) & 0xfff9 : 0;
    const ident = place === 0 ? 0 : view.getUint32(facts.at + 4);
    next = view.getUint8(facts.at);
    facts.at += size;
    if (place !== 0) {
      facts.ipProtocol = next;
      facts.fragmentOffset = place & 0xfff8;
      facts.fragmentId = ident;
      facts.moreFragments = (place & 1) !== 0;
      facts.payloadLength = Math.max(0, facts.wireEnd - facts.at);
      return true;
    }
  }
  facts.ipProtocol = next;
  facts.payloadLength = Math.max(0, facts.wireEnd - facts.at);
  if (isExtension(next)) {
    facts.layers |= HAS_ISSUE;
    return true;
  }
  facts.next = NEXT_IP_PROTOCOL;
  facts.nextKey = next;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  if (d.left > 0 && view.getUint8(at) >> 4 !== 6) {
    const version = view.getUint8(at) >> 4;
    d.layer('ipv6', 'Internet Protocol Version 6', at, d.left);
    d.malformed('ipv6', at, `The version field says ${version}, not 6.`);
    if (d.columns.protocol === '0x86dd') d.setProtocol('0x86dd', 'IPv6');
    else d.setProtocol('IPv6', `Bogus IPv6 version (${version}, must be 6)`);
    d.at = d.end;
    return;
  }
  d.setProtocol('IPv6', '');
  if (!d.need(HEADER, 'ipv6')) {
    d.layer('ipv6', 'Internet Protocol Version 6', at, d.left);
    if (d.wireEnd <= d.end) {
      d.setProtocol('IPv6', `Invalid IPv6 header (${d.left} bytes, need exactly 40)`);
      d.isMalformed = true;
    }
    if (d.left >= AT_DST) d.setAddresses(d.ipv6(at + AT_SRC), d.columns.destination);
    d.at = d.end;
    return;
  }
  const src = d.ipv6(at + AT_SRC);
  const dst = d.ipv6(at + AT_DST);
  const word = view.getUint32(at);
  const payload = view.getUint16(at + AT_PAYLOAD);
  const next = view.getUint8(at + AT_NEXT);
  d.setAddresses(src, dst);
  d.ttl = view.getUint8(at + AT_HOP_LIMIT);
  if (payload !== 0) {
    d.wireEnd = Math.min(d.wireEnd, at + HEADER + payload);
    d.end = Math.min(d.end, d.wireEnd);
  }
  const layer = d.layer('ipv6', `Internet Protocol Version 6, Src: ${src}, Dst: ${dst}`, at, HEADER);
  d.node(layer, 'ipv6.version', 'Version: 6', '6', at, 1);
  const traffic = (word >>> 20) & 0xff;
  const trafficNode = d.hex(layer, 'ipv6.tclass', 'Traffic Class', traffic, 8, at, 4);
  d.field(trafficNode, 'ipv6.tclass.dscp', 'Differentiated Services Codepoint', traffic >> 2, at, 4);
  d.field(trafficNode, 'ipv6.tclass.ecn', 'Explicit Congestion Notification', traffic & 3, at, 4);
  d.hex(layer, 'ipv6.flow', 'Flow Label', word & 0xfffff, 6, at, 4);
  d.field(layer, 'ipv6.plen', 'Payload Length', payload, at + AT_PAYLOAD, 2);
  d.node(layer, 'ipv6.nxt', `Next Header: ${ipProtocolName(next)} (${next})`, String(next), at + AT_NEXT, 1);
  d.field(layer, 'ipv6.hlim', 'Hop Limit', d.ttl, at + AT_HOP_LIMIT, 1);
  d.field(layer, 'ipv6.src', 'Source Address', src, at + AT_SRC, 16);
  d.field(layer, 'ipv6.dst', 'Destination Address', dst, at + AT_DST, 16);
  d.at = at + HEADER;
  extensions(d, layer, next);
}

function extensions(d: Dissection, layer: FieldNode, first: number): void {
  const { view } = d;
  let next = first;
  for (let i = 0; i < MAX_EXTENSIONS && isExtension(next); i++) {
    const at = d.at;
    if (!d.need(2, 'ipv6')) return;
    const size = extensionLength(next, view.getUint8(at + 1));
    if (!d.need(size, 'ipv6')) return;
    const names = EXTENSION_NAMES.get(next);
    const node = d.node(layer, names?.filter ?? null, names?.label ?? '', null, at, size);
    const following = view.getUint8(at);
    d.node(
      node,
      `${names?.filter ?? 'ipv6'}.nxt`,
      `Next Header: ${ipProtocolName(following)} (${following})`,
      String(following),
      at,
      1,
    );
    const isFragmentHeader = next === FRAGMENT;
    d.at = at + size;
    next = following;
    if (isFragmentHeader && fragment(d, node, at, following) && !joined(d, layer, 'ipv6', 'IPv6')) return;
  }
  const known = next === 59 ? 'IPv6 no next header' : `Unknown IP Protocol: ${ipProtocolName(next)} (${next})`;
  d.setProtocol('IPv6', known);
  if (isExtension(next)) {
    d.malformed('ipv6', d.at, `More than ${MAX_EXTENSIONS} extension headers.`);
    return;
  }
  d.next = NEXT_IP_PROTOCOL;
  d.nextKey = next;
}

/** Adds the fragment fields; true when this is a part of a datagram, which is not read on. */
function fragment(d: Dissection, node: FieldNode, at: number, next: number): boolean {
  const bits = d.view.getUint16(at + 2);
  const ident = d.view.getUint32(at + 4);
  const offset = bits & 0xfff8;
  const more = (bits & 1) !== 0;
  d.node(node, 'ipv6.fraghdr.offset', `Offset: ${offset / 8} (${offset} bytes)`, String(offset / 8), at + 2, 2);
  d.bit(node, 'ipv6.fraghdr.more', 'More Fragments', more, at + 2, 2);
  d.hex(node, 'ipv6.fraghdr.ident', 'Identification', ident, 8, at + 4, 4);
  if (offset === 0 && !more) return false;
  d.setProtocol(
    'IPv6',
    `IPv6 fragment (off=${offset} more=${more ? 'y' : 'n'} ident=${hexText(ident, 8)} nxt=${next})`,
  );
  return true;
}

export const protocol: Protocol = {
  filter: 'ipv6',
  name: 'Internet Protocol Version 6',
  attach: { etherTypes: [0x86dd], ipProtocols: [41] },
  fields: [
    { name: 'ipv6.version', kind: 'uint' },
    { name: 'ipv6.tclass', kind: 'uint', bits: [4, 8] },
    { name: 'ipv6.tclass.dscp', kind: 'uint', bits: [4, 6] },
    { name: 'ipv6.tclass.ecn', kind: 'uint', bits: [10, 2] },
    { name: 'ipv6.flow', kind: 'uint', bits: [12, 20] },
    { name: 'ipv6.plen', kind: 'uint', bits: [32, 16] },
    { name: 'ipv6.nxt', kind: 'uint', bits: [48, 8] },
    { name: 'ipv6.hlim', kind: 'uint', bits: [56, 8] },
    { name: 'ipv6.src', kind: 'ipv6' },
    { name: 'ipv6.dst', kind: 'ipv6' },
    { name: 'ipv6.addr', kind: 'ipv6', either: ['ipv6.src', 'ipv6.dst'] },
    ...fragmentFields('ipv6'),
    { name: 'ipv6.hopopts', kind: 'none' },
    { name: 'ipv6.hopopts.nxt', kind: 'uint' },
    { name: 'ipv6.routing', kind: 'none' },
    { name: 'ipv6.routing.nxt', kind: 'uint' },
    { name: 'ipv6.dstopts', kind: 'none' },
    { name: 'ipv6.dstopts.nxt', kind: 'uint' },
    { name: 'ipv6.fraghdr', kind: 'none' },
    { name: 'ipv6.fraghdr.nxt', kind: 'uint' },
    { name: 'ipv6.fraghdr.offset', kind: 'uint' },
    { name: 'ipv6.fraghdr.more', kind: 'bool' },
    { name: 'ipv6.fraghdr.ident', kind: 'uint' },
  ],
  index,
  dissect,
};
