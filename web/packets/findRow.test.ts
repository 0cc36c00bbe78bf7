import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRow } from './findRow.ts';

describe('row of a packet number', () => {
  it('finds every number that passes, and only those', async () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 500 })).map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: 1, max: 500 }), async (list, no) => {
        const row = await findRow(no, list.length, (at) => Promise.resolve(list[at] ?? null));
        expect(row).toBe(list.includes(no) ? list.indexOf(no) : null);
      }),
    );
  });
});
