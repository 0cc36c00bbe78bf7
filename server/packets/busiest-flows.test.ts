import fc from 'fast-check';
import { expect, test } from 'vitest';
import { busiestFlows } from './busiest-flows.ts';

const captures = (counts: readonly (readonly number[])[]) =>
  counts.map((of) => ({ index: { flowCount: of.length, flowPackets: (id: number) => of[id] ?? 0 } }));

test('the busiest, of equals the earlier', () => {
  const made = captures([
    [3, 9, 3],
    [3, 10],
  ]);
  expect(busiestFlows(made, 3)).toEqual({ picked: [[0, 1], [1]], total: 5 });
  expect(busiestFlows(made, 4)).toEqual({ picked: [[0, 1, 2], [1]], total: 5 });
  expect(busiestFlows(made, 5)).toEqual({
    picked: [
      [0, 1, 2],
      [0, 1],
    ],
    total: 5,
  });
  expect(busiestFlows([], 5)).toEqual({ picked: [], total: 0 });
});

test('as many as were asked for, and none left out that has more packets than one that is in', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(9), { maxLength: 20 }), { maxLength: 4 }), fc.nat(40), (counts, most) => {
      const { picked, total } = busiestFlows(captures(counts), most);
      expect(picked.flat().length).toBe(Math.min(most, total));
      const inside = picked.flatMap((ids, c) => ids.map((id) => counts[c]?.[id] ?? -1));
      const outside = counts.flatMap((of, c) => of.filter((_, id) => picked[c]?.includes(id) !== true));
      if (inside.length > 0) expect(Math.min(...inside)).toBeGreaterThanOrEqual(Math.max(0, ...outside));
    }),
  );
});
