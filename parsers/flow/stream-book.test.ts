// Streams put together whatever way the segments come: cut anywhere, doubled, out of order, and asked for in any order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as f from '../../test/conformance/frames.ts';
import { writePcap } from '../capture/writer.ts';
import { type CaptureIndex, CaptureIndexer, describePacket, dissectPacket } from '../index/capture-index.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';
const bodies = ['{"first":true}', 'x'.repeat(700), '', 'the last one'];
const text = bodies
  .map((body, i) => {
    const type = i === 0 ? 'application/json' : 'text/plain';
    return `HTTP/1.1 20${i} OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  })
  .join('');
const chunks = Array.from({ length: 30 }, (_, i) => `${(i + 1).toString(16)}\r\n${'c'.repeat(i + 1)}\r\n`).join('');
const whole = `${text}HTTP/1.1 206 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\nHTTP/1.1 207 OK\r\nContent-Length: 0\r\n\r\n`;
const stream = [...whole].map((c) => c.charCodeAt(0));

interface Cut {
  readonly from: number;
  readonly to: number;
}

function open(cuts: readonly Cut[]) {
  const frames = cuts.map(({ from, to }) =>
    f.frame(
      f.ethernet(
        0x0800,
        f.ip4(B, A, 6, f.tcp(80, 40_000, { seq: 1000 + from, ack: 1, flags: 0x18, payload: stream.slice(from, to) })),
      ),
    ),
  );
  const indexer = new CaptureIndexer();
  indexer.append(
    writePcap(
      { linkType: 1 },
      frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes })),
    ),
  );
  indexer.end();
  const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
  indexer.index.readFramesWith(frame);
  return { index: indexer.index, frame };
}

const cutsAt = (places: readonly number[]): Cut[] => {
  const sorted = [...new Set([0, ...places, stream.length])].sort((a, b) => a - b);
  return sorted.slice(1).map((to, i) => ({ from: sorted[i] ?? 0, to }));
};

/** Status codes in the order of the rows that show them. */
function codes(
  index: CaptureIndex,
  frame: (row: number) => Uint8Array,
  rows: readonly number[],
): Map<number, string[]> {
  return new Map(
    rows.map((row) => {
      const found = dissectPacket(index, row, frame(row)).layers.flatMap((layer) =>
        layer.children.flatMap((line) => line.children.filter((node) => node.filter === 'http.response.code')),
      );
      return [row, found.map((node) => node.value ?? '')];
    }),
  );
}

const ALL = ['200', '201', '202', '203', '206', '207'];
const places = fc.array(fc.integer({ min: 6, max: stream.length - 1 }), { maxLength: 12 });

describe('segments cut anywhere', () => {
  it('give every message once, in the row that completes it', () => {
    fc.assert(
      fc.property(places, fc.boolean(), (at, backwards) => {
        const cuts = cutsAt(at);
        const { index, frame } = open(cuts);
        const rows = cuts.map((_, row) => row);
        const seen = codes(index, frame, backwards ? [...rows].reverse() : rows);
        expect(rows.flatMap((row) => seen.get(row) ?? [])).toEqual(ALL);
        const last = cuts.length - 1;
        expect(seen.get(last)).toContain('207');
        expect(describePacket(index, last, frame(last)).protocol).toBe('HTTP');
      }),
      { numRuns: 300 },
    );
  });

  it('do not mind a segment that comes twice', () => {
    fc.assert(
      fc.property(places, fc.nat(20), (at, again) => {
        const cuts = cutsAt(at);
        const twice = cuts.flatMap((cut, i) => (i === again % cuts.length ? [cut, cut] : [cut]));
        const { index, frame } = open(twice);
        const seen = codes(
          index,
          frame,
          twice.map((_, row) => row),
        );
        expect([...seen.values()].flat()).toEqual(ALL);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a long message', () => {
  const long = stream.indexOf('x'.charCodeAt(0));

  it('is complete when its last missing segment comes, late as it may be', () => {
    const [before, middle, after] = cutsAt([long + 200, long + 400]);
    if (!before || !middle || !after) throw new Error('three cuts');
    const { index, frame } = open([
      before,
      { from: after.from, to: long + 600 },
      middle,
      { from: long + 600, to: after.to },
    ]);
    expect([...codes(index, frame, [0, 1, 2, 3]).values()]).toEqual([['200'], [], [], ALL.slice(1)]);
    expect(describePacket(index, 2, frame(2)).info).toContain('[TCP Out-Of-Order]');
    const { sources } = dissectPacket(index, 3, frame(3));
    const assembled = String.fromCharCode(...(sources[1]?.bytes ?? []));
    expect(assembled.startsWith('HTTP/1.1 201')).toBe(true);
    expect(assembled.endsWith('x'.repeat(700))).toBe(true);
  });

  it('is never made up when a segment is lost for good', () => {
    const { index, frame } = open([
      { from: 0, to: long + 200 },
      { from: long + 300, to: stream.length },
    ]);
    const seen = [...codes(index, frame, [0, 1]).values()].flat();
    expect(seen).not.toContain('201');
    // A body out of chunks is the stream without what stands between them.
    for (const row of [0, 1])
      for (const { name, bytes } of dissectPacket(index, row, frame(row)).sources.slice(1))
        if (name.startsWith('Reassembled')) expect(whole).toContain(String.fromCharCode(...bytes));
  });
});

describe('reading ahead in slices', () => {
  it('ends with the same answer, and stops when it is told to', () => {
    const cuts = cutsAt(Array.from({ length: stream.length - 8 }, (_, i) => i + 7));
    const whole = open(cuts);
    const sliced = open(cuts);
    const last = cuts.length - 1;
    let slices = 1;
    while (!sliced.index.prepareRow(last, () => false)) slices += 1;
    expect(slices).toBeGreaterThan(2);
    expect(describePacket(sliced.index, last, sliced.frame(last))).toEqual(
      describePacket(whole.index, last, whole.frame(last)),
    );
    expect(sliced.index.prepareRow(last, () => false)).toBe(true);
  });
});
