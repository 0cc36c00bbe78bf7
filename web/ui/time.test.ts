import { describe, expect, it } from 'vitest';
import { dayText, durationText, relativeTime, secondsBetween, utcDateTime, utcTime } from './time.ts';

describe('time', () => {
  const first = '1795496114000000999';

  it('is exact in nanoseconds, whatever the epoch', () => {
    expect(relativeTime(first, first)).toBe('0.000000');
    expect(relativeTime(first, '1795496119001402999')).toBe('5.001402');
    expect(relativeTime('1795496119001402999', first)).toBe('−5.001402');
    expect(secondsBetween(first, '1795496114000058999')).toBeCloseTo(58e-6, 12);
  });

  it('writes absolute times in UTC', () => {
    expect(utcTime('1795496114123456789')).toBe('04:55:14.123456');
    expect(utcDateTime('1795496114123456789')).toBe('2026-11-24 04:55:14.123456789 UTC');
  });

  it('says durations as a person does', () => {
    expect([0.000058, 0.0014, 0.25, 5.001, 200, 7500].map(durationText)).toEqual([
      '58 µs',
      '1.40 ms',
      '250.0 ms',
      '5.00 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
  });

  it('says the day a case was made', () => {
    expect(dayText('2026-11-03T10:00:00Z', new Date('2026-11-24T10:00:00Z'))).toBe('3 Nov 2026');
    expect(dayText('nonsense', new Date())).toBe('');
  });
});
