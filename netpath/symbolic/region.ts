// A set of packets as a box: what every packet of it must have, one condition a dimension. Boxes are narrowed on the way through a chain.
//
// Surprise: a box may be too large and is never too small. Conditions that have no dimension here (marks, ipsets, connection state)
// leave it as it is; who uses a box asks the simulator about packets of it.
import { contains, type Family, type Ip, isLoopback, type Prefix } from '../../parsers/core/address.ts';
import { interfaceMatches } from '../kernel/option-values.ts';

/** Ports, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface Region {
  readonly family: Family | null;
  /** IP protocol number; null: any. */
  readonly protocol: number | null;
  /** Destination ports, any of them; null: all, and protocols without ports. */
  readonly ports: readonly PortRange[] | null;
  /** Destination addresses, any of them; null: all. */
  readonly dst: readonly Prefix[] | null;
  readonly notDst: readonly Prefix[];
  readonly src: readonly Prefix[] | null;
  readonly notSrc: readonly Prefix[];
  /** Devices a packet comes in by, any of them, with `+` at the end for a prefix; null: all, and the node itself. */
  readonly iif: readonly string[] | null;
  readonly notIif: readonly string[];
  /** Must the destination be an address of the node (or not)? */
  readonly local: boolean | null;
}

export const EVERYTHING: Region = {
  family: null,
  protocol: null,
  ports: null,
  dst: null,
  notDst: [],
  src: null,
  notSrc: [],
  iif: null,
  notIif: [],
  local: null,
};

function both<T>(a: readonly T[] | null, b: readonly T[] | null, meet: (x: T, y: T) => T | null): readonly T[] | null {
  if (a === null || b === null) return a ?? b;
  return a.flatMap((x) => b.flatMap((y) => meet(x, y) ?? []));
}

const equal = <T>(a: T | null, b: T | null): boolean => a === null || b === null || a === b;

function meetPorts(x: PortRange, y: PortRange): PortRange | null {
  const from = Math.max(x.from, y.from);
  const to = Math.min(x.to, y.to);
  return from <= to ? { from, to } : null;
}

function meetPrefixes(x: Prefix, y: Prefix): Prefix | null {
  const [wide, narrow] = x.length <= y.length ? [x, y] : [y, x];
  return contains(wide, narrow.ip) ? narrow : null;
}

function meetDevices(x: string, y: string): string | null {
  if (x.endsWith('+') && y.startsWith(x.slice(0, -1))) return y;
  if (y.endsWith('+') && x.startsWith(y.slice(0, -1))) return x;
  return x === y ? x : null;
}

/** What is in both; null when nothing is. */
export function narrow(a: Region, b: Partial<Region>): Region | null {
  const c = { ...EVERYTHING, ...b };
  if (!equal(a.family, c.family) || !equal(a.protocol, c.protocol) || !equal(a.local, c.local)) return null;
  const out: Region = {
    family: a.family ?? c.family,
    protocol: a.protocol ?? c.protocol,
    ports: both(a.ports, c.ports, meetPorts),
    dst: both(a.dst, c.dst, meetPrefixes),
    notDst: [...a.notDst, ...c.notDst],
    src: both(a.src, c.src, meetPrefixes),
    notSrc: [...a.notSrc, ...c.notSrc],
    iif: both(a.iif, c.iif, meetDevices),
    notIif: [...a.notIif, ...c.notIif],
    local: a.local ?? c.local,
  };
  return [out.ports, out.dst, out.src, out.iif].some((d) => d?.length === 0) ? null : out;
}

/** The ports that are in none of the ranges. */
export function otherPorts(ranges: readonly PortRange[]): PortRange[] {
  const out: PortRange[] = [];
  let next = 0;
  for (const r of [...ranges].sort((x, y) => x.from - y.from)) {
    if (r.from > next) out.push({ from: next, to: r.from - 1 });
    next = Math.max(next, r.to + 1);
  }
  if (next <= 65535) out.push({ from: next, to: 65535 });
  return out;
}

const among = (prefixes: readonly Prefix[] | null, not: readonly Prefix[], ip: Ip): boolean =>
  (prefixes === null || prefixes.some((p) => contains(p, ip))) && !not.some((p) => contains(p, ip));

/** Can a packet to this destination be in the region? `isLocal`: the destination is an address of the node. */
export function admitsDestination(r: Region, protocol: number, ip: Ip, port: number, isLocal: boolean): boolean {
  return (
    equal(r.family, ip.family) &&
    equal(r.protocol, protocol) &&
    (r.ports === null || r.ports.some((p) => p.from <= port && port <= p.to)) &&
    (r.local === null || r.local === isLocal || isLoopback(ip)) &&
    among(r.dst, r.notDst, ip)
  );
}

/** Can a packet from there be in the region? `device`: what netfilter shows it to come in by; null: a process of the node sent it. */
export function admitsOrigin(r: Region, src: Ip | null, device: string | null): boolean {
  const named = (pattern: string) => device !== null && interfaceMatches(pattern, device);
  if (r.iif !== null && !r.iif.some(named)) return false;
  return !r.notIif.some(named) && (src === null || among(r.src, r.notSrc, src));
}
