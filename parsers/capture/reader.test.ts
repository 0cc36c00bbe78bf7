import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectCapture } from './detect.ts';
import { CaptureReader } from './reader.ts';
import { type PacketToWrite, writePcap, writePcapng } from './writer.ts';

interface Read {
  readonly ns: bigint;
  readonly bytes: readonly number[];
  readonly length: number;
  readonly interfaceId: number;
  readonly fileOffset: number;
}

function readAll(bytes: Uint8Array, cuts: readonly number[] = []) {
  const reader = new CaptureReader();
  const packets: Read[] = [];
  const drain = (): void => {
    while (reader.read()) {
      const { record } = reader;
      packets.push({
        ns: BigInt(record.seconds) * 1_000_000_000n + BigInt(record.nanos),
        bytes: [...record.bytes.subarray(record.start, record.start + record.caplen)],
        length: record.length,
        interfaceId: record.interfaceId,
        fileOffset: record.fileOffset,
      });
    }
  };
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.append(bytes.slice(from, cut));
    drain();
    from = cut;
  }
  reader.end();
  return { packets, reader };
}

const packet = fc.record({
  ns: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }).map((ns) => ns - (ns % 1000n)),
  bytes: fc.uint8Array({ maxLength: 300 }),
});
const packets: PacketToWrite[] = [
  { ns: 1_700_000_000_123_456_000n, bytes: Uint8Array.of(1, 2, 3), length: 60 },
  { ns: 1_700_000_001_000_001_000n, bytes: new Uint8Array(100) },
];

describe('capture reader', () => {
  it.each([
    ['little micro', {}],
    ['big micro', { bigEndian: true }],
    ['little nano', { nano: true }],
    ['big nano', { bigEndian: true, nano: true }],
  ])('reads pcap back: %s', (_name, options) => {
    const file = writePcap({ linkType: 1, ...options }, packets);
    const { packets: read, reader } = readAll(file);
    expect(read.map((p) => p.ns)).toEqual(packets.map((p) => p.ns));
    expect(read.map((p) => p.length)).toEqual([60, 100]);
    expect(reader.issues).toEqual([]);
    for (const p of read) expect([...file.subarray(p.fileOffset, p.fileOffset + p.bytes.length)]).toEqual(p.bytes);
  });

  it('gives the same packets for any split of the same bytes', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 8 }),
        fc.boolean(),
        fc.array(fc.nat(4000), { maxLength: 12 }),
        fc.nat(2000),
        (list, ng, cuts, drop) => {
          // The second section holds an unknown block, which is skipped and must be skippable in pieces.
          const tail = bigEndianSection(6, 1n);
          const whole = ng
            ? Uint8Array.from([...writePcapng([{ linkType: 1, name: 'é' }], list), ...tail])
            : writePcap({ linkType: 1, nano: true }, list);
          const file = drop < whole.length && drop % 3 === 0 ? whole.subarray(0, whole.length - drop) : whole;
          const sorted = cuts.filter((c) => c < file.length).sort((a, b) => a - b);
          const once = readAll(file);
          const split = readAll(file, sorted);
          const bytewise = readAll(
            file,
            Array.from({ length: file.length }, (_, i) => i),
          );
          for (const other of [split, bytewise]) {
            expect(other.packets).toEqual(once.packets);
            expect(other.reader.issues).toEqual(once.reader.issues);
            expect(other.reader.interfaces).toEqual(once.reader.interfaces);
          }
          if (file === whole)
            expect(once.packets.map((p) => p.ns)).toEqual([...list.map((p) => p.ns), ...(ng ? [1000n] : [])]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the packets before a cut and names the byte where the file breaks', () => {
    const file = writePcap({ linkType: 1 }, packets);
    const { packets: read, reader } = readAll(file.subarray(0, file.length - 1));
    expect(read).toHaveLength(1);
    expect(reader.issues).toMatchObject([{ kind: 'truncated', offset: 24 + 16 + 3, where: 'file' }]);
  });

  it('stops at a corrupt length without gathering memory', () => {
    const file = writePcap({ linkType: 1 }, packets);
    new DataView(file.buffer).setUint32(24 + 16 + 3 + 8, 0xfffffff0, true);
    const { packets: read, reader } = readAll(file);
    expect(read).toHaveLength(1);
    expect(reader.issues).toMatchObject([{ kind: 'malformed', offset: 24 + 16 + 3 + 8 }]);
    expect(reader.damaged).toBe(true);
  });

  it('reads a large record in small pieces in linear time', () => {
    const file = writePcap({ linkType: 1 }, [{ ns: 0n, bytes: new Uint8Array(1_000_000) }]);
    const started = performance.now();
    const { packets: read } = readAll(
      file,
      Array.from({ length: file.length / 16 }, (_, i) => i * 16),
    );
    expect(read[0]?.bytes).toHaveLength(1_000_000);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('reads sections of both byte orders, each with its own interfaces', () => {
    const little = writePcapng(
      [{ linkType: 1, name: 'a', description: 'first' }],
      [{ ns: 5n, bytes: Uint8Array.of(1) }],
    );
    const big = bigEndianSection(6, 1_000_001n);
    const { packets: read, reader } = readAll(Uint8Array.from([...little, ...big]));
    expect(reader.issues).toEqual([]);
    expect(reader.interfaces.map((i) => [i.id, i.name, i.description, i.linkTypeName])).toEqual([
      [0, 'a', 'first', 'ETHERNET'],
      [1, null, null, 'RAW'],
    ]);
    expect(read.map((p) => [p.interfaceId, p.ns])).toEqual([
      [0, 5n],
      [1, 1_000_001_000n],
    ]);
  });

  it('counts time in powers of ten and of two, and adds the offset', () => {
    expect(readAll(bigEndianSection(3, 1234n)).packets[0]?.ns).toBe(1_234_000_000n);
    expect(readAll(bigEndianSection(0x80 | 10, 1536n)).packets[0]?.ns).toBe(1_500_000_000n);
    expect(readAll(bigEndianSection(9, 0x1234_5678_9abc_def0n)).packets[0]?.ns).toBe(0x1234_5678_9abc_def0n);
    expect(readAll(bigEndianSection(12, 5_000_000_001_999n)).packets[0]?.ns).toBe(5_000_000_001n);
    expect(readAll(bigEndianSection(9, 7n, 100)).packets[0]?.ns).toBe(100_000_000_007n);
  });

  it('skips a damaged packet block whose frame is intact', () => {
    const file = writePcapng([{ linkType: 1 }], packets);
    const view = new DataView(file.buffer);
    const firstPacket = 28 + 12 + 8 + 8 + 4;
    expect(view.getUint32(firstPacket, true)).toBe(6);
    view.setUint32(firstPacket + 20, 5000, true);
    const { packets: read, reader } = readAll(file);
    expect(read).toHaveLength(1);
    expect(reader.issues).toMatchObject([{ kind: 'malformed', offset: firstPacket + 20 }]);
  });

  it('says what a file is that it cannot read', () => {
    expect(readAll(Uint8Array.of(0x1f, 0x8b, 8, 0)).reader.issues).toMatchObject([
      { kind: 'unsupported', protocol: 'gzip' },
    ]);
    expect(readAll(Uint8Array.of(1, 2, 3, 4, 5)).reader.issues).toMatchObject([
      { kind: 'unsupported', protocol: 'capture' },
    ]);
    expect(readAll(new Uint8Array(0)).reader.issues).toMatchObject([{ kind: 'truncated' }]);
    expect(detectCapture(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd))).toBe('zstd');
    expect(detectCapture(Uint8Array.of(0x04, 0x22, 0x4d, 0x18))).toBe('lz4');
    expect(detectCapture(Uint8Array.of(0x0a, 0x0d))).toBeNull();
  });
});

/** A big-endian section with a raw-IP interface of this if_tsresol, one unknown block, and one packet at `time`. */
function bigEndianSection(resolution: number, time: bigint, offset = 0): Uint8Array {
  const bytes: number[] = [];
  const u32 = (v: number): void => void bytes.push((v >>> 24) & 255, (v >>> 16) & 255, (v >>> 8) & 255, v & 255);
  u32(0x0a0d0d0a);
  for (const v of [28, 0x1a2b3c4d, 0x10000, 0xffffffff, 0xffffffff, 28]) u32(v);
  for (const v of [1, 44, 101 << 16, 0, (9 << 16) | 1, resolution << 24, (14 << 16) | 8, 0, offset, 0, 44]) u32(v);
  for (const v of [0xbad, 16, 0, 16]) u32(v);
  for (const v of [6, 36, 0, Number(time >> 32n), Number(time & 0xffffffffn), 1, 1, 0x45000000, 36]) u32(v);
  return Uint8Array.from(bytes);
}
