// `nft -j list ruleset`: used for the order of tables and base chains when the text form is not there.
// Surprise: for tables written by iptables-nft it has lost the arguments of every xt match and target, so rules never come from it.
import type { DumpFormat } from './dump-format.ts';
import { Json, jsonItems } from './json-items.ts';
import { nftPriority } from './nft-ruleset.ts';
import type { NftRuleset } from './state.ts';

export const dumpFormat: DumpFormat = {
  name: 'nft-ruleset-json',
  command: 'nft -j list ruleset',
  detect: (file) => /^\s*\{\s*"nftables"\s*:/.test(file.head),
  read(file, state, warn) {
    const { items, problem } = jsonItems(file.text);
    if (problem)
      warn('syntax', file.refAt(problem.offset, problem.offset + 80), `${problem.message}: take the dump again`);
    if (state.nft) return; // the text form says the same and cites better
    const ruleset: NftRuleset = { tables: [], baseChains: [] };
    const source = file.ref(1);
    const objects = items.flatMap((i) => new Json(i.value).get('nftables').array);
    const rules = new Map<string, number>();
    for (const o of objects) {
      const r = o.get('rule');
      if (!r.has('chain')) continue;
      const key = `${r.get('family').string} ${r.get('table').string} ${r.get('chain').string}`;
      rules.set(key, (rules.get(key) ?? 0) + 1);
    }
    for (const o of objects) {
      const t = o.get('table');
      if (t.has('name')) {
        const family = t.get('family').string ?? '';
        const name = t.get('name').string ?? '';
        ruleset.tables.push({
          family,
          name,
          managedByIptables: /^ip6?$/.test(family) && /^(raw|mangle|nat|filter|security)$/.test(name),
          source,
        });
      }
      const c = o.get('chain');
      if (c.has('hook')) {
        const family = c.get('family').string ?? '';
        const table = c.get('table').string ?? '';
        const name = c.get('name').string ?? '';
        ruleset.baseChains.push({
          family,
          table,
          name,
          type: c.get('type').string ?? '',
          hook: c.get('hook').string ?? '',
          priority: c.get('prio').number ?? nftPriority(c.get('prio').string ?? '') ?? 0,
          policy: c.get('policy').string ?? 'accept',
          ruleCount: rules.get(`${family} ${table} ${name}`) ?? 0,
          source,
        });
      }
    }
    state.nft = ruleset;
  },
};
