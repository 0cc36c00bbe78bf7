import { describe, expect, it } from 'vitest';
import { badPath, rowSlices, trafficPaths } from './timelineShape.ts';

describe('timeline', () => {
  it('draws steps, tall where the packets are', () => {
    expect(trafficPaths([4, 0, 1]).top).toBe('M0 24.0H1L1 100.0H2L2 62.0H3');
    expect(trafficPaths([]).area).toBe('');
  });

  it('draws bad slices only where there are some', () => {
    expect(badPath([4, 4], [0, 1])).toBe('M1 100V62.0H2V100Z');
  });

  it('maps time to rows', () => {
    expect(rowSlices([10, 0, 30], [0, 0, 15])).toEqual([
      { from: 0, to: 10, bad: 0 },
      { from: 10, to: 40, bad: 0.5 },
    ]);
  });
});
