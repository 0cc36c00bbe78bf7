import { expect, test } from 'vitest';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { targetCases } from '../kernel/target-cases.fixture.ts';
import { exploreWorlds } from '../kernel/world.ts';
import { target } from './clusterip.ts';

targetCases(target, {
  does: [
    {
      options: '--new --hashmode sourceip --clustermac 01:00:5E:00:00:14 --total-nodes 2',
      effect: { kind: 'continue' },
    },
    { options: '', given: { connection: { state: 'established' } }, effect: { kind: 'continue' } },
  ],
  unreadable: [],
});

test('a new connection may be another node’s: then it is dropped', () => {
  const apply = target.compile([], 4);
  if (typeof apply === 'string') throw new Error(apply);
  const { results } = exploreWorlds((world) => apply({ ...contextOf({}), world }).kind, 4);
  expect(results).toEqual(['continue', 'verdict']);
});
