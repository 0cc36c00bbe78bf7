// Hostile captures: every prefix of the fixtures and thousands of seeded mutations. Nothing throws, nothing hangs, and what stands
// before the damage is shown. VETHSCOPE_SEED repeats a run.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../parsers/filter/compile-filter.ts';
import { type CaptureIndex, CaptureIndexer, describePacket, dissectPacket } from '../../parsers/index/capture-index.ts';
import { Random } from '../conformance/random-tcp.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const captures = fs
  .readdirSync(dir)
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((name) => ({ name, bytes: new Uint8Array(fs.readFileSync(path.join(dir, name))) }));
const SEED = Number(process.env['VETHSCOPE_SEED'] ?? 20_261_124);
const MUTATIONS = 3000;
const MAX_MS = 2000;

function open(bytes: Uint8Array): CaptureIndex {
  const indexer = new CaptureIndexer();
  indexer.append(bytes);
  indexer.end();
  return indexer.index;
}

/** Asks everything of every row, as the viewer would. */
function lookAtAll(index: CaptureIndex, bytes: Uint8Array): void {
  const filter = compileFilter(
    'ip.addr == 10.0.0.0/8 || dns.qry.name contains "a" || tcp.window_size > 3 || ip.ttl < 9',
  );
  for (let row = 0; row < index.packetCount; row++) {
    const frame = bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
    expect(frame.length).toBe(index.caplen(row));
    describePacket(index, row, frame);
    const { layers } = dissectPacket(index, row, frame);
    for (const layer of layers) expect(layer.offset + layer.length).toBeLessThanOrEqual(frame.length);
    if (filter.ok) filter.test(index, row, () => frame);
  }
  index.flows();
}

describe('hostile captures', () => {
  it.each(captures)('$name: every prefix', ({ bytes }) => {
    const whole = open(bytes);
    // Long files are cut at every byte of their beginning and end, and now and then between.
    for (let size = 0; size < bytes.length; size += size < 1500 || size > bytes.length - 300 ? 1 : 37) {
      const prefix = bytes.subarray(0, size);
      const index = open(prefix);
      let complete = 0;
      while (complete < whole.packetCount && whole.fileOffset(complete) + whole.caplen(complete) <= size) complete++;
      // A pcapng packet counts once its block is whole, a few bytes after the frame.
      expect(index.packetCount).toBeGreaterThanOrEqual(index.format === 'pcapng' ? complete - 1 : complete);
      expect(index.packetCount).toBeLessThanOrEqual(complete);
      const last = index.packetCount - 1;
      const endsWhole = index.issues.length === 0;
      if (endsWhole && last >= 0) expect(size - (whole.fileOffset(last) + whole.caplen(last))).toBeLessThan(8);
    }
  });

  it(`${MUTATIONS} mutations (seed ${SEED})`, () => {
    const random = new Random(SEED);
    let slowest = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const source = captures[random.below(captures.length)];
      if (!source) continue;
      const size = Math.min(source.bytes.length, 3000);
      const bytes = source.bytes.slice(0, size);
      const hits = 1 + random.below(8);
      let first = size;
      for (let k = 0; k < hits; k++) {
        const at = random.below(size);
        first = Math.min(first, at);
        bytes[at] = random.pick([0, 0xff, 0x7f, 0x80, 1, random.below(256)]);
      }
      const started = performance.now();
      const index = open(bytes);
      lookAtAll(index, bytes);
      slowest = Math.max(slowest, performance.now() - started);
      // Packets that end before the first changed byte are all there.
      const whole = open(source.bytes.slice(0, first));
      expect(index.packetCount, `mutation ${i} of ${source.name}`).toBeGreaterThanOrEqual(whole.packetCount);
    }
    expect(slowest).toBeLessThan(MAX_MS);
  });

  it('garbage after a good header', () => {
    const random = new Random(SEED + 1);
    for (let i = 0; i < 300; i++) {
      const source = captures[random.below(captures.length)];
      if (!source) continue;
      const bytes = Uint8Array.from({ length: 500 }, () => random.below(256));
      bytes.set(source.bytes.subarray(0, 24 + random.below(100)), 0);
      lookAtAll(open(bytes), bytes);
    }
  });
});
