// Addresses and ports of sightings as small numbers, so that joining compares numbers. An even number and the odd one after it are the two
// directions of one conversation at one point of its path. Surprise: numbers are never used again; the oldest are forgotten, not renamed.
import { endpointText, type Ip, ipv4 } from '../../parsers/core/address.ts';
import { hasPorts } from '../../parsers/core/protocol-numbers.ts';
import type { Sighting } from './sighting.ts';

/** Conversations that are known by their addresses at one time. */
const kept = 1 << 17;

export interface Tuple {
  readonly protocol: number;
  readonly src: Ip;
  readonly dst: Ip;
  readonly sport: number | null;
  readonly dport: number | null;
}

interface Known {
  readonly tuple: Tuple;
  readonly source: string;
  readonly destination: string;
}

export class Tuples {
  private readonly numbers = new Map<string, number>();
  private readonly known = new Map<number, Known>();
  private next = 0;

  /** The number of a sighting's addresses, the way it went. */
  numberOf(s: Sighting): number {
    const source = `${s.srcA}.${s.srcB}.${s.srcC}.${s.srcD}.${s.sport}`;
    const destination = `${s.dstA}.${s.dstB}.${s.dstC}.${s.dstD}.${s.dport}`;
    return this.intern(`${s.protocol} ${s.family}`, source, destination, () => knownOf(s));
  }

  /** The number of addresses that others told of. */
  numberOfTuple(tuple: Tuple): number {
    const { protocol, src, dst, sport, dport } = tuple;
    const end = ({ a, b, c, d }: Ip, port: number | null) => `${a}.${b}.${c}.${d}.${port ?? 0}`;
    const known = { tuple, source: endpointText(src, sport), destination: endpointText(dst, dport) };
    return this.intern(`${protocol} ${src.family}`, end(src, sport), end(dst, dport), () => known);
  }

  private intern(kind: string, source: string, destination: string, known: () => Known): number {
    const forward = source <= destination;
    const key = `${kind} ${forward ? source : destination} ${forward ? destination : source}`;
    const turned = forward ? 0 : 1;
    const old = this.numbers.get(key);
    if (old !== undefined) return old + turned;
    const number = this.next;
    this.next += 2;
    this.numbers.set(key, number);
    this.known.set(number + turned, known());
    if (this.numbers.size > kept) this.forgetOldest();
    return number + turned;
  }

  private forgetOldest(): void {
    for (const [key, number] of this.numbers) {
      this.numbers.delete(key);
      this.known.delete(number);
      this.known.delete(number + 1);
      if (this.numbers.size <= kept * 0.75) return;
    }
  }

  private find(number: number): Known | null {
    const known = this.known.get(number);
    if (known !== undefined) return known;
    const other = this.known.get(number ^ 1);
    if (other === undefined) return null;
    const { protocol, src, dst, sport, dport } = other.tuple;
    const turned = {
      tuple: { protocol, src: dst, dst: src, sport: dport, dport: sport },
      source: other.destination,
      destination: other.source,
    };
    this.known.set(number, turned);
    return turned;
  }

  /** Null when it was long ago and is forgotten. */
  of(number: number): Tuple | null {
    return this.find(number)?.tuple ?? null;
  }

  /** Do both say the same of one side? NAT that changes one end leaves the other. */
  shareAnEnd(a: number, b: number): boolean {
    const x = this.find(a);
    const y = this.find(b);
    return x !== null && y !== null && (x.source === y.source || x.destination === y.destination);
  }
}

function knownOf(s: Sighting): Known {
  const ip = (a: number, b: number, c: number, d: number): Ip => (s.family === 4 ? ipv4(d) : { family: 6, a, b, c, d });
  const ports = hasPorts(s.protocol) && (s.sport !== 0 || s.dport !== 0);
  const src = ip(s.srcA, s.srcB, s.srcC, s.srcD);
  const dst = ip(s.dstA, s.dstB, s.dstC, s.dstD);
  const sport = ports ? s.sport : null;
  const dport = ports ? s.dport : null;
  return {
    tuple: { protocol: s.protocol, src, dst, sport, dport },
    source: endpointText(src, sport),
    destination: endpointText(dst, dport),
  };
}

export const sourceText = (tuple: Tuple): string => endpointText(tuple.src, tuple.sport);
export const destinationText = (tuple: Tuple): string => endpointText(tuple.dst, tuple.dport);
