import { expect, test } from 'vitest';
import { inState, labState } from '../lab.fixture.ts';
import { diagnosis } from './conntrack-insert-failed.ts';

const stats = (failed: readonly number[]) => ({
  path: 'conntrack-S.txt',
  text: failed
    .map(
      (n, i) =>
        `cpu=${i}   \tfound=1 invalid=0 insert=0 insert_failed=${n} drop=0 early_drop=0 error=0 search_restart=0\n`,
    )
    .join(''),
});

test('fires with the sum over processors, citing the one that has most', () => {
  const f = inState(diagnosis, labState('native.clusterip', undefined, [stats([3, 40])]))[0];
  expect(f).toMatchObject({
    confidence: 'possible',
    title: 'conntrack dropped 43 packets that raced another of their flow',
  });
  expect(f?.evidence[0]?.line).toBe(2);
});

test('does not fire for zero, nor without the dump', () => {
  expect(inState(diagnosis, labState('native.clusterip', undefined, [stats([0, 0])]))).toEqual([]);
  expect(inState(diagnosis, labState('native.clusterip'))).toEqual([]);
});
