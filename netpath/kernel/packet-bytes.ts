// The bytes of a packet as far as its fields tell them, from the IP header on, for matches that look at bytes. A packet is taken to have no
// IP options and no extension headers.
import { ipBytes } from '../../parsers/core/address.ts';
import { hasPorts, ICMP, ICMPV6, TCP } from '../../parsers/core/protocol-numbers.ts';
import type { Packet } from './packet.ts';

const two = (n: number | null): (number | null)[] => (n === null ? [null, null] : [n >> 8, n & 0xff]);
const open = (count: number): null[] => new Array<null>(count).fill(null);

function ipHeader(p: Packet): (number | null)[] {
  if (p.family === 6) {
    const length = p.length === null ? null : p.length - 40;
    return [
      0x60 | (p.tos >> 4),
      null,
      null,
      null,
      ...two(length),
      p.protocol,
      p.ttl,
      ...ipBytes(p.src),
      ...ipBytes(p.dst),
    ];
  }
  const fragment = [p.df ? 0x40 : 0, 0];
  return [
    0x45,
    p.tos,
    ...two(p.length),
    null,
    null,
    ...fragment,
    p.ttl,
    p.protocol,
    null,
    null,
    ...ipBytes(p.src),
    ...ipBytes(p.dst),
  ];
}

function transportHeader(p: Packet): (number | null)[] {
  // sequence and acknowledgement number, data offset; flags; window, checksum, urgent pointer
  if (p.protocol === TCP) return [...two(p.sport), ...two(p.dport), ...open(9), p.tcpFlags, ...open(6)];
  if (hasPorts(p.protocol)) return [...two(p.sport), ...two(p.dport), ...open(4)];
  if (p.protocol === ICMP || p.protocol === ICMPV6) return [p.icmpType, p.icmpCode, ...open(6)];
  return [];
}

/** Bytes of the packet, null where the fields do not tell one. With `length` known there are exactly so many. */
export function bytesOf(p: Packet): (number | null)[] {
  const out = [...ipHeader(p), ...transportHeader(p)];
  if (p.length === null) return out;
  while (out.length < p.length) out.push(null);
  return out.slice(0, p.length);
}
