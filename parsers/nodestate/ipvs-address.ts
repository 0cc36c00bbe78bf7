// Addresses as ipvsadm prints them: `10.0.0.1:80`, `[fd00::1]:80`.
import { type Ip, parseIp } from '../core/address.ts';

export function parseIpvsEndpoint(text: string): { ip: Ip; port: number } | null {
  const m = /^\[?([0-9A-Fa-f:.]+?)\]?:(\d+)$/.exec(text);
  const ip = m?.[1] === undefined ? null : parseIp(m[1]);
  return ip && m?.[2] !== undefined ? { ip, port: Number(m[2]) } : null;
}
