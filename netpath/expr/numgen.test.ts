import { expect, test } from 'vitest';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { exploreWorlds } from '../kernel/world.ts';
import { expr } from './numgen.ts';

const all = (mode: string, mod: number, offset = 0) =>
  exploreWorlds((world) => {
    const v = expr.evaluate({ kind: 'numgen', mode, mod, offset }, { ...contextOf({}), world });
    return { value: v && 'value' in v ? v.value : null, probability: world.probability };
  }, 1000).results;

test('every number is a world, equally likely where it is random', () => {
  expect(all('random', 2, 10)).toEqual([
    { value: 10, probability: 0.5 },
    { value: 11, probability: 0.5 },
  ]);
});

test('a count has no likelihood, because no dump says where it stands', () => {
  expect(all('inc', 3).map((w) => w.probability)).toEqual([null, null, null]);
});
