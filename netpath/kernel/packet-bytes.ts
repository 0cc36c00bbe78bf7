// The bytes of a packet as far as its fields tell them, from the IP header on, for matches that look at bytes. A packet is taken to have no
// IP options and no extension headers.
import { ipBytes } from '../../parsers/core/address.ts';
import { hasPorts, ICMP, ICMPV6, SCTP, TCP } from '../../parsers/core/protocol-numbers.ts';
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

/** Places of a transport header that forwarding may have changed since the capture: checksums, and the identifier of an echo. */
function mayDiffer(protocol: number, at: number): boolean {
  if (protocol === TCP) return at === 16 || at === 17;
  if (protocol === ICMP || protocol === ICMPV6) return at >= 2 && at < 6;
  if (protocol === SCTP) return at >= 8 && at < 12;
  return hasPorts(protocol) && (at === 6 || at === 7);
}

/** The same with what a capture kept of it: all that forwarding leaves alone, up to the length of the packet. */
function withCaptured(p: Packet, seen: Uint8Array, length: number): (number | null)[] | null {
  const four = p.family === 4;
  const transport = four ? ((seen[0] ?? 0) & 15) * 4 : 40;
  // what stands before the transport header of IPv6 is not told apart
  if (four ? transport < 20 || seen[0] === undefined : seen[6] !== p.protocol) return null;
  const head = ipHeader(p);
  if (four) {
    head[0] = seen[0] ?? null;
    for (const at of [4, 5, 6, 7]) head[at] = seen[at] ?? null;
    for (let at = 20; at < transport; at++) head.push(seen[at] ?? null);
  } else for (const at of [2, 3]) head[at] = seen[at] ?? null;
  const fields = transportHeader(p);
  // flags are the captured ones: nobody changes them on the way
  if (p.protocol === TCP) fields[13] = null;
  const out = [...head];
  for (let at = transport; at < length; at++) {
    const own = fields[at - transport] ?? null;
    out.push(own ?? (mayDiffer(p.protocol, at - transport) ? null : (seen[at] ?? null)));
  }
  return out.slice(0, length);
}

/** Offset of the transport header in `bytesOf`. */
export function transportAt(p: Packet, bytes: readonly (number | null)[]): number {
  return p.family === 4 ? ((bytes[0] ?? 5) & 15) * 4 : 40;
}

/** Extension headers of IPv6, by their protocol numbers. */
const EXTENSIONS = new Set([0, 43, 44, 51, 60, 135]);

/** The extension headers that a capture of the packet shows, with their offsets; none for a packet that is typed in. */
export function extensionsOf(p: Packet): { readonly protocol: number; readonly at: number }[] {
  const seen = p.seen?.bytes ?? null;
  const out: { protocol: number; at: number }[] = [];
  if (p.family !== 6 || seen === null) return out;
  let protocol = seen[6] ?? p.protocol;
  for (let at = 40; EXTENSIONS.has(protocol) && at + 8 <= seen.length && out.length < 16; ) {
    out.push({ protocol, at });
    const units = seen[at + 1] ?? 0;
    const length = protocol === 44 ? 8 : protocol === 51 ? (units + 2) * 4 : (units + 1) * 8;
    protocol = seen[at] ?? 59;
    at += length;
  }
  return out;
}

/** Bytes of the packet, null where neither its fields nor a capture tell one. With `length` known there are exactly so many. */
export function bytesOf(p: Packet): (number | null)[] {
  if (p.seen?.bytes && p.length !== null) {
    const captured = withCaptured(p, p.seen.bytes, p.length);
    if (captured) return captured;
  }
  const out = [...ipHeader(p), ...transportHeader(p)];
  if (p.length === null) return out;
  while (out.length < p.length) out.push(null);
  return out.slice(0, p.length);
}
