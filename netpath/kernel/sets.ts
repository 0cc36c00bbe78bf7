// ipsets as the kernel asks them: a key is built from the packet by the flags of the rule (src or dst per dimension) and looked up.
// Facts (reference, section 2.2): too few flags never match; bitmap:port needs a protocol with ports but ignores which; a
// hash:ip,port element without a protocol is tcp; hash:net takes the most specific element and honours its nomatch.
import { compareIp, contains, type Ip, type Prefix, parseIp, parsePrefix } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import { hasPorts, ICMP, ICMPV6, protocolNumber, TCP } from '../../parsers/core/protocol-numbers.ts';
import type { Ipset, IpsetEntry } from '../../parsers/nodestate/state.ts';
import { groupBy, ipKey } from './address-index.ts';
import type { Packet } from './packet.ts';

export type SetAnswer =
  | { readonly kind: 'answer'; readonly member: boolean; readonly source: SourceRef | null }
  | { readonly kind: 'unknown'; readonly why: string };

type Direction = 'src' | 'dst';

interface Element {
  /** Key of the address in the first dimension; null where that is no single one. */
  readonly first: string | null;
  readonly entry: IpsetEntry;
  /** One predicate a dimension, and how specific its prefix is (bits, summed). */
  readonly tests: readonly ((p: Packet, d: Direction) => boolean)[];
  readonly specificity: number;
}

interface IpTest {
  readonly test: (ip: Ip) => boolean;
  readonly bits: number;
  /** Of a single address; null for more. */
  readonly key: string | null;
}

function ipTest(text: string): IpTest | null {
  const [from, to] = text.split('-');
  if (to !== undefined) {
    const low = parseIp(from ?? '');
    const high = parseIp(to);
    return low && high
      ? {
          test: (ip) => ip.family === low.family && compareIp(ip, low) >= 0 && compareIp(ip, high) <= 0,
          bits: 0,
          key: null,
        }
      : null;
  }
  const prefix: Prefix | null = parsePrefix(text);
  if (!prefix) return null;
  const single = prefix.length === (prefix.ip.family === 4 ? 32 : 128);
  return { test: (ip) => contains(prefix, ip), bits: prefix.length, key: single ? ipKey(prefix.ip) : null };
}

function portTest(text: string): ((p: Packet, d: Direction) => boolean) | null {
  const m = /^(?:([a-z0-9-]+):)?(.+)$/i.exec(text);
  const protocol = m?.[1] === undefined ? TCP : protocolNumber(m[1]);
  if (!m || protocol === null) return null;
  const [lowText = '', highText] = (m[2] ?? '').split('-');
  if ((protocol === ICMP || protocol === ICMPV6) && /^\d+\/\d+$/.test(m[2] ?? '')) {
    const [type, code] = (m[2] ?? '').split('/').map(Number);
    return (p) => p.protocol === protocol && p.icmpType === type && p.icmpCode === code;
  }
  const low = Number(lowText);
  const high = highText === undefined ? low : Number(highText);
  if (!Number.isInteger(low) || !Number.isInteger(high)) return null;
  return (p, d) => {
    if (p.protocol !== protocol) return false;
    const port = d === 'src' ? p.sport : p.dport;
    return port === null ? low === 0 : port >= low && port <= high;
  };
}

function compileElement(kinds: readonly string[], entry: IpsetEntry): Element | null {
  const tests: ((p: Packet, d: Direction) => boolean)[] = [];
  let specificity = 0;
  let first: string | null = null;
  for (let i = 0; i < kinds.length; i++) {
    const text = entry.parts[i] ?? '';
    const kind = kinds[i];
    if (kind === 'ip' || kind === 'net') {
      const t = ipTest(text);
      if (!t) return null;
      specificity += t.bits;
      if (i === 0) first = t.key;
      tests.push((p, d) => t.test(d === 'src' ? p.src : p.dst));
    } else if (kind === 'port') {
      const t = portTest(text);
      if (!t) return null;
      tests.push(t);
    } else if (kind === 'iface') {
      const name = text.replace(/^physdev:/, '');
      const phys = text.startsWith('physdev:');
      tests.push((p, d) => (d === 'src' ? (phys ? p.physIn : p.inIf) : phys ? p.physOut : p.outIf) === name);
    } else if (kind === 'mac') {
      tests.push((p, d) => d === 'src' && p.mac === text.toLowerCase());
    } else return null;
  }
  return { first, entry, tests, specificity };
}

/** Port of the packet as bitmap:port sees it: any protocol with ports. */
function bitmapPort(p: Packet, d: Direction): number | null {
  return hasPorts(p.protocol) ? (d === 'src' ? p.sport : p.dport) : null;
}

/** The elements of a set, the most specific first: those that begin with a single address by it, and the others. */
interface Elements {
  readonly byFirst: ReadonlyMap<string, readonly Element[]>;
  readonly rest: readonly Element[];
}

export class SetIndex {
  readonly #sets: ReadonlyMap<string, Ipset>;
  readonly #compiled = new Map<string, Elements | string>();

  constructor(sets: ReadonlyMap<string, Ipset>) {
    this.#sets = sets;
  }

  #elements(set: Ipset): Elements | string {
    const known = this.#compiled.get(set.name);
    if (known !== undefined) return known;
    const made = this.#compile(set);
    this.#compiled.set(set.name, made);
    return made;
  }

  #compile(set: Ipset): Elements | string {
    const kinds = (set.type.split(':')[1] ?? '').split(',');
    const elements: Element[] = [];
    for (const e of set.entries) {
      const el = compileElement(kinds, e);
      if (!el) return `element "${e.parts.join(',')}" of set ${set.name} (${set.type}) is not understood`;
      elements.push(el);
    }
    elements.sort((a, b) => b.specificity - a.specificity);
    return {
      byFirst: groupBy(elements, (e) => (e.first === null ? [] : [e.first])),
      rest: elements.filter((e) => e.first === null),
    };
  }

  /** Is the packet in the set, with these flags (`['dst','dst']`)? */
  test(name: string, flags: readonly Direction[], p: Packet): SetAnswer {
    const set = this.#sets.get(name);
    if (!set) return { kind: 'unknown', why: `set ${name} is not in the ipset dump` };
    if (set.type === 'list:set') return this.#testList(set, flags, p);
    if (
      set.type !== 'bitmap:port' &&
      !set.type.startsWith('list:') &&
      set.family !== p.family &&
      !/^bitmap/.test(set.type)
    ) {
      return { kind: 'answer', member: false, source: null };
    }
    const dimensions = (set.type.split(':')[1] ?? '').split(',').length;
    if (flags.length < dimensions) return { kind: 'answer', member: false, source: null };
    if (set.type === 'bitmap:port') {
      const port = bitmapPort(p, flags[0] ?? 'dst');
      const e = set.entries.find((x) => {
        const [low, high] = (x.parts[0] ?? '').split('-').map(Number);
        return port !== null && low !== undefined && port >= low && port <= (high ?? low);
      });
      return { kind: 'answer', member: e !== undefined, source: e?.source ?? null };
    }
    const elements = this.#elements(set);
    if (typeof elements === 'string') return { kind: 'unknown', why: elements };
    const holds = (el: Element): boolean => el.tests.every((t, i) => t(p, flags[i] ?? 'dst'));
    const own = elements.byFirst.get(ipKey(flags[0] === 'src' ? p.src : p.dst))?.find(holds);
    const other = elements.rest.find(holds);
    const el = own && other ? (other.specificity > own.specificity ? other : own) : (own ?? other);
    return { kind: 'answer', member: el !== undefined && !el.entry.nomatch, source: el?.entry.source ?? null };
  }

  #testList(list: Ipset, flags: readonly Direction[], p: Packet): SetAnswer {
    for (const member of list.entries) {
      const r = this.test(member.parts[0] ?? '', flags, p);
      if (r.kind === 'unknown' || r.member) return r;
    }
    return { kind: 'answer', member: false, source: null };
  }
}
