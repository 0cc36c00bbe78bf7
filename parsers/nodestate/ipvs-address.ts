// Addresses as ipvsadm prints them: `10.0.0.1:80`, `[fd00::1]:80`. Masks are dotted for IPv4 and a number of bits for IPv6.
import { type Ip, parseIp } from '../core/address.ts';

export function parseIpvsEndpoint(text: string): { ip: Ip; port: number } | null {
  const m = /^\[?([0-9A-Fa-f:.]+?)\]?:(\d+)$/.exec(text);
  const ip = m?.[1] === undefined ? null : parseIp(m[1]);
  return ip && m?.[2] !== undefined ? { ip, port: Number(m[2]) } : null;
}

/** Bits of a persistence mask; all of the address's where there is none, or none that can be read. */
export function persistenceBits(mask: string | null, family: 4 | 6): number {
  const all = family === 4 ? 32 : 128;
  if (mask === null) return all;
  const dotted = family === 4 ? parseIp(mask) : null;
  if (dotted) return Math.clz32(~dotted.d);
  const bits = /^\d{1,3}$/.test(mask) ? Number(mask) : all;
  return Math.min(bits, all);
}
