import { describe, expect, it } from 'vitest';
import { timeRangeOf, withoutTimeRange, withTimeRange } from './timeFilter.ts';

describe('brush of the timeline', () => {
  const range = { from: 1, to: 2.5 };

  it('joins, replaces and removes its clause, and leaves the rest as typed', () => {
    for (const filter of ['', 'tcp.port == 80', 'tcp.port == 80 || dns', 'dns or arp', 'frame contains "("']) {
      const brushed = withTimeRange(filter, range);
      expect(timeRangeOf(brushed)).toEqual(range);
      expect(withoutTimeRange(brushed)).toBe(filter);
      expect(withTimeRange(brushed, null)).toBe(filter);
      expect(timeRangeOf(withTimeRange(brushed, { from: 3, to: 4 }))).toEqual({ from: 3, to: 4 });
    }
    expect(withTimeRange('dns || arp', range)).toBe(
      '(dns || arp) && frame.time_relative >= 1.0000 && frame.time_relative <= 2.5000',
    );
  });

  it('leaves a filter without a clause alone', () => {
    expect(timeRangeOf('tcp')).toBeNull();
    expect(withoutTimeRange('(tcp)')).toBe('(tcp)');
  });
});
