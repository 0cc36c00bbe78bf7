import { describe, expect, it } from 'vitest';
import { counts, durations, readWithin, sizes } from './amounts.ts';

describe('limits as typed', () => {
  it('reads what it writes', () => {
    for (const value of [1, 59, 60, 90, 300, 3600, 7200]) expect(durations.read(durations.write(value))).toBe(value);
    for (const value of [1e6, 5e8, 1e9, 2.5e9, 1e11]) expect(sizes.read(sizes.write(value))).toBe(value);
    for (const value of [1, 5000, 1e6, 1e7, 2.5e6]) expect(counts.read(counts.write(value))).toBe(value);
  });

  it('reads units, and nothing else', () => {
    expect(durations.read('1.5h')).toBe(5400);
    expect(sizes.read('512 MiB')).toBe(536_870_912);
    expect(counts.read('10M')).toBe(10_000_000);
    for (const text of ['', 'soon', '5 apples', '-3 s', '1e9x']) expect(durations.read(text)).toBeNull();
  });

  it('keeps within what the server takes', () => {
    expect(readWithin(durations, '25 h')).toBeNull();
    expect(readWithin(sizes, '10 kB')).toBeNull();
    expect(readWithin(counts, '0')).toBeNull();
    expect(readWithin(durations, '24 h')).toBe(86_400);
  });
});
