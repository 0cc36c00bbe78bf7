import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { matchModules } from '../match/registry.gen.ts';
import { ChainIndex } from './chain-index.ts';
import { contextOf } from './match-cases.fixture.ts';

const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.1.0.1');
const not = fc.constantFrom('', '! ');
const clause = fc.oneof(
  fc.tuple(not, address).map(([n, a]) => `${n}-d ${a}/32`),
  fc.tuple(not, address).map(([n, a]) => `${n}-s ${a}/32`),
  fc.tuple(not, fc.constantFrom('80', '443', '79:81', '90:')).map(([n, p]) => `-p tcp -m tcp ${n}--dport ${p}`),
  fc.constant('-d 10.0.0.0/8'),
  fc.constant('-m mark --mark 0x0'),
);
const rule = fc
  .tuple(fc.array(clause, { maxLength: 2 }), fc.nat(9))
  .map(
    ([c, i]) =>
      `-A X ${[...new Set(c)].filter((x, k, all) => !(x.includes('-p tcp') && all.findIndex((y) => y.includes('-p tcp')) !== k)).join(' ')} -j C${i}`,
  );

test('a rule that the index leaves out would not have matched', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 40 }),
      address,
      address,
      fc.constantFrom(80, 443, 95),
      (texts, from, to, dport) => {
        const dump = `*filter\n:X - [0:0]\n${Array.from({ length: 10 }, (_, i) => `:C${i} - [0:0]`).join('\n')}\n${texts.join('\n')}\nCOMMIT\n`;
        const rules =
          readSnapshot([{ path: 'r', text: dump }])
            .iptables[0]?.tables.get('filter')
            ?.chains.get('X')?.rules ?? [];
        const context = contextOf({ packet: { from, to, dport } });
        const holds = rules.flatMap((r, i) => {
          const all = r.matches.every((m) => {
            const clauses = matchModules.find((x) => x.module === m.module)?.compile(m.options, 4);
            if (!Array.isArray(clauses)) throw new Error(`${r.text}: ${clauses ?? 'no such match'}`);
            return clauses.every((c) => c.evaluate(context) === true);
          });
          return all ? [i] : [];
        });
        const candidates = new ChainIndex(rules).candidates(context.packet);
        expect([...candidates].sort((a, b) => a - b)).toEqual(candidates);
        for (const i of holds) expect(candidates).toContain(i);
      },
    ),
    { numRuns: 300 },
  );
});

test('ten thousand services leave a handful of rules to look at', () => {
  const rules = Array.from(
    { length: 10_000 },
    (_, i) => `-A X -d 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32 -p tcp -m tcp --dport 80 -j ACCEPT`,
  );
  const state = readSnapshot([
    { path: 'r', text: `*filter\n:X - [0:0]\n${rules.join('\n')}\n-A X -m mark --mark 0x1 -j ACCEPT\nCOMMIT\n` },
  ]);
  const index = new ChainIndex(state.iptables[0]?.tables.get('filter')?.chains.get('X')?.rules ?? []);
  expect(index.candidates(contextOf({ packet: { to: '10.0.1.2' } }).packet)).toEqual([258, 10_000]);
});
