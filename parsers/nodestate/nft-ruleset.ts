// `nft list ruleset` (text): the tables, and the base chains with hook and priority. Rules of tables that iptables-nft wrote are
// read from iptables-save; native rules are counted here, so that the simulator knows that it does not know them.
import type { DumpFormat } from './dump-format.ts';
import type { NftBaseChain, NftRuleset } from './state.ts';

/** Symbolic priorities of the ip, ip6 and inet families (nft(8)). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

export function nftPriority(text: string): number | null {
  const m = /^(-?\d+|[a-z]+)(?:\s*([+-])\s*(\d+))?$/.exec(text.trim());
  if (m?.[1] === undefined) return null;
  const base = /^-?\d/.test(m[1]) ? Number(m[1]) : PRIORITIES[m[1]];
  if (base === undefined) return null;
  return base + (m[2] === '-' ? -1 : 1) * Number(m[3] ?? '0');
}

const IPTABLES_TABLES = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);

export const dumpFormat: DumpFormat = {
  name: 'nft-ruleset',
  command: 'nft list ruleset',
  emptyName: /nft.*\.txt$/,
  detect: (file) => /^table (?:ip|ip6|inet|arp|bridge|netdev) \S+ \{/m.test(file.head),
  read(file, state, warn) {
    const ruleset: NftRuleset = state.nft ?? { tables: [], baseChains: [] };
    state.nft = ruleset;
    let managed = false;
    let table: { family: string; name: string } | null = null;
    let chain: string | null = null;
    let depth = 0;
    let base: NftBaseChain | null = null;
    for (let i = 0; i < file.lines.length; i++) {
      const raw = file.lines[i] ?? '';
      const line = raw.trim();
      const ref = file.ref(i + 1);
      if (/^# Warning: table .* is managed by iptables-nft/.test(line)) managed = true;
      else if (line === '' || line.startsWith('#')) continue;
      else if (depth === 0) {
        const m = /^table (\S+) (\S+) \{/.exec(line);
        if (m?.[1] === undefined || m[2] === undefined) {
          warn('syntax', ref, '"table FAMILY NAME {" expected');
          continue;
        }
        table = { family: m[1], name: m[2] };
        const byName = (m[1] === 'ip' || m[1] === 'ip6') && IPTABLES_TABLES.has(m[2]);
        ruleset.tables.push({ ...table, managedByIptables: managed || byName, source: ref });
        managed = false;
        depth = 1;
      } else {
        const open = /^chain (\S+) \{/.exec(line);
        const hook = /^type (\S+) hook (\S+)(?: devices? .*?)? priority ([^;]+); policy (\S+);/.exec(line);
        if (depth === 1 && open?.[1] !== undefined) {
          chain = open[1];
          base = null;
        } else if (chain !== null && depth === 2 && hook && table) {
          const priority = nftPriority(hook[3] ?? '');
          if (priority === null) warn('unsupported', ref, `priority "${hook[3]}" is not understood`);
          base = {
            family: table.family,
            table: table.name,
            name: chain,
            type: hook[1] ?? '',
            hook: hook[2] ?? '',
            priority: priority ?? 0,
            policy: hook[4] ?? 'accept',
            ruleCount: 0,
            source: ref,
          };
          ruleset.baseChains.push(base);
        } else if (chain !== null && depth === 2 && line !== '}' && base) {
          const counted: NftBaseChain = { ...base, ruleCount: base.ruleCount + 1 };
          ruleset.baseChains[ruleset.baseChains.indexOf(base)] = counted;
          base = counted;
        }
        for (const c of line.replace(/"[^"]*"/g, '')) {
          if (c === '{') depth++;
          else if (c === '}') depth--;
        }
        if (depth === 1) chain = null;
        if (depth === 0) table = null;
      }
    }
    if (depth !== 0) warn('suspicious', file.ref(file.lines.length), 'the dump ends inside a block: take it again');
  },
};
