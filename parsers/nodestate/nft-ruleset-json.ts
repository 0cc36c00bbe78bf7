// `nft -j list ruleset`: read when the text form is not there, which cites single lines.
// Surprise: for tables written by iptables-nft it has lost the arguments of every xt match and target, so their rules come from
// iptables-save only.
import type { DumpFormat } from './dump-format.ts';
import { Json, jsonItems } from './json-items.ts';
import { jsonElement, jsonStatements } from './nft-json-rule.ts';
import { nftPriority } from './nft-ruleset.ts';
import type { NftRuleset, NftTable } from './nft-syntax.ts';

/** Newer releases print `dev`, one or a list; 1.0.6 leaves it out. */
function devicesOf(chain: Json): string[] | null {
  if (!/^(?:in|e)gress$/.test(chain.get('hook').string ?? '')) return [];
  const dev = chain.get('dev');
  if (dev.string !== null) return [dev.string];
  return dev.strings.length > 0 ? dev.strings : null;
}

export const dumpFormat: DumpFormat = {
  name: 'nft-ruleset-json',
  command: 'nft -j list ruleset',
  detect: (file) => /^\s*\{\s*"nftables"\s*:/.test(file.head),
  read(file, state, warn) {
    const { items, problem } = jsonItems(file.text);
    if (problem)
      warn('syntax', file.refAt(problem.offset, problem.offset + 80), `${problem.message}: take the dump again`);
    if (state.nft) return; // the text form says the same
    const ruleset: NftRuleset = { tables: [], baseChains: [] };
    const source = file.ref(1);
    const tables = new Map<string, NftTable>();
    const objects = items.flatMap((i) => new Json(i.value).get('nftables').array);
    const of = (o: Json) => tables.get(`${o.get('family').string} ${o.get('table').string}`);
    const chainKey = (o: Json, chain: string | null) => `${o.get('family').string} ${o.get('table').string} ${chain}`;
    const ruleCounts = new Map<string, number>();
    for (const o of objects) {
      const r = o.get('rule');
      if (!r.has('chain')) continue;
      const key = chainKey(r, r.get('chain').string);
      ruleCounts.set(key, (ruleCounts.get(key) ?? 0) + 1);
    }
    for (const o of objects) {
      const t = o.get('table');
      const c = o.get('chain');
      const r = o.get('rule');
      const s = o.has('map') ? o.get('map') : o.get('set');
      if (t.has('name')) {
        const family = t.get('family').string ?? '';
        const name = t.get('name').string ?? '';
        const managedByIptables = /^ip6?$/.test(family) && /^(raw|mangle|nat|filter|security)$/.test(name);
        const table: NftTable = { family, name, managedByIptables, chains: new Map(), sets: new Map(), source };
        tables.set(`${family} ${name}`, table);
        ruleset.tables.push(table);
      } else if (c.has('name')) {
        const name = c.get('name').string ?? '';
        of(c)?.chains.set(name, { name, rules: [], source });
        if (c.has('hook')) {
          ruleset.baseChains.push({
            family: c.get('family').string ?? '',
            table: c.get('table').string ?? '',
            name,
            type: c.get('type').string ?? '',
            hook: c.get('hook').string ?? '',
            priority:
              c.get('prio').number ?? nftPriority(c.get('prio').string ?? '', c.get('family').string ?? '') ?? 0,
            policy: c.get('policy').string ?? 'accept',
            devices: devicesOf(c),
            ruleCount: ruleCounts.get(chainKey(c, name)) ?? 0,
            source,
          });
        }
      } else if (r.has('chain')) {
        const table = of(r);
        if (!table || table.managedByIptables) continue;
        const statements = r.get('expr').array.flatMap(jsonStatements);
        table.chains.get(r.get('chain').string ?? '')?.rules.push({
          text: JSON.stringify(r.get('expr').value),
          statements,
          comment: r.get('comment').string,
          source,
        });
      } else if (s.has('name')) {
        const name = s.get('name').string ?? '';
        const type = s.get('type');
        of(s)?.sets.set(name, {
          name,
          isMap: o.has('map'),
          types: type.string === null ? type.strings : [type.string],
          elements: s.get('elem').array.map(jsonElement),
          source,
        });
      }
    }
    state.nft = { ...ruleset, form: 'json' };
  },
};
