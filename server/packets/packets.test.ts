import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { Capture } from './capture.ts';
import { pointOf } from './capture-point.ts';
import { Filtered } from './filtered.ts';
import { FrameFile } from './frame-file.ts';
import { MergedList } from './merged-list.ts';
import { Packets } from './packets.ts';
import { type FixturePacket, pcapOf } from './pcap.fixture.ts';

const { clock } = scriptedSystem();

/** A capture that can be fed in pieces. */
function growing(path: string, packets: readonly FixturePacket[]) {
  const bytes = pcapOf(packets);
  const indexer = new CaptureIndexer();
  const handle = {
    readAt(position: number, target: Uint8Array) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close: () => undefined,
  };
  const capture = new Capture(path, indexer.index, new FrameFile(handle));
  let fed = 0;
  return {
    capture,
    feed(upTo = bytes.length) {
      indexer.append(bytes.subarray(fed, Math.max(fed, upTo)));
      fed = Math.max(fed, upTo);
      if (fed >= bytes.length) indexer.end();
    },
    size: bytes.length,
  };
}

const always = () => true;
const timesIn = (list: MergedList) =>
  Array.from({ length: list.total }, (_, i) => {
    const { capture, row } = list.at(i);
    return Number(capture.index.timestampNs(row) / 1000n);
  });

test.each([
  ['node-veth-client.pcap', null, 'veth client'],
  ['pod-client.pcap', null, 'pod client'],
  ['pcap/node-cni0.pcap', null, 'cni0'],
  ['node-any.pcap.gz', null, 'any'],
  ['ext-eth0.pcapng.zst', null, 'ext-eth0'],
  ['node-veth-web-5f996cd778-4lbc6.pcap', null, 'veth web-5f996cd778-4lbc6'],
  ['node-.pcap', null, 'node-'],
  ['.pcap', null, '.pcap'],
  ['trace', null, 'trace'],
  ['whatever.pcapng', 'eth0', 'eth0'],
])('the point of %s (interface %s) is %s', (path, name, point) => expect(pointOf(path, name)).toBe(point));

test('captures are merged by time, each in its own order', () => {
  const a = growing('a.pcap', [{ us: 10 }, { us: 30 }, { us: 50 }]);
  const b = growing('b.pcap', [{ us: 20 }, { us: 40 }, { us: 60 }]);
  a.feed();
  b.feed();
  const list = new MergedList();
  list.setCaptures([a.capture, b.capture]);
  list.advance(always);
  expect(timesIn(list)).toEqual([10, 20, 30, 40, 50, 60]);
  expect(list.placeOf(1, 2)).toBe(5);
  expect(list.placeOf(0, 1)).toBe(2);
});

test('packets at the end grow the list; a packet from before makes it anew, and says so', () => {
  const a = growing('a.pcap', [{ us: 10 }, { us: 30 }]);
  const b = growing('b.pcap', [{ us: 20 }, { us: 40 }]);
  const list = new MergedList();
  a.feed();
  list.setCaptures([a.capture]);
  expect(timesIn(list)).toEqual([10, 30]);
  list.setCaptures([a.capture, b.capture]);
  list.advance(always);
  const before = list.generation;
  expect(timesIn(list)).toEqual([10, 30]);
  b.feed();
  list.advance(always);
  expect(timesIn(list)).toEqual([10, 20, 30, 40]);
  expect(list.generation).toBeGreaterThan(before);
});

test('however captures arrive, the list ends the same', () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(times, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 30 }),
      (all, order) => {
        const sorted = all.map((list) => [...list].sort((x, y) => x - y));
        const parts = sorted.map((list, i) =>
          growing(
            `${i}.pcap`,
            list.map((us) => ({ us })),
          ),
        );
        const list = new MergedList();
        list.setCaptures(parts.map((p) => p.capture));
        const fed = parts.map(() => 0);
        for (const which of order) {
          const i = which % parts.length;
          fed[i] = (fed[i] ?? 0) + 120;
          parts[i]?.feed(Math.min(parts[i]?.size ?? 0, fed[i] ?? 0));
          list.advance(() => false);
        }
        for (const p of parts) p.feed();
        while (!list.advance(() => false));
        expect(timesIn(list)).toEqual(sorted.flat().sort((x, y) => x - y));
        for (let i = 0; i < list.total; i++) {
          const { captureNumber, row } = list.at(i);
          expect(list.placeOf(captureNumber, row)).toBe(i);
        }
      },
    ),
  );
});

test('a capture that goes back in time keeps its own order and settles', () => {
  const a = growing('a.pcap', [{ us: 50 }, { us: 10 }, { us: 60 }]);
  const b = growing('b.pcap', [{ us: 20 }]);
  a.feed();
  b.feed();
  const list = new MergedList();
  list.setCaptures([a.capture, b.capture]);
  for (let i = 0; i < 5; i++) list.advance(always);
  expect(timesIn(list)).toEqual([20, 50, 10, 60]);
});

test('a filter tests each packet once while the list grows, and again when it is made anew', () => {
  const a = growing(
    'a.pcap',
    Array.from({ length: 10 }, (_, i) => ({ us: 100 + i, dport: i % 2 === 0 ? 53 : 80 })),
  );
  const list = new MergedList();
  list.setCaptures([a.capture]);
  let tested = 0;
  const filtered = new Filtered(list, (index, row, frame) => {
    tested += 1;
    expect(frame()).toHaveLength(index.caplen(row));
    return frame()[37] === 53;
  });
  a.feed(24 + 5 * 66);
  filtered.advance(always);
  expect([filtered.matched, tested]).toEqual([3, 5]);
  a.feed();
  filtered.advance(always);
  expect([filtered.matched, tested]).toEqual([5, 10]);
  expect(filtered.placeAt(4)).toBe(8);
});

test('points of one name are told apart by their folder', () => {
  const one = growing('node1/node-cni0.pcap', [{ us: 1 }]);
  const other = growing('node2/node-cni0.pcap', [{ us: 2 }]);
  const third = growing('node2/node-eth0.pcap', [{ us: 3 }]);
  for (const c of [one, other, third]) c.feed();
  const packets = new Packets(clock);
  packets.setCaptures([one.capture, other.capture, third.capture]);
  expect(packets.points()).toEqual(['node1/cni0', 'node2/cni0', 'eth0']);
});

test('frames across pages and at the growing end are whole', () => {
  const bytes = Uint8Array.from({ length: 600_000 }, (_, i) => i % 251);
  let there = 300_000;
  const file = new FrameFile({
    readAt(position, target) {
      const part = bytes.subarray(position, Math.min(there, position + target.length));
      target.set(part);
      return part.length;
    },
    close: () => undefined,
  });
  const same = (offset: number, length: number) =>
    expect(Buffer.compare(file.frame(offset, length), bytes.subarray(offset, offset + length))).toBe(0);
  same(262_100, 100);
  same(299_900, 100);
  there = 600_000;
  same(299_990, 1000);
  same(0, 262_144);
  expect(file.frame(599_990, 100)).toHaveLength(10);
});

test('a timeline counts every packet once', async () => {
  const a = growing('a.pcap', [{ us: 0 }, { us: 5 }, { us: 9 }, { us: 10 }]);
  a.feed();
  const packets = new Packets(clock);
  packets.setCaptures([a.capture]);
  const line = await packets.timeline('', 5, 1000);
  expect(line.packets).toEqual([1, 0, 1, 0, 2]);
  expect(line.fromNs).toBe('0');
  expect(line.toNs).toBe('10000');
});

test('a capture that comes while rows are being answered never breaks the answer', async () => {
  for (let ticks = 0; ticks < 12; ticks++) {
    const a = growing('a.pcap', [{ us: 1 }, { us: 3 }, { us: 5 }]);
    const b = growing('b.pcap', [{ us: 2 }]);
    a.feed();
    b.feed();
    const packets = new Packets(clock);
    packets.setCaptures([a.capture]);
    const asked = packets.rows('', 0, 10, 1000);
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    packets.setCaptures([a.capture, b.capture]);
    const { page } = await asked;
    expect(page.rows).toHaveLength(page.matched);
    expect((await packets.rows('', 0, 10, 1000)).page.rows.map((row) => row.tsNs)).toEqual([
      '1000',
      '2000',
      '3000',
      '5000',
    ]);
  }
});

test('a filter that was tested on one capture is tested anew when a second one comes', async () => {
  const packets = new Packets(clock);
  const late = growing('a.pcap', [{ us: 500, sport: 1 }]);
  late.feed();
  packets.setCaptures([late.capture]);
  expect((await packets.rows('udp.srcport == 2', 0, 9, Number.POSITIVE_INFINITY)).page.matched).toBe(0);
  const early = growing('b.pcap', [{ us: 0, sport: 2 }]);
  early.feed();
  packets.setCaptures([late.capture, early.capture]);
  const { page } = await packets.rows('udp.srcport == 2', 0, 9, Number.POSITIVE_INFINITY);
  expect(page.rows.map((row) => row.no)).toEqual([1]);
});
