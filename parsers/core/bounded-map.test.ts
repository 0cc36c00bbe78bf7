import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

test('what was set or asked for last is there, and never more than the limit', () => {
  const step = fc.record({ key: fc.nat(30), write: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 2, max: 12 }), (steps, limit) => {
      const map = new BoundedMap<number, number>(limit);
      const truth = new Map<number, number>();
      let used: number[] = [];
      for (const [i, { key, write }] of steps.entries()) {
        if (write) {
          map.set(key, i);
          truth.set(key, i);
        } else {
          const found = map.get(key);
          if (found === undefined) {
            expect(used.slice(-Math.ceil(limit / 2))).not.toContain(key);
            continue;
          }
          expect(found).toBe(truth.get(key));
        }
        used = [...used.filter((k) => k !== key), key];
        expect(map.size).toBeLessThanOrEqual(2 * Math.ceil(limit / 2));
      }
    }),
  );
});

test('a deleted key is gone from both generations, and a value may be undefined', () => {
  const map = new BoundedMap<string, number | undefined>(4);
  for (const key of ['a', 'b', 'c']) map.set(key, undefined);
  expect([map.has('a'), map.has('c'), map.has('z')]).toEqual([true, true, false]);
  map.set('a', 1);
  map.delete('a');
  expect([map.get('a'), map.has('a'), map.size]).toEqual([undefined, false, 2]);
});
