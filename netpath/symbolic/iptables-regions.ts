// Every DNAT and REDIRECT rule of iptables that is not kube-proxy's, with the packets that can come to it: the conditions of the jumps on
// the way and of the rule itself, met. What earlier rules take away is not subtracted; the simulator knows it.
import { parsePrefix } from '../../parsers/core/address.ts';
import { protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import type { IptablesRule, IptablesTable, RuleOption } from '../../parsers/nodestate/state.ts';
import type { Machine } from '../kernel/machine.ts';
import { range } from '../kernel/option-values.ts';
import { ownerOfChain } from '../owner.ts';
import { EVERYTHING, narrow, otherPorts, type PortRange, type Region } from './region.ts';
import { MAX_REGIONS, type TakingRule, type TakingRules } from './taking-rule.ts';

const TAKING = new Set(['DNAT', 'REDIRECT', 'NETMAP']);

function portsOf(o: RuleOption): PortRange[] | null {
  const ranges = (o.values[0] ?? '').split(',').map((t) => range(t, 65535));
  const read = ranges.flatMap((r) => (r ? [{ from: r[0], to: r[1] }] : []));
  if (read.length < ranges.length) return null;
  return o.negated ? otherPorts(read) : read;
}

/** What one option asks of a packet, as far as a region can say it. */
function conditionOf(module: string, o: RuleOption): Partial<Region> {
  const value = o.values[0] ?? '';
  if (module === '' && (o.name === '-d' || o.name === '-s')) {
    const prefix = parsePrefix(value);
    if (!prefix) return {};
    if (o.name === '-d') return o.negated ? { notDst: [prefix] } : { dst: [prefix] };
    return o.negated ? { notSrc: [prefix] } : { src: [prefix] };
  }
  if (module === '' && o.name === '-p') {
    const protocol = protocolNumber(value);
    return o.negated || protocol === null || protocol === 0 ? {} : { protocol };
  }
  if (module === '' && o.name === '-i') return o.negated ? { notIif: [value] } : { iif: [value] };
  if (o.name === '--dport' || (module === 'multiport' && /^--d(?:estination-)?ports$/.test(o.name))) {
    const ports = portsOf(o);
    return ports ? { ports } : {};
  }
  if (module === 'addrtype' && o.name === '--dst-type' && value === 'LOCAL') return { local: !o.negated };
  return {};
}

function regionOf(rule: IptablesRule, region: Region): Region | null {
  let r: Region | null = region;
  for (const m of rule.matches) for (const o of m.options) r = r && narrow(r, conditionOf(m.module, o));
  return r;
}

function walk(table: IptablesTable, hook: TakingRule['hook'], family: 4 | 6, out: TakingRule[]): boolean {
  const stack: { chain: string; region: Region; path: readonly string[] }[] = [
    { chain: hook, region: { ...EVERYTHING, family }, path: [] },
  ];
  for (let at = stack.pop(), budget = MAX_REGIONS; at; at = stack.pop()) {
    const { chain, region, path } = at;
    for (const rule of table.chains.get(chain)?.rules ?? []) {
      const target = rule.target?.name ?? '';
      const jump = table.chains.has(target);
      if ((!jump && !TAKING.has(target)) || path.includes(target) || ownerOfChain(target) === 'kube-proxy') continue;
      const narrowed = regionOf(rule, region);
      if (!narrowed) continue;
      if (budget-- <= 0) return true;
      if (jump) stack.push({ chain: target, region: narrowed, path: [...path, chain] });
      else out.push({ hook, region: narrowed, source: rule.source });
    }
  }
  return false;
}

export function iptablesTakingRules(m: Machine): TakingRules {
  const rules: TakingRule[] = [];
  let cut = false;
  for (const t of m.tables)
    if (t.name === 'nat')
      for (const hook of ['PREROUTING', 'OUTPUT'] as const) cut = walk(t.source, hook, t.family, rules) || cut;
  return { rules, cut };
}
