// Which rules of a long chain a packet can meet at all. kube-proxy's chains have a rule or two per service, nearly all of which name one
// address or one port: those are found by key, so that a walk costs the same with ten services as with ten thousand.
import { parsePrefix } from '../../parsers/core/address.ts';
import type { IptablesRule } from '../../parsers/nodestate/state.ts';
import { ipKey } from './address-index.ts';
import type { Packet } from './packet.ts';

/** Chains shorter than this are walked as they are. */
const MIN_RULES = 12;

type Key = { readonly by: 'dst' | 'src'; readonly value: string } | { readonly by: 'dport'; readonly value: number };

/** The narrowest thing that a rule demands of every packet it can match; null when it demands nothing that is indexed. */
function keyOf(rule: IptablesRule): Key | null {
  for (const name of ['-d', '-s'] as const) {
    const o = rule.matches.find((m) => m.module === '')?.options.find((x) => x.name === name);
    const prefix = o && !o.negated ? parsePrefix(o.values[0] ?? '') : null;
    if (prefix && prefix.length === (prefix.ip.family === 4 ? 32 : 128))
      return { by: name === '-d' ? 'dst' : 'src', value: ipKey(prefix.ip) };
  }
  for (const m of rule.matches) {
    if (m.module !== 'tcp' && m.module !== 'udp' && m.module !== 'sctp') continue;
    const o = m.options.find((x) => x.name === '--dport');
    const text = o && !o.negated ? o.values[0] : undefined;
    if (text !== undefined && /^\d+$/.test(text)) return { by: 'dport', value: Number(text) };
  }
  return null;
}

export class ChainIndex {
  readonly #dst = new Map<string, number[]>();
  readonly #src = new Map<string, number[]>();
  readonly #dport = new Map<number, number[]>();
  readonly #rest: number[] = [];

  constructor(rules: readonly IptablesRule[]) {
    const add = <K>(map: Map<K, number[]>, key: K, i: number) => {
      const list = map.get(key);
      if (list) list.push(i);
      else map.set(key, [i]);
    };
    rules.forEach((rule, i) => {
      const key = keyOf(rule);
      if (!key) this.#rest.push(i);
      else if (key.by === 'dport') add(this.#dport, key.value, i);
      else add(key.by === 'dst' ? this.#dst : this.#src, key.value, i);
    });
  }

  /** Positions of the rules that the packet can match, in order. A rule left out would not have matched. */
  candidates(p: Packet): readonly number[] {
    const found = [
      this.#dst.get(ipKey(p.dst)),
      this.#src.get(ipKey(p.src)),
      p.dport === null ? undefined : this.#dport.get(p.dport),
    ];
    let out: readonly number[] = this.#rest;
    for (const list of found) if (list) out = merge(out, list);
    return out;
  }
}

/** Two ascending lists without common members as one. */
function merge(a: readonly number[], b: readonly number[]): number[] {
  const out: number[] = [];
  let i = 0;
  let k = 0;
  while (i < a.length || k < b.length) {
    const x = a[i] ?? Number.POSITIVE_INFINITY;
    const y = b[k] ?? Number.POSITIVE_INFINITY;
    if (x < y) {
      out.push(x);
      i++;
    } else {
      out.push(y);
      k++;
    }
  }
  return out;
}

export function indexOf(rules: readonly IptablesRule[]): ChainIndex | null {
  return rules.length < MIN_RULES ? null : new ChainIndex(rules);
}
