import { expect, test } from 'vitest';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { targetCases } from '../kernel/target-cases.fixture.ts';
import { exploreWorlds } from '../kernel/world.ts';
import { target } from './nfqueue.ts';

targetCases(target, {
  does: [
    { options: '--queue-num 0', effect: { kind: 'verdict', verdict: 'DROP' }, packet: { mark: 0, ttl: 64 } },
    { options: '--queue-num 0 --queue-bypass', effect: { kind: 'verdict', verdict: 'ACCEPT' } },
  ],
  unreadable: [],
});

test('with a program its verdict is not known', () => {
  const apply = target.compile([], 4);
  if (typeof apply === 'string') throw new Error(apply);
  const { results } = exploreWorlds((world) => apply({ ...contextOf({}), world }).kind, 9);
  expect(results).toEqual(['verdict', 'unknown']);
});
