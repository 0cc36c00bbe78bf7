import { expect, test } from 'vitest';
import type { NftExpr } from '../../parsers/nodestate/nft-syntax.ts';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { evaluateAll } from '../kernel/nft-expression.ts';
import { exploreWorlds } from '../kernel/world.ts';

const all = (e: NftExpr) =>
  exploreWorlds((world) => {
    const v = evaluateAll(e, { ...contextOf({}), world }, { set: () => null })?.[0] ?? null;
    return { value: v && 'value' in v ? v.value : null, assumed: world.assumptions[0]?.assumed, p: world.probability };
  }, 10).results;
const saddr: NftExpr = { kind: 'payload', protocol: 'ip', field: 'saddr' };
const dport: NftExpr = { kind: 'payload', protocol: 'tcp', field: 'dport' };
const jhash = (key: NftExpr, seed: number | null, mod: number, offset = 0): NftExpr => ({
  ...{ kind: 'hash', name: 'jhash', key, mod, seed, offset },
});

test('without a seed, and for symhash, every number is a world with its assumption and no likelihood', () => {
  expect(all(jhash(saddr, null, 3, 10)).map((r) => r.value)).toEqual([10, 11, 12]);
  const sym = all({ kind: 'hash', name: 'symhash', key: null, mod: 3, seed: null, offset: 0 });
  expect(sym[1]).toMatchObject({ value: 1, assumed: 'symhash mod 3 gives 1', p: null });
});

test('with a seed the number is computed, the same as the kernel gives (test/kernel/nft.test.ts)', () => {
  expect(all(jhash(saddr, 0xdeadbeef, 16))).toHaveLength(1);
  expect(all(jhash({ kind: 'concat', items: [saddr, dport] }, 1, 1000, 5))).toHaveLength(1);
});

test('what the packet does not have ends the rule', () => {
  expect(all(jhash({ kind: 'payload', protocol: 'udp', field: 'dport' }, 1, 4))).toMatchObject([{ value: null }]);
});
