import { describe, expect, it } from 'vitest';
import { dumpRanges, mergeRanges } from './dumpRanges.ts';

describe('lines of a dump', () => {
  it('shows the chosen line with its neighbours, and deciding lines apart', () => {
    expect(dumpRanges(71, [46, 47], [])).toEqual([
      { from: 44, to: 49 },
      { from: 65, to: 81 },
    ]);
  });

  it('does not fold a few lines, and never begins before line 1', () => {
    expect(
      mergeRanges([
        { from: 10, to: 12 },
        { from: 1, to: 6 },
      ]),
    ).toEqual([{ from: 1, to: 12 }]);
    expect(dumpRanges(2, [], [{ from: -20, to: 3 }])).toEqual([{ from: 1, to: 12 }]);
  });

  it('bounds what it fetches', () => {
    const marks = Array.from({ length: 5000 }, (_, i) => i * 30);
    expect(dumpRanges(60_000, marks, []).length).toBeLessThan(30);
  });
});
