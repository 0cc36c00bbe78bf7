import { expect, test } from 'vitest';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { exploreWorlds } from '../kernel/world.ts';
import { expr } from './hash.ts';

test('every number it may give is a world with its assumption and no likelihood', () => {
  const { results } = exploreWorlds((world) => {
    const v = expr.evaluate({ kind: 'hash', name: 'jhash ip saddr mod 3', mod: 3 }, { ...contextOf({}), world });
    return { value: v && 'value' in v ? v.value : null, assumed: world.assumptions[0]?.assumed, p: world.probability };
  }, 10);
  expect(results.map((r) => r.value)).toEqual([0, 1, 2]);
  expect(results[1]).toMatchObject({ assumed: 'jhash ip saddr mod 3 gives 1', p: null });
});
