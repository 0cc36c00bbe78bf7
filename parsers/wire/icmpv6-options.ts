// Options of neighbour discovery (RFC 4861, 4191, 8106): link-layer addresses, prefixes, MTU, routes, DNS servers and search list.
// Surprise: lengths count eight bytes; a prefix in a route option may be cut to the bytes it needs.
import { ipText } from '../core/address.ts';
import { asciiText, type Dissection, hexBytes, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';

const SOURCE_MAC = 1;
const TARGET_MAC = 2;
const PREFIX = 3;
const MTU = 5;
const NONCE = 14;
const ROUTE = 24;
const DNS_SERVERS = 25;
const SEARCH_LIST = 31;

const NAMES: ReadonlyMap<number, string> = new Map([
  [SOURCE_MAC, 'Source link-layer address'],
  [TARGET_MAC, 'Target link-layer address'],
  [PREFIX, 'Prefix information'],
  [4, 'Redirected header'],
  [MTU, 'MTU'],
  [NONCE, 'Nonce'],
  [ROUTE, 'Route Information'],
  [DNS_SERVERS, 'Recursive DNS Server'],
  [SEARCH_LIST, 'DNS Search List Option'],
]);
const PREFERENCES = ['Medium', 'High', 'Reserved', 'Low'];

/** `High` of the two bits of a route's or router's preference (RFC 4191). */
export const preferenceName = (bits: number): string => PREFERENCES[bits & 3] ?? '';

/** Adds the options from `from` on; the answer is what Info says of them: ` from MAC`, ` is at MAC`. */
export function options(d: Dissection, layer: FieldNode, from: number): string {
  let info = '';
  for (let at = from; at + 2 <= d.end; ) {
    const type = d.view.getUint8(at);
    const units = d.view.getUint8(at + 1);
    const size = units * 8;
    if (size === 0) {
      d.malformed('icmpv6', at + 1, 'A neighbour discovery option has length 0.');
      break;
    }
    if (!d.needAt(at, size, 'icmpv6')) break;
    const name = NAMES.get(type) ?? 'Unknown';
    const node = d.node(layer, 'icmpv6.opt', '', null, at, size);
    d.node(node, 'icmpv6.opt.type', `Type: ${name} (${type})`, String(type), at, 1);
    d.node(node, 'icmpv6.opt.length', `Length: ${units} (${size} bytes)`, String(units), at + 1, 1);
    const text = value(d, node, type, at, size);
    node.label = `ICMPv6 Option (${NAMES.get(type) ?? `Unknown ${type}`}${text})`;
    if (size === 8 && type === SOURCE_MAC) info += ` from ${d.mac(at + 2)}`;
    if (size === 8 && type === TARGET_MAC) info += ` is at ${d.mac(at + 2)}`;
    at += size;
  }
  return info;
}

/** Adds what an option says; the answer is the short form for its label. */
function value(d: Dissection, node: FieldNode, type: number, at: number, size: number): string {
  const { view } = d;
  if ((type === SOURCE_MAC || type === TARGET_MAC) && size === 8) {
    const mac = d.mac(at + 2);
    d.field(node, 'icmpv6.opt.linkaddr', 'Link-layer address', mac, at + 2, 6);
    const which = type === SOURCE_MAC ? 'src' : 'target';
    d.generated(node, `icmpv6.opt.${which}_linkaddr`, `${NAMES.get(type)}: ${mac}`, mac);
    return ` : ${mac}`;
  }
  if (type === PREFIX && size === 32) return prefix(d, node, at);
  if (type === MTU && size === 8) {
    const mtu = view.getUint32(at + 4);
    d.field(node, 'icmpv6.opt.mtu', 'MTU', mtu, at + 4, 4);
    return ` : ${mtu}`;
  }
  if (type === NONCE)
    d.field(node, 'icmpv6.opt.nonce', 'Nonce', hexBytes(d.bytes, at + 2, at + size), at + 2, size - 2);
  if (type === ROUTE && size <= 24) return route(d, node, at, size);
  if (type === DNS_SERVERS && size >= 8) return servers(d, node, at, size);
  if (type === SEARCH_LIST && size >= 8) return searchList(d, node, at, size);
  return '';
}

function prefix(d: Dissection, node: FieldNode, at: number): string {
  const { view } = d;
  const bits = view.getUint8(at + 2);
  const flags = view.getUint8(at + 3);
  const address = d.ipv6(at + 16);
  d.field(node, 'icmpv6.opt.prefix.length', 'Prefix Length', bits, at + 2, 1);
  const flag = d.hex(node, 'icmpv6.opt.prefix.flag', 'Flag', flags, 2, at + 3, 1);
  d.bit(flag, 'icmpv6.opt.prefix.flag.l', 'On-link flag(L)', (flags & 0x80) !== 0, at + 3, 1);
  d.bit(flag, 'icmpv6.opt.prefix.flag.a', 'Autonomous address-configuration flag(A)', (flags & 0x40) !== 0, at + 3, 1);
  d.bit(flag, 'icmpv6.opt.prefix.flag.r', 'Router address flag(R)', (flags & 0x20) !== 0, at + 3, 1);
  lifetime(d, node, 'icmpv6.opt.prefix.valid_lifetime', 'Valid Lifetime', at + 4);
  lifetime(d, node, 'icmpv6.opt.prefix.preferred_lifetime', 'Preferred Lifetime', at + 8);
  d.field(node, 'icmpv6.opt.prefix', 'Prefix', address, at + 16, 16);
  return ` : ${address}/${bits}`;
}

function lifetime(d: Dissection, node: FieldNode, filter: string, name: string, at: number): number {
  const seconds = d.view.getUint32(at);
  const text = seconds === 0xffff_ffff ? `Infinity (${seconds})` : String(seconds);
  d.node(node, filter, `${name}: ${text}`, String(seconds), at, 4);
  return seconds;
}

function route(d: Dissection, node: FieldNode, at: number, size: number): string {
  const { view } = d;
  const bits = view.getUint8(at + 2);
  const flags = view.getUint8(at + 3);
  const preference = preferenceName(flags >> 3);
  const words = [0, 0, 0, 0];
  for (let i = 0; i < 4; i++) if (8 + i * 4 + 4 <= size) words[i] = view.getUint32(at + 8 + i * 4);
  const [a = 0, b = 0, c = 0, w = 0] = words;
  const net = ipText({ family: 6, a, b, c, d: w });
  d.field(node, 'icmpv6.opt.prefix.length', 'Prefix Length', bits, at + 2, 1);
  const flag = d.hex(node, 'icmpv6.opt.route_info.flag', 'Flag', flags, 2, at + 3, 1);
  const number = String((flags >> 3) & 3);
  const label = `Route Preference: ${preference} (${number})`;
  d.node(flag, 'icmpv6.opt.route_info.flag.route_preference', label, number, at + 3, 1);
  lifetime(d, node, 'icmpv6.opt.route_lifetime', 'Route Lifetime', at + 4);
  if (size > 8) d.field(node, 'icmpv6.opt.prefix', 'Prefix', net, at + 8, size - 8);
  return ` : ${preference} ${net}/${bits}`;
}

function servers(d: Dissection, node: FieldNode, at: number, size: number): string {
  lifetime(d, node, 'icmpv6.opt.rdnss.lifetime', 'Lifetime', at + 4);
  let text = '';
  for (let from = at + 8; from + 16 <= at + size; from += 16) {
    const address = d.ipv6(from);
    d.field(node, 'icmpv6.opt.rdnss', 'Recursive DNS Servers', address, from, 16);
    text += ` ${address}`;
  }
  return text;
}

/** Names as in DNS, never compressed, then zeros. */
function searchList(d: Dissection, node: FieldNode, at: number, size: number): string {
  const { bytes } = d;
  lifetime(d, node, 'icmpv6.opt.dnssl.lifetime', 'Lifetime', at + 4);
  let text = '';
  let start = at + 8;
  const labels: string[] = [];
  for (let from = start; from < at + size; ) {
    const length = bytes[from] ?? 0;
    if (length > 63 || from + 1 + length > at + size) {
      d.malformed('icmpv6', from, `A label of ${hexText(length, 2)} bytes goes beyond the search list.`);
      break;
    }
    if (length > 0) labels.push(asciiText(bytes, from + 1, from + 1 + length));
    from += 1 + length;
    if (length > 0) continue;
    if (labels.length === 0) break;
    const name = labels.splice(0).join('.');
    d.field(node, 'icmpv6.opt.dnssl', 'Domain Names', name, start, from - start);
    text += ` ${name}`;
    start = from;
  }
  return text;
}

export const OPTION_FIELDS = [
  { name: 'icmpv6.opt', kind: 'none' },
  { name: 'icmpv6.opt.type', kind: 'uint' },
  { name: 'icmpv6.opt.length', kind: 'uint' },
  { name: 'icmpv6.opt.linkaddr', kind: 'mac' },
  { name: 'icmpv6.opt.src_linkaddr', kind: 'mac' },
  { name: 'icmpv6.opt.target_linkaddr', kind: 'mac' },
  { name: 'icmpv6.opt.mtu', kind: 'uint' },
  { name: 'icmpv6.opt.nonce', kind: 'bytes' },
  { name: 'icmpv6.opt.prefix', kind: 'ipv6' },
  { name: 'icmpv6.opt.prefix.length', kind: 'uint' },
  { name: 'icmpv6.opt.prefix.flag', kind: 'uint' },
  { name: 'icmpv6.opt.prefix.flag.l', kind: 'bool' },
  { name: 'icmpv6.opt.prefix.flag.a', kind: 'bool' },
  { name: 'icmpv6.opt.prefix.flag.r', kind: 'bool' },
  { name: 'icmpv6.opt.prefix.valid_lifetime', kind: 'uint' },
  { name: 'icmpv6.opt.prefix.preferred_lifetime', kind: 'uint' },
  { name: 'icmpv6.opt.route_info.flag', kind: 'uint' },
  { name: 'icmpv6.opt.route_info.flag.route_preference', kind: 'uint' },
  { name: 'icmpv6.opt.route_lifetime', kind: 'uint' },
  { name: 'icmpv6.opt.rdnss', kind: 'ipv6' },
  { name: 'icmpv6.opt.rdnss.lifetime', kind: 'uint' },
  { name: 'icmpv6.opt.dnssl', kind: 'text' },
  { name: 'icmpv6.opt.dnssl.lifetime', kind: 'uint' },
] as const;
