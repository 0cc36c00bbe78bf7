// Frames made by hand for tests: Ethernet, VLAN, IPv4, IPv6, TCP, UDP, ICMP, DNS. Checksums are left 0, but for ICMP:
// tshark pairs echo replies with requests only when theirs are right.
import { parseIp } from '../../parsers/core/address.ts';

type Bytes = readonly number[];

export const u16 = (v: number): Bytes => [(v >> 8) & 255, v & 255];
export const u32 = (v: number): Bytes => [(v >>> 24) & 255, (v >>> 16) & 255, (v >>> 8) & 255, v & 255];
export const ascii = (text: string): Bytes => [...text].map((c) => c.charCodeAt(0));

const MAC_A: Bytes = [2, 0, 0, 0, 0, 1];
const MAC_B: Bytes = [2, 0, 0, 0, 0, 2];

export function address(text: string): Bytes {
  const ip = parseIp(text);
  if (!ip) throw new Error(`bad address ${text}`);
  return ip.family === 4 ? u32(ip.d) : [...u32(ip.a), ...u32(ip.b), ...u32(ip.c), ...u32(ip.d)];
}

export function frame(...parts: readonly Bytes[]): Uint8Array {
  return Uint8Array.from(parts.flat());
}

export function ethernet(etherType: number, payload: Bytes, back = false): Bytes {
  return [...(back ? MAC_A : MAC_B), ...(back ? MAC_B : MAC_A), ...u16(etherType), ...payload];
}

export function vlan(id: number, etherType: number, payload: Bytes): Bytes {
  return [...u16(id), ...u16(etherType), ...payload];
}

export interface Ipv4Options {
  readonly ttl?: number;
  readonly total?: number;
  readonly fragment?: number;
  readonly id?: number;
}

export function ip4(src: string, dst: string, protocol: number, payload: Bytes, options: Ipv4Options = {}): Bytes {
  const total = options.total ?? payload.length + 20;
  return [
    0x45,
    0,
    ...u16(total),
    ...u16(options.id ?? 1),
    ...u16(options.fragment ?? 0x4000),
    options.ttl ?? 64,
    protocol,
    0,
    0,
    ...address(src),
    ...address(dst),
    ...payload,
  ];
}

export function ip6(src: string, dst: string, next: number, payload: Bytes): Bytes {
  return [0x60, 0, 0, 0, ...u16(payload.length), next, 64, ...address(src), ...address(dst), ...payload];
}

export interface TcpOptions {
  readonly seq?: number;
  readonly ack?: number;
  readonly flags: number;
  readonly window?: number;
  readonly options?: Bytes;
  readonly payload?: Bytes;
}

export function tcp(sport: number, dport: number, t: TcpOptions): Bytes {
  const options = t.options ?? [];
  const words = 5 + options.length / 4;
  return [
    ...u16(sport),
    ...u16(dport),
    ...u32(t.seq ?? 0),
    ...u32(t.ack ?? 0),
    ...u16((words << 12) | t.flags),
    ...u16(t.window ?? 64240),
    0,
    0,
    0,
    0,
    ...options,
    ...(t.payload ?? []),
  ];
}

export function udp(sport: number, dport: number, payload: Bytes): Bytes {
  return [...u16(sport), ...u16(dport), ...u16(payload.length + 8), 0, 0, ...payload];
}

export function icmp(type: number, code: number, rest: Bytes): Bytes {
  return [type, code, ...u16(checksum([type, code, 0, 0, ...rest])), ...rest];
}

/** ICMPv6, whose checksum covers the addresses. */
export function icmp6(src: string, dst: string, type: number, code: number, rest: Bytes): Bytes {
  const pseudo = [...address(src), ...address(dst), ...u32(rest.length + 4), ...u32(58)];
  return [type, code, ...u16(checksum([...pseudo, type, code, 0, 0, ...rest])), ...rest];
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function dnsName(name: string): Bytes {
  return name === '' ? [0] : [...name.split('.').flatMap((label) => [label.length, ...ascii(label)]), 0];
}

export function dnsMessage(id: number, flags: number, counts: Bytes, body: Bytes): Bytes {
  return [...u16(id), ...u16(flags), ...counts.flatMap((n) => [...u16(n)]), ...body];
}

/** A record whose name points at the question of the same message (offset 12). */
export function dnsRecord(type: number, data: Bytes): Bytes {
  return [0xc0, 12, ...u16(type), ...u16(1), ...u32(300), ...u16(data.length), ...data];
}
