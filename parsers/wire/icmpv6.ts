// ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861) and multicast listener messages by name (RFC 2710, 3810).
// Surprise: neighbour discovery is IPv6's ARP: its Info carries the addresses, and the options carry the MAC.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ICMP, HAS_INNER, NEXT_ETHERTYPE } from './facts.ts';
import type { FieldNode } from './field.ts';
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
const SOURCE_MAC = 1;
const TARGET_MAC = 2;

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
  [137, 'Redirect'],
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
  else if (type >= ROUTER_SOLICITATION && type <= NEIGHBOR_ADVERTISEMENT) discovery(d, layer, at, type, name);
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
  const fixed = type === ROUTER_SOLICITATION ? 8 : type === ROUTER_ADVERTISEMENT ? 16 : 24;
  if (!d.needAt(at, fixed, 'icmpv6')) return;
  const isNeighbor = type === NEIGHBOR_SOLICITATION || type === NEIGHBOR_ADVERTISEMENT;
  const target = isNeighbor ? d.ipv6(at + 8) : '';
  const flags = d.view.getUint8(at + 4);
  if (type === NEIGHBOR_ADVERTISEMENT) {
    d.bit(layer, 'icmpv6.nd.na.flag.r', 'Router', (flags & 0x80) !== 0, at + 4, 4);
    d.bit(layer, 'icmpv6.nd.na.flag.s', 'Solicited', (flags & 0x40) !== 0, at + 4, 4);
    d.bit(layer, 'icmpv6.nd.na.flag.o', 'Override', (flags & 0x20) !== 0, at + 4, 4);
    d.field(layer, 'icmpv6.nd.na.target_address', 'Target Address', target, at + 8, 16);
  } else if (type === NEIGHBOR_SOLICITATION)
    d.field(layer, 'icmpv6.nd.ns.target_address', 'Target Address', target, at + 8, 16);
  const mac = options(d, layer, at + fixed);
  let info = name;
  if (type === NEIGHBOR_SOLICITATION) info = `${name} for ${target}`;
  else if (type === NEIGHBOR_ADVERTISEMENT) info = `${name} ${target}${advertised(flags)}`;
  if (mac !== null) info += type === NEIGHBOR_ADVERTISEMENT ? ` is at ${mac}` : ` from ${mac}`;
  d.setProtocol('ICMPv6', info);
}

function advertised(flags: number): string {
  const names: string[] = [];
  if ((flags & 0x80) !== 0) names.push('rtr');
  if ((flags & 0x40) !== 0) names.push('sol');
  if ((flags & 0x20) !== 0) names.push('ovr');
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}

/** Adds the options; answers the link-layer address of the first one that has it. */
function options(d: Dissection, layer: FieldNode, from: number): string | null {
  let mac: string | null = null;
  for (let at = from; at + 2 <= d.end; ) {
    const type = d.view.getUint8(at);
    const size = d.view.getUint8(at + 1) * 8;
    if (size === 0) {
      d.malformed('icmpv6', at + 1, 'A neighbour discovery option has length 0.');
      break;
    }
    if (!d.needAt(at, size, 'icmpv6')) break;
    if (type === SOURCE_MAC || type === TARGET_MAC) {
      const text = d.mac(at + 2);
      const which = type === SOURCE_MAC ? 'Source' : 'Target';
      const node = d.node(layer, 'icmpv6.opt', `ICMPv6 Option (${which} link-layer address : ${text})`, null, at, size);
      d.field(node, 'icmpv6.opt.linkaddr', 'Link-layer address', text, at + 2, 6);
      mac ??= text;
    } else d.node(layer, 'icmpv6.opt', `ICMPv6 Option (${type})`, null, at, size);
    at += size;
  }
  return mac;
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
    { name: 'icmpv6.opt', kind: 'none' },
    { name: 'icmpv6.opt.linkaddr', kind: 'mac' },
  ],
  index,
  dissect,
};
