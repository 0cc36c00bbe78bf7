// What a column may say, and what it calculates; tshark's own numbers are compared in test/conformance/statistics.test.ts.
import { describe, expect, it } from 'vitest';
import * as f from '../../test/conformance/frames.ts';
import { writePcap } from '../capture/writer.ts';
import { CaptureIndexer } from '../index/capture-index.ts';
import { countedPacket } from './counted.ts';
import { IoCalculator, readIoColumn } from './io-calculation.ts';

describe('a column', () => {
  it('is a filter, or an operation in capitals with a field before one', () => {
    expect(readIoColumn('max(tcp.len) > 3')).toEqual({ ok: true, calculation: null, filter: 'max(tcp.len) > 3' });
    expect(readIoColumn('SUM(frame.len)frame.len > 60')).toMatchObject({
      calculation: { operation: 'SUM', field: { name: 'frame.len' } },
      filter: 'frame.len > 60',
    });
  });

  it.each([
    ['LOAD(tcp.time_delta)tcp', 'LOAD() is not calculated; one of: COUNT, SUM, MIN, MAX, AVG'],
    ['MIN()tcp', 'needs a field'],
    ['MIN(frame.lenn)tcp', 'did you mean frame.len?'],
    ['SUM(ip.src)ip', 'COUNT(ip.src) counts them'],
    ['COUNT(point)ip', 'field of our own'],
  ])('%s is refused with a remedy', (text, part) => {
    const read = readIoColumn(text);
    expect(read.ok ? '' : read.message).toContain(part);
  });
});

describe('calculated in intervals', () => {
  // Payloads of 1, 4 and 10 bytes at 0, 1 and 2.5 s; the last has another packet inside, so that its bytes are read.
  const datagram = (size: number): readonly number[] => f.udp(40_000, 9, new Array<number>(size).fill(0xff));
  const ip = (size: number): readonly number[] => f.ip4('10.0.0.1', '10.0.0.2', 17, datagram(size));
  const frames = [ip(1), ip(4), f.ip4('192.0.2.1', '192.0.2.2', 4, ip(10))].map((bytes) =>
    f.frame(f.ethernet(0x0800, bytes)),
  );
  const times = [0n, 1_000_000_000n, 2_500_000_000n];
  const calculate = (column: string): readonly number[] => {
    const read = readIoColumn(column);
    if (!read.ok || read.calculation === null) throw new Error(column);
    const indexer = new CaptureIndexer({});
    indexer.append(
      writePcap(
        { linkType: 1 },
        frames.map((bytes, i) => ({ ns: times[i] ?? 0n, bytes })),
      ),
    );
    indexer.end();
    const calculator = new IoCalculator(2_000_000_000, read.calculation);
    for (const [row, bytes] of frames.entries()) calculator.take(countedPacket(indexer.index, 0, row, 0n, () => bytes));
    return calculator.result(3);
  };

  it.each([
    ['SUM(udp.length)', [21, 18, 0]],
    ['MIN(udp.length)', [9, 18, 0]],
    ['MAX(udp.length)', [12, 18, 0]],
    ['AVG(udp.length)', [10, 18, 0]],
    ['COUNT(udp.length)', [2, 1, 0]],
    ['COUNT(ip.addr)', [4, 4, 0]],
    ['SUM(udp.port)', [80_018, 40_009, 0]],
    ['MAX(frame.time_relative)', [1, 2.5, 0]],
    ['COUNT(tcp)', [0, 0, 0]],
  ])('%s', (column, wanted) => {
    expect(calculate(column)).toEqual(wanted);
  });
});
