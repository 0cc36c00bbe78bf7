import { describe, expect, it } from 'vitest';
import * as f from '../../test/conformance/frames.ts';
import { writePcap } from '../capture/writer.ts';
import { CaptureIndexer, describePacket } from './capture-index.ts';

function open(frames: readonly Uint8Array[]) {
  const file = writePcap(
    { linkType: 1 },
    frames.map((bytes, i) => ({ ns: 1_700_000_000_000_000_000n + BigInt(i), bytes })),
  );
  const indexer = new CaptureIndexer();
  indexer.append(file);
  indexer.end();
  const { index } = indexer;
  const frame = (row: number) => file.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
  index.readFramesWith(frame);
  return { index, info: (row: number) => describePacket(index, row, frame(row)).info };
}

const part = (id: number, fragment: number, bytes: readonly number[], src = '10.0.0.1') =>
  f.frame(f.ethernet(0x0800, f.ip4(src, '10.0.0.2', 17, bytes, { id, fragment })));
const datagram = f.udp(1000, 47_777, f.ascii('0123456789abcdef'));

describe('fragments', () => {
  it('give the completing frame the ports, the flow and the text of the datagram', () => {
    const { index, info } = open([part(1, 0x2000, datagram.slice(0, 16)), part(1, 2, datagram.slice(16))]);
    expect(info(0)).toBe('Fragmented IP protocol (proto=UDP 17, off=0, ID=0001)');
    expect(info(1)).toBe('1000 → 47777 Len=16');
    expect(index.endpoints(1)).toMatchObject({ sport: 1000, dport: 47_777 });
    expect(index.endpoints(0)).toMatchObject({ sport: null });
  });

  it('of different senders are never mixed', () => {
    const { info } = open([part(1, 0x2000, datagram.slice(0, 16)), part(1, 2, datagram.slice(16), '10.0.0.9')]);
    expect(info(1)).toContain('Fragmented IP protocol');
  });

  it('that never end are given up, the oldest first, and memory stays bounded', () => {
    const room = new Array<number>(60_000).fill(1);
    const flood = Array.from({ length: 160 }, (_, i) => part(i + 10, 0x2000, room));
    const { info } = open([part(1, 0x2000, datagram.slice(0, 16)), ...flood, part(1, 2, datagram.slice(16))]);
    expect(info(flood.length + 1)).toContain('Fragmented IP protocol');
  });

  it('that claim to reach beyond the longest datagram are left alone', () => {
    const { info } = open([part(1, 0x2000, datagram.slice(0, 16)), part(1, 0x1fff, datagram.slice(16))]);
    expect(info(1)).toContain('Fragmented IP protocol');
  });

  it('that repeat without end cost no time', () => {
    const flood = Array.from({ length: 30_000 }, () => part(1, 0x2001, datagram.slice(0, 8)));
    const started = performance.now();
    const { info } = open([part(1, 9, datagram.slice(0, 8)), ...flood]);
    expect(info(flood.length)).toContain('Fragmented IP protocol');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
