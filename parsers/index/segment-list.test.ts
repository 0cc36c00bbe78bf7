import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../test/conformance/random-tcp.ts';
import { writePcap } from '../capture/writer.ts';
import { CaptureIndexer, describePacket, followStream } from './capture-index.ts';
import { SEGMENT_BYTES, Segment } from './segment.ts';
import { type Scratch, SegmentList, SegmentMemory } from './segment-list.ts';

function scratch(room = Number.POSITIVE_INFINITY) {
  const held = new Map<number, Uint8Array>();
  const calls = { written: 0, read: 0, closed: 0 };
  const file: Scratch = {
    writeAt(position, bytes) {
      if (held.size >= room) throw new Error('No space left on device');
      calls.written++;
      held.set(position, bytes.slice());
    },
    readAt(position, target) {
      calls.read++;
      const bytes = held.get(position);
      if (bytes !== undefined) target.set(bytes);
      return bytes?.length ?? 0;
    },
    close: () => void calls.closed++,
  };
  return { file, calls };
}

const marked = (n: number) => {
  const segment = new Segment();
  segment.seq[n] = n + 1;
  segment.flow[65_535] = n;
  return segment;
};

test('whatever is asked for, in whatever order, is what was put in, and no more than the limit stays', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(7), { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (asked, limit) => {
      const { file, calls } = scratch();
      const memory = new SegmentMemory(limit * SEGMENT_BYTES, () => file);
      const list = new SegmentList(memory);
      for (let n = 0; n < 8; n++) {
        list.push(marked(n));
        list.seal(n);
      }
      for (const place of asked) {
        const segment = list.at(place);
        expect([segment?.seq[place], segment?.flow[65_535]]).toEqual([place + 1, place]);
        expect(memory.residentBytes).toBeLessThanOrEqual(limit * SEGMENT_BYTES);
      }
      // What lies there once is not written again.
      expect(calls.written).toBeLessThanOrEqual(7);
      list.close();
      expect([memory.residentBytes, calls.closed]).toEqual([0, calls.written > 0 ? 1 : 0]);
      expect(list.at(8)).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test('without room for the scratch file everything stays in memory, and says why', () => {
  const { file } = scratch(1);
  const told: unknown[] = [];
  const memory = new SegmentMemory(
    SEGMENT_BYTES,
    () => file,
    (error) => told.push(error),
  );
  const list = new SegmentList(memory);
  for (let n = 0; n < 5; n++) {
    list.push(marked(n));
    list.seal(n);
  }
  expect([0, 1, 2, 3, 4].map((place) => list.at(place)?.seq[place])).toEqual([1, 2, 3, 4, 5]);
  expect(told).toEqual([new Error('No space left on device')]);
});

test('two indexes share what there is, and one that is closed gives its part back', () => {
  const memory = new SegmentMemory(2 * SEGMENT_BYTES, () => scratch().file);
  const [one, two] = [new SegmentList(memory), new SegmentList(memory)];
  for (let n = 0; n < 3; n++) {
    for (const list of [one, two]) {
      list.push(marked(n));
      list.seal(n + 1);
    }
  }
  expect(memory.residentBytes).toBe(2 * SEGMENT_BYTES);
  expect([one.at(0)?.seq[0], two.at(0)?.seq[0], one.at(2)?.seq[2]]).toEqual([1, 1, 3]);
  one.close();
  expect(two.at(1)?.seq[1]).toBe(2);
  two.close();
  expect(memory.residentBytes).toBe(0);
});

test('an index of which most lies in the scratch file answers as one in memory', () => {
  const random = new Random(3);
  const packets = Array.from({ length: 140_000 }, (_, i) => {
    const bytes = new Uint8Array(60);
    bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 6, 0, 0]);
    const back = i % 2;
    bytes.set(
      back ? [10, 0, 0, 2, 10, 0, 0, 1, 0, 80, 4, i % 50] : [10, 0, 0, 1, 10, 0, 0, 2, 4, (i + 1) % 50, 0, 80],
      26,
    );
    for (let at = 38; at < 46; at++) bytes[at] = random.below(256);
    bytes.set([0x50, 0x18, 1, 0, 0, 0, 0, 0, 104, 105], 46);
    return { ns: BigInt(i) * 1000n, bytes };
  });
  const file = writePcap({ linkType: 1, nano: true }, packets);
  const indexed = (memory?: SegmentMemory) => {
    const indexer = new CaptureIndexer(memory === undefined ? {} : { memory });
    for (let at = 0; at < file.length; at += 1 << 20) indexer.append(file.subarray(at, at + (1 << 20)));
    indexer.end();
    indexer.index.readFramesWith((row) => packets[row]?.bytes ?? new Uint8Array(0));
    return indexer.index;
  };
  const { file: kept, calls } = scratch();
  const small = indexed(new SegmentMemory(SEGMENT_BYTES, () => kept));
  const whole = indexed();
  expect(small.flows()).toEqual(whole.flows());
  for (let i = 0; i < 100; i++) {
    const row = random.below(packets.length);
    const frame = packets[row]?.bytes ?? new Uint8Array(0);
    expect(describePacket(small, row, frame)).toEqual(describePacket(whole, row, frame));
  }
  expect(followStream(small, 0, 1 << 20)).toEqual(followStream(whole, 0, 1 << 20));
  expect(calls.read).toBeGreaterThan(20);
});
