import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampOffset,
  type Extent,
  listKeyOf,
  movedRow,
  offsetOfScroll,
  offsetShowing,
  rowsAt,
  scaleOf,
  scrollOfOffset,
  spacerLimit,
} from './scaledScroll.ts';

const tenMillion: Extent = { rowCount: 10_000_000, rowHeight: 22, viewport: 600, header: 28 };
const small: Extent = { ...tenMillion, rowCount: 100 };

describe('scaled scroll', () => {
  it('scrolls a short list pixel for pixel', () => {
    const scale = scaleOf(small);
    expect(scale).toEqual({ spacer: 2228, maxScroll: 1600, maxOffset: 1600, ratio: 1 });
    expect(offsetOfScroll(scale, 333)).toBe(333);
  });

  it('does not scroll a list that fits', () => {
    const scale = scaleOf({ ...small, rowCount: 3 });
    expect([scale.maxScroll, scale.maxOffset, scale.ratio]).toEqual([0, 0, 1]);
    expect(rowsAt({ ...small, rowCount: 3 }, 0)).toEqual({ first: 0, end: 3, shift: 0 });
    expect(rowsAt({ ...small, rowCount: 0 }, 0)).toEqual({ first: 0, end: 0, shift: 0 });
  });

  it('reaches both ends of ten million rows exactly', () => {
    const scale = scaleOf(tenMillion);
    expect(scale.spacer).toBe(spacerLimit);
    expect(rowsAt(tenMillion, offsetOfScroll(scale, scale.maxScroll)).end).toBe(10_000_000);
    expect(rowsAt(tenMillion, offsetOfScroll(scale, 0)).first).toBe(0);
  });

  it('moves by the wheel as far in ten million rows as in a hundred', () => {
    const scale = scaleOf(tenMillion);
    const before = 5_000_000 * 22;
    const after = clampOffset(scale, before + 66);
    expect(rowsAt(tenMillion, after)).toEqual({ first: 5_000_003, end: 5_000_031, shift: 0 });
  });

  it('shows any row asked for, and maps offsets to the thumb and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), fc.integer({ min: 0, max: 9_999_999 }), (row, from) => {
        const scale = scaleOf(tenMillion);
        const offset = clampOffset(scale, offsetShowing(tenMillion, clampOffset(scale, from * 22), row));
        expect(offset).toBeLessThanOrEqual(row * 22);
        expect(offset + 600).toBeGreaterThanOrEqual((row + 1) * 22);
        expect(Math.abs(offsetOfScroll(scale, scrollOfOffset(scale, offset)) - offset)).toBeLessThan(0.01);
      }),
    );
  });

  it('moves by keys within the list', () => {
    expect(movedRow(tenMillion, null, 'down')).toBe(0);
    expect(movedRow(tenMillion, 5, 'up')).toBe(4);
    expect(movedRow(tenMillion, 0, 'up')).toBe(0);
    expect(movedRow(tenMillion, 0, 'pageDown')).toBe(26);
    expect(movedRow(tenMillion, 7, 'end')).toBe(9_999_999);
    expect(listKeyOf('G')).toBe('end');
    expect(listKeyOf('x')).toBeNull();
  });
});
