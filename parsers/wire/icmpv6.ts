// ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861); its options are in icmpv6-options.ts, multicast listeners in icmpv6-listener.ts.
// Surprise: neighbour discovery is IPv6's ARP: its Info carries the addresses, and the options carry the MAC.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ICMP, HAS_INNER, NEXT_ETHERTYPE } from './facts.ts';
import type { FieldNode } from './field.ts';
import { isListenerMessage, LISTENER_FIELDS, listener } from './icmpv6-listener.ts';
import { OPTION_FIELDS, options, preferenceName } from './icmpv6-options.ts';
import type { Protocol } from './protocol.ts';

const AT_CODE = 1;
const AT_CHECKSUM = 2;
const FIXED = 4;
const HEADER = 8;

const UNREACHABLE = 1;
const TOO_BIG = 2;
const TIME_EXCEEDED = 3;
const PARAMETER_PROBLEM = 4;
const ECHO_REQUEST = 128;
const ECHO_REPLY = 129;
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOR_SOLICITATION = 135;
const NEIGHBOR_ADVERTISEMENT = 136;
const REDIRECT = 137;
/** From the type to the options, from the router solicitation on. */
const FIXED_SIZES = [8, 16, 24, 24, 40];

const TYPES: ReadonlyMap<number, string> = new Map([
  [UNREACHABLE, 'Destination Unreachable'],
  [TOO_BIG, 'Packet Too Big'],
  [TIME_EXCEEDED, 'Time Exceeded'],
  [PARAMETER_PROBLEM, 'Parameter Problem'],
  [ECHO_REQUEST, 'Echo (ping) request'],
  [ECHO_REPLY, 'Echo (ping) reply'],
  [130, 'Multicast Listener Query'],
  [131, 'Multicast Listener Report'],
  [132, 'Multicast Listener Done'],
  [ROUTER_SOLICITATION, 'Router Solicitation'],
  [ROUTER_ADVERTISEMENT, 'Router Advertisement'],
  [NEIGHBOR_SOLICITATION, 'Neighbor Solicitation'],
  [NEIGHBOR_ADVERTISEMENT, 'Neighbor Advertisement'],
  [REDIRECT, 'Redirect'],
  [143, 'Multicast Listener Report Message v2'],
]);

const UNREACHABLE_CODES = [
  'no route to destination',
  'Administratively prohibited',
  'Beyond scope of source address',
  'Address unreachable',
  'Port unreachable',
  'Source address failed ingress/egress policy',
  'Reject route to destination',
];
const TIME_CODES = ['hop limit exceeded in transit', 'fragment reassembly time exceeded'];
const PARAMETER_CODES = [
  'erroneous header field encountered',
  'unrecognized Next Header type encountered',
  'unrecognized IPv6 option encountered',
];

function codeName(type: number, code: number): string {
  if (type === UNREACHABLE) return ` (${UNREACHABLE_CODES[code] ?? 'Unknown'})`;
  if (type === TIME_EXCEEDED) return ` (${TIME_CODES[code] ?? 'Unknown'})`;
  if (type === PARAMETER_PROBLEM) return ` (${PARAMETER_CODES[code] ?? 'Unknown'})`;
  return '';
}

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_ICMP;
  if (!facts.has(FIXED)) return true;
  const type = facts.view.getUint8(facts.at);
  facts.window = (type << 8) | facts.view.getUint8(facts.at + AT_CODE);
  if (type <= PARAMETER_PROBLEM) facts.layers |= HAS_INNER;
  else if (type === ECHO_REQUEST || type === ECHO_REPLY) {
    if (facts.has(HEADER)) facts.seq = facts.view.getUint32(facts.at + 4);
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('ICMPv6', '');
  const layer = d.layer('icmpv6', 'Internet Control Message Protocol v6', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, FIXED, 'icmpv6')) return;
  const { view } = d;
  const type = view.getUint8(at);
  const code = view.getUint8(at + AT_CODE);
  const name = TYPES.get(type) ?? 'Unknown';
  d.node(layer, 'icmpv6.type', `Type: ${name} (${type})`, String(type), at, 1);
  d.node(layer, 'icmpv6.code', `Code: ${code}${codeName(type, code)}`, String(code), at + AT_CODE, 1);
  d.hex(layer, 'icmpv6.checksum', 'Checksum', view.getUint16(at + AT_CHECKSUM), 4, at + AT_CHECKSUM, 2);
  d.setProtocol('ICMPv6', `${name}${codeName(type, code)}`);
  if (type <= PARAMETER_PROBLEM) quoted(d, layer, at, type);
  else if (type === ECHO_REQUEST || type === ECHO_REPLY) echo(d, layer, at, name);
  else if (type >= ROUTER_SOLICITATION && type <= REDIRECT) discovery(d, layer, at, type, name);
  else if (isListenerMessage(type)) listener(d, layer, at, type);
}

function quoted(d: Dissection, layer: FieldNode, at: number, type: number): void {
  if (!d.needAt(at, HEADER, 'icmpv6')) return;
  if (type === TOO_BIG) d.field(layer, 'icmpv6.mtu', 'MTU', d.view.getUint32(at + 4), at + 4, 4);
  layer.length = HEADER;
  d.locked = true;
  d.at = at + HEADER;
  if (d.at >= d.end) return;
  d.next = NEXT_ETHERTYPE;
  d.nextKey = 0x86dd;
}

function echo(d: Dissection, layer: FieldNode, at: number, name: string): void {
  if (!d.needAt(at, HEADER, 'icmpv6')) return;
  const id = d.view.getUint16(at + 4);
  const sequence = d.view.getUint16(at + 6);
  d.hex(layer, 'icmpv6.echo.identifier', 'Identifier', id, 4, at + 4, 2);
  d.field(layer, 'icmpv6.echo.sequence_number', 'Sequence', sequence, at + 6, 2);
  const request = d.locked || d.flow?.requestNo == null ? '' : ` (request in ${d.flow.requestNo})`;
  d.setProtocol('ICMPv6', `${name} id=${hexText(id, 4)}, seq=${sequence}, hop limit=${d.ttl}${request}`);
}

function discovery(d: Dissection, layer: FieldNode, at: number, type: number, name: string): void {
  const fixed = FIXED_SIZES[type - ROUTER_SOLICITATION] ?? HEADER;
  if (!d.needAt(at, fixed, 'icmpv6')) return;
  const { view } = d;
  const flags = view.getUint8(at + 4);
  let info = name;
  if (type === ROUTER_ADVERTISEMENT) routerAdvertisement(d, layer, at);
  else if (type === NEIGHBOR_ADVERTISEMENT) {
    const node = d.hex(layer, 'icmpv6.nd.na.flag', 'Flags', view.getUint32(at + 4), 8, at + 4, 4);
    d.bit(node, 'icmpv6.nd.na.flag.r', 'Router', (flags & 0x80) !== 0, at + 4, 4);
    d.bit(node, 'icmpv6.nd.na.flag.s', 'Solicited', (flags & 0x40) !== 0, at + 4, 4);
    d.bit(node, 'icmpv6.nd.na.flag.o', 'Override', (flags & 0x20) !== 0, at + 4, 4);
    d.field(layer, 'icmpv6.nd.na.target_address', 'Target Address', d.ipv6(at + 8), at + 8, 16);
    info = `${name} ${d.ipv6(at + 8)} (${advertised(flags)})`;
  } else if (type === NEIGHBOR_SOLICITATION) {
    d.field(layer, 'icmpv6.nd.ns.target_address', 'Target Address', d.ipv6(at + 8), at + 8, 16);
    info = `${name} for ${d.ipv6(at + 8)}`;
  } else if (type === REDIRECT) {
    d.field(layer, 'icmpv6.nd.rd.target_address', 'Target Address', d.ipv6(at + 8), at + 8, 16);
    d.field(layer, 'icmpv6.rd.na.destination_address', 'Destination Address', d.ipv6(at + 24), at + 24, 16);
  }
  d.setProtocol('ICMPv6', info + options(d, layer, at + fixed));
}

function routerAdvertisement(d: Dissection, layer: FieldNode, at: number): void {
  const { view } = d;
  const flags = view.getUint8(at + 5);
  d.field(layer, 'icmpv6.nd.ra.cur_hop_limit', 'Cur hop limit', view.getUint8(at + 4), at + 4, 1);
  const node = d.hex(layer, 'icmpv6.nd.ra.flag', 'Flags', flags, 2, at + 5, 1);
  d.bit(node, 'icmpv6.nd.ra.flag.m', 'Managed address configuration', (flags & 0x80) !== 0, at + 5, 1);
  d.bit(node, 'icmpv6.nd.ra.flag.o', 'Other configuration', (flags & 0x40) !== 0, at + 5, 1);
  d.bit(node, 'icmpv6.nd.ra.flag.h', 'Home Agent', (flags & 0x20) !== 0, at + 5, 1);
  const preference = (flags >> 3) & 3;
  const label = `Prf (Default Router Preference): ${preferenceName(preference)} (${preference})`;
  d.node(node, 'icmpv6.nd.ra.flag.prf', label, String(preference), at + 5, 1);
  d.bit(node, 'icmpv6.nd.ra.flag.p', 'Proxy', (flags & 4) !== 0, at + 5, 1);
  d.field(layer, 'icmpv6.nd.ra.router_lifetime', 'Router lifetime (s)', view.getUint16(at + 6), at + 6, 2);
  d.field(layer, 'icmpv6.nd.ra.reachable_time', 'Reachable time (ms)', view.getUint32(at + 8), at + 8, 4);
  d.field(layer, 'icmpv6.nd.ra.retrans_timer', 'Retrans timer (ms)', view.getUint32(at + 12), at + 12, 4);
}

function advertised(flags: number): string {
  const names: string[] = [];
  if ((flags & 0x80) !== 0) names.push('rtr');
  if ((flags & 0x40) !== 0) names.push('sol');
  if ((flags & 0x20) !== 0) names.push('ovr');
  return names.length === 0 ? 'none' : names.join(', ');
}

export const protocol: Protocol = {
  filter: 'icmpv6',
  name: 'Internet Control Message Protocol v6',
  attach: { ipProtocols: [58] },
  fields: [
    { name: 'icmpv6.type', kind: 'uint' },
    { name: 'icmpv6.code', kind: 'uint' },
    { name: 'icmpv6.checksum', kind: 'uint', bits: [16, 16] },
    { name: 'icmpv6.mtu', kind: 'uint' },
    { name: 'icmpv6.echo.identifier', kind: 'uint' },
    { name: 'icmpv6.echo.sequence_number', kind: 'uint' },
    { name: 'icmpv6.nd.na.flag.r', kind: 'bool' },
    { name: 'icmpv6.nd.na.flag.s', kind: 'bool' },
    { name: 'icmpv6.nd.na.flag.o', kind: 'bool' },
    { name: 'icmpv6.nd.na.target_address', kind: 'ipv6' },
    { name: 'icmpv6.nd.ns.target_address', kind: 'ipv6' },
    { name: 'icmpv6.nd.na.flag', kind: 'uint' },
    { name: 'icmpv6.nd.rd.target_address', kind: 'ipv6' },
    { name: 'icmpv6.rd.na.destination_address', kind: 'ipv6' },
    { name: 'icmpv6.nd.ra.cur_hop_limit', kind: 'uint' },
    { name: 'icmpv6.nd.ra.flag', kind: 'uint' },
    { name: 'icmpv6.nd.ra.flag.m', kind: 'bool' },
    { name: 'icmpv6.nd.ra.flag.o', kind: 'bool' },
    { name: 'icmpv6.nd.ra.flag.h', kind: 'bool' },
    { name: 'icmpv6.nd.ra.flag.prf', kind: 'uint' },
    { name: 'icmpv6.nd.ra.flag.p', kind: 'bool' },
    { name: 'icmpv6.nd.ra.router_lifetime', kind: 'uint' },
    { name: 'icmpv6.nd.ra.reachable_time', kind: 'uint' },
    { name: 'icmpv6.nd.ra.retrans_timer', kind: 'uint' },
    ...OPTION_FIELDS,
    ...LISTENER_FIELDS,
  ],
  index,
  dissect,
};
