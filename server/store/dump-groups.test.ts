import { expect, test } from 'vitest';
import { dumpGroups, dumpsOf, groupInForce, groupPath } from './dump-groups.ts';

function newest(...paths: string[]): string[] {
  const files = paths.map((path) => ({ path }));
  return dumpsOf(files, dumpGroups(paths).at(-1) ?? null).map((f) => f.path);
}

test('the group that came last is the state, with what is in no group', () => {
  expect(newest('a.txt', 'dumps/before/x', 'dumps/change-01/x', 'dumps/after/x')).toEqual(['a.txt', 'dumps/after/x']);
  expect(newest('dumps/before/x', 'bundle/dumps/y')).toEqual(['dumps/before/x', 'bundle/dumps/y']);
  expect(newest('a', 'b')).toEqual(['a', 'b']);
});

test('a group that is not whole is not the state yet', () => {
  const before = ['dumps/before/1', 'dumps/before/2', 'dumps/before/3'];
  expect(newest(...before, 'dumps/after/1')).toEqual(before);
});

const at = (name: string, seconds: number) => groupPath(name, new Date(Date.UTC(2026, 10, 24, 6, 0, seconds)));
const ms = (seconds: number) => Date.UTC(2026, 10, 24, 6, 0, 0) + seconds * 1000;

test('groups are ordered by their time, wherever the folder lies', () => {
  const [before, change, after] = [at('before', 1), at('change-01', 5), at('after', 9)];
  expect(change).toBe('dumps/change-01-20261124T060005.000Z');
  expect(dumpGroups([`${after}/x`, `${before}/x`, `${change}/x`, 'y'])).toEqual([
    { path: before, takenMs: ms(1) },
    { path: change, takenMs: ms(5) },
    { path: after, takenMs: ms(9) },
  ]);
  expect(newest(`/home/me/case/${after}/x`, `/home/me/case/${before}/x`)).toEqual([`/home/me/case/${after}/x`]);
  expect(newest('/home/me/dumps/node-a/x', '/home/me/dumps/node-b/x')).toHaveLength(2);
});

test('in force is the newest that began at or before, or the earliest', () => {
  const groups = dumpGroups([at('before', 1), at('change-01', 5), at('after', 9)].map((g) => `${g}/x`));
  const nameAt = (seconds: number) => groupInForce(groups, ms(seconds))?.path;
  expect([0, 1, 4.999, 5, 8, 100].map(nameAt)).toEqual([
    at('before', 1),
    at('before', 1),
    at('before', 1),
    at('change-01', 5),
    at('change-01', 5),
    at('after', 9),
  ]);
  expect(groupInForce(dumpGroups(['dumps/before/x', 'dumps/after/x']), ms(3))).toBeNull();
  expect(groupInForce([], ms(3))).toBeNull();
});
