import { expect, test } from 'vitest';
import { newestDumps } from './newest-dumps.ts';

const newest = (...paths: string[]) => newestDumps(paths, (p) => p);

test('the group that came last is the state, with what is in no group', () => {
  expect(newest('a.txt', 'dumps/before/x', 'dumps/change-01/x', 'dumps/after/x')).toEqual(['a.txt', 'dumps/after/x']);
  expect(newest('dumps/before/x', 'bundle/dumps/y')).toEqual(['dumps/before/x', 'bundle/dumps/y']);
  expect(newest('a', 'b')).toEqual(['a', 'b']);
});

test('a group that is not whole is not the state yet', () => {
  const before = ['dumps/before/1', 'dumps/before/2', 'dumps/before/3'];
  expect(newest(...before, 'dumps/after/1')).toEqual(before);
});
