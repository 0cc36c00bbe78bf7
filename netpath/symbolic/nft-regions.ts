// The same for native nftables: statements from left to right, each element of a set or a map a region of its own.
import { type Prefix, parseIp, parsePrefix } from '../../parsers/core/address.ts';
import { protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import type { NftElement, NftExpr, NftRule, NftStatement, NftTable } from '../../parsers/nodestate/nft-syntax.ts';
import type { Machine } from '../kernel/machine.ts';
import { integer } from '../kernel/option-values.ts';
import { ownerOfNft } from '../owner.ts';
import { EVERYTHING, narrow, otherPorts, type PortRange, type Region } from './region.ts';
import { MAX_REGIONS, type TakingRule, type TakingRules } from './taking-rule.ts';

type Condition = Partial<Region>;
/** Any of several conditions; null: nothing is known. */
type Conditions = readonly Condition[] | null;

function prefixOf(e: NftExpr): Prefix | null {
  if (e.kind === 'prefix') return parsePrefix(`${e.address}/${e.length}`);
  const ip = e.kind === 'value' ? parseIp(e.text) : null;
  return ip ? { ip, length: ip.family === 4 ? 32 : 128 } : null;
}

function portsOf(e: NftExpr): PortRange | null {
  const from = integer(e.kind === 'value' ? e.text : e.kind === 'range' ? e.from : undefined);
  const to = e.kind === 'range' ? integer(e.to) : from;
  return from === null || to === null ? null : { from, to };
}

/** What `left` being `right` (one literal) asks of a packet. */
function equals(left: NftExpr, right: NftExpr, negated: boolean): Condition {
  const text = right.kind === 'value' ? right.text : '';
  if (left.kind === 'payload') {
    if (left.field === 'dport') {
      const protocol = left.protocol === 'th' ? null : protocolNumber(left.protocol);
      const range = portsOf(right);
      return range ? { protocol, ports: negated ? otherPorts([range]) : [range] } : { protocol };
    }
    const family = left.protocol === 'ip' ? 4 : left.protocol === 'ip6' ? 6 : null;
    if (family === null) return {};
    const prefix = prefixOf(right);
    if (left.field === 'daddr' && prefix) return negated ? { family, notDst: [prefix] } : { family, dst: [prefix] };
    if (left.field === 'saddr' && prefix) return negated ? { family, notSrc: [prefix] } : { family, src: [prefix] };
    if ((left.field === 'protocol' || left.field === 'nexthdr') && !negated)
      return { family, protocol: protocolNumber(text) };
    return { family };
  }
  if (left.kind === 'meta') {
    if (left.key === 'l4proto' && !negated) return { protocol: protocolNumber(text) };
    if (left.key === 'nfproto' && !negated && /^ipv[46]$/.test(text)) return { family: text === 'ipv4' ? 4 : 6 };
    const device = text.replace(/\*$/, '+');
    if (left.key === 'iifname' || left.key === 'iif') return negated ? { notIif: [device] } : { iif: [device] };
  }
  if (left.kind === 'fib' && left.result === 'type' && left.flags.includes('daddr') && text === 'local')
    return { local: !negated };
  return {};
}

function elementsOf(e: NftExpr, table: NftTable): readonly NftElement[] | null {
  if (e.kind === 'set') return e.elements;
  return e.kind === 'setRef' ? (table.sets.get(e.name)?.elements ?? null) : null;
}

/** What `left` being the key of an element asks. */
function keyCondition(left: NftExpr, key: NftExpr): Condition | null {
  const lefts = left.kind === 'concat' ? left.items : [left];
  const keys = key.kind === 'concat' ? key.items : [key];
  let r: Region | null = EVERYTHING;
  for (let i = 0; i < lefts.length; i++) {
    const l = lefts[i];
    const k = keys[i];
    if (l && k) r = r && narrow(r, equals(l, k, false));
  }
  return r;
}

function matchConditions(s: NftStatement & { kind: 'match' }, table: NftTable): Conditions {
  const negated = s.op === '!=';
  const elements = elementsOf(s.right, table);
  if (!elements) return s.op === '==' || s.op === 'in' || negated ? [equals(s.left, s.right, negated)] : null;
  if (!negated) return elements.flatMap((e) => keyCondition(s.left, e.key) ?? []);
  if (s.left.kind === 'payload' && s.left.field === 'dport') {
    const ranges = elements.map((e) => portsOf(e.key));
    const read = ranges.flatMap((r) => r ?? []);
    return read.length === ranges.length ? [{ ports: otherPorts(read) }] : null;
  }
  return null;
}

class Walk {
  readonly rules: TakingRule[] = [];
  cut = false;
  #budget = MAX_REGIONS;
  readonly #table: NftTable;
  readonly #hook: TakingRule['hook'];

  constructor(table: NftTable, hook: TakingRule['hook']) {
    this.#table = table;
    this.#hook = hook;
  }

  chain(name: string, region: Region, path: readonly string[]): void {
    if (path.includes(name)) return;
    for (const rule of this.#table.chains.get(name)?.rules ?? []) this.#rule(rule, region, [...path, name]);
  }

  #rule(rule: NftRule, region: Region, path: readonly string[]): void {
    let regions: Region[] = [region];
    for (const s of rule.statements) {
      if (this.#budget < regions.length) {
        this.cut = true;
        return;
      }
      this.#budget -= regions.length;
      if (s.kind === 'match') {
        const any = matchConditions(s, this.#table);
        if (any) regions = regions.flatMap((r) => any.flatMap((c) => narrow(r, c) ?? []));
      } else if (s.kind === 'vmap') this.#verdictMap(s, regions, path);
      else if (s.kind === 'verdict' && s.verdict.chain !== null)
        for (const r of regions) this.chain(s.verdict.chain, r, path);
      else if (s.kind === 'nat' && (s.type === 'dnat' || s.type === 'redirect')) this.#take(s, regions, rule);
    }
  }

  #verdictMap(s: NftStatement & { kind: 'vmap' }, regions: readonly Region[], path: readonly string[]): void {
    for (const e of elementsOf(s.data, this.#table) ?? []) {
      const chain = e.verdict?.chain ?? null;
      const condition = chain === null ? null : keyCondition(s.key, e.key);
      if (chain === null || !condition) continue;
      for (const r of regions) {
        const narrowed = narrow(r, condition);
        if (narrowed) this.chain(chain, narrowed, path);
      }
    }
  }

  #take(s: NftStatement & { kind: 'nat' }, regions: readonly Region[], rule: NftRule): void {
    const map = s.address?.kind === 'map' ? s.address : s.port?.kind === 'map' ? s.port : null;
    const keys = map ? elementsOf(map.data, this.#table) : null;
    const any: readonly Condition[] = map && keys ? keys.flatMap((e) => keyCondition(map.key, e.key) ?? []) : [{}];
    for (const r of regions)
      for (const c of any) {
        const region = narrow(r, c);
        if (!region) continue;
        if (this.rules.length >= MAX_REGIONS) this.cut = true;
        else this.rules.push({ hook: this.#hook, region, source: rule.source });
      }
  }
}

export function nftTakingRules(m: Machine): TakingRules {
  const rules: TakingRule[] = [];
  let cut = false;
  for (const { table } of m.nftTables) {
    if (ownerOfNft(table.name) === 'kube-proxy' || !/^(?:ip|ip6|inet)$/.test(table.family)) continue;
    for (const base of m.state.nft?.baseChains ?? []) {
      if (base.family !== table.family || base.table !== table.name || base.type !== 'nat') continue;
      if (base.hook !== 'prerouting' && base.hook !== 'output') continue;
      const walk = new Walk(table, base.hook === 'output' ? 'OUTPUT' : 'PREROUTING');
      const family = table.family === 'ip' ? 4 : table.family === 'ip6' ? 6 : null;
      walk.chain(base.name, { ...EVERYTHING, family }, []);
      rules.push(...walk.rules);
      cut ||= walk.cut;
    }
  }
  return { rules, cut };
}
