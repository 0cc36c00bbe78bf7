import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflate } from './inflate.ts';

const most = 1 << 20;
const packings = [zlib.gzipSync, zlib.deflateSync, zlib.deflateRawSync];
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc
    .array(fc.constantFrom('abc', 'abcabc', 'x', '\n', '<p>'), { maxLength: 500 })
    .map((words) => Buffer.from(words.join(''))),
);

describe('inflate', () => {
  it('undoes what zlib packs, at every level', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(...packings), fc.integer({ min: 0, max: 9 }), (plain, pack, level) => {
        fc.pre(plain.length > 0);
        expect(inflate(pack(plain, { level }), most)).toEqual(new Uint8Array(plain));
      }),
    );
  });

  it('gives the beginning of a stream that is cut, and never throws', () => {
    const plain = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(''));
    const packed = zlib.gzipSync(plain);
    for (const size of [0, 1, 9, 12, 100, 1000, packed.length - 9]) {
      const found = inflate(packed.subarray(0, size), most);
      if (size >= 100) expect(found?.length).toBeGreaterThan(50);
      if (found !== null) expect(plain.subarray(0, found.length).equals(found)).toBe(true);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void inflate(noise, most)));
  });

  it('stops at the most it may give', () => {
    const bomb = zlib.gzipSync(Buffer.alloc(5_000_000));
    expect(inflate(bomb, 1000)?.length).toBe(1000);
  });

  it('skips what a gzip header may have', () => {
    const raw = zlib.deflateRawSync(Buffer.from('hello'));
    const header = Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, 0x61, 0, 0x62, 0, 1, 2]);
    expect(inflate(Buffer.concat([header, raw]), most)).toEqual(new Uint8Array(Buffer.from('hello')));
  });
});
