import { expect, test } from 'vitest';
import { holdsInZone, inEveryZone } from './time-zones.ts';
import { exploreWorlds } from './world.ts';

const worlds = (holds: (offset: number) => boolean) =>
  exploreWorlds((w) => ({ holds: holdsInZone(w, 'meta hour', holds), assumed: w.assumptions.map((a) => a.assumed) }), 9)
    .results;

test('where every zone says the same nothing is assumed', () => {
  expect(inEveryZone((o) => o > -13 * 3600)).toBe(true);
  expect(worlds((o) => o > 15 * 3600)).toEqual([{ holds: false, assumed: [] }]);
});

test('where it depends UTC is the first world, and the other answer the second', () => {
  expect(inEveryZone((o) => o < 3600)).toBe('depends');
  expect(worlds((o) => o < 3600)).toMatchObject([
    { holds: true, assumed: ['meta hour of the rules is printed in UTC'] },
    { holds: false, assumed: [expect.stringContaining('in a time zone where')] },
  ]);
  // quarters of an hour count: Kathmandu is 5:45 ahead
  expect(inEveryZone((o) => o !== 5.75 * 3600)).toBe('depends');
});
