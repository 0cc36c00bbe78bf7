// HTTP/2 beyond what tshark is asked about (test/conformance): off HTTP's ports, damaged, cut, and made to hurt.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { http2Frames } from '../../test/conformance/crafted-http2.ts';
import * as f from '../../test/conformance/frames.ts';
import { type Turn, talk } from '../../test/conformance/talk.ts';
import { CaptureReader } from '../capture/reader.ts';
import { writePcap } from '../capture/writer.ts';
import { type CaptureIndex, CaptureIndexer, describePacket, dissectPacket } from '../index/capture-index.ts';
import type { FieldNode } from './field.ts';

function open(frames: readonly Uint8Array[]): { index: CaptureIndex; frame: (row: number) => Uint8Array } {
  const indexer = new CaptureIndexer();
  const packets = frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes }));
  indexer.append(writePcap({ linkType: 1 }, packets));
  indexer.end();
  const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
  indexer.index.readFramesWith(frame);
  return { index: indexer.index, frame };
}

const infos = (frames: readonly Uint8Array[]): string[] => {
  const { index, frame } = open(frames);
  return frames.map((_, row) => describePacket(index, row, frame(row)).info);
};

function labels(nodes: readonly FieldNode[], found: string[] = []): string[] {
  for (const node of nodes) {
    found.push(node.label);
    labels(node.children, found);
  }
  return found;
}

const PREFACE = f.ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const h2 = (type: number, flags: number, stream: number, payload: readonly number[] = []): number[] => [
  ...f.u32(payload.length).slice(1),
  type,
  flags,
  ...f.u32(stream),
  ...payload,
];
const start: Turn = ['>', PREFACE];

describe('HTTP/2', () => {
  it('is known by its preface on any port, and by nothing less', () => {
    const get = h2(1, 5, 1, [0x82, 0x84]);
    expect(infos(talk(40_000, 50_051, [start, ['>', get]])).slice(3, 5)).toEqual(['Magic', 'HEADERS[1]: GET /']);
    expect(infos(talk(40_000, 50_051, [['>', get]]))[3]).toContain('50051 [PSH, ACK]');
    const other = [...f.ascii('PRI * HTTP/2.1'), ...new Array<number>(20).fill(0x41)];
    expect(infos(talk(40_000, 50_051, [['>', other]]))[3]).toContain('50051 [PSH, ACK]');
  });

  it('keeps a table for each direction', () => {
    const add = [0x40, 1, 0x61, 1, 0x62];
    const frames = talk(40_000, 50_051, [
      start,
      ['>', h2(1, 5, 1, add)],
      ['<', h2(1, 5, 1, [0xbe])],
      ['>', h2(1, 5, 3, [0xbe])],
    ]);
    const { index, frame } = open(frames);
    const shown = (row: number): string[] => labels(dissectPacket(index, row, frame(row)).layers);
    expect(shown(6)).toContain('Header: a: b');
    expect(shown(5)).not.toContain('Header: a: b');
    expect(shown(5).some((label) => label.includes('before the capture began'))).toBe(true);
  });

  it('names the outcome of a call', () => {
    const name = f.ascii('grpc-status');
    const trailers = h2(1, 5, 1, [0, name.length, ...name, 2, ...f.ascii('14')]);
    const { index, frame } = open(talk(40_000, 50_051, [start, ['<', trailers]]));
    expect(labels(dissectPacket(index, 4, frame(4)).layers)).toContain('Header: grpc-status: 14 (UNAVAILABLE)');
  });

  it('keeps no more than a part of a message without end, and says its size', () => {
    const name = f.ascii('content-type');
    const type = f.ascii('application/grpc');
    const head = h2(1, 4, 1, [0, name.length, ...name, type.length, ...type]);
    const part = h2(0, 0, 1, new Array<number>(16_384).fill(1));
    const size = 40 * 16_384 - 5;
    const first = h2(0, 0, 1, [0, ...f.u32(size), ...new Array<number>(16_379).fill(1)]);
    const turns: Turn[] = [start, ['>', head], ['>', first], ...new Array<Turn>(39).fill(['>', part])];
    const frames = talk(40_000, 50_051, turns);
    const { index, frame } = open(frames);
    const row = frames.length - 3;
    const { layers, sources } = dissectPacket(index, row, frame(row));
    expect(labels(layers)).toContain(`Message Length: ${size}`);
    expect(sources.map(({ bytes }) => bytes.length)).toEqual([frame(row).length, 65_536]);
    expect(describePacket(index, row, frame(row)).info).toBe('DATA[1] (GRPC) (PROTOBUF)');
  });

  it('survives damage of any kind, in frames and between them', () => {
    const frames = http2Frames();
    const reader = new CaptureReader();
    reader.append(
      new Uint8Array(fs.readFileSync(path.resolve(import.meta.dirname, '../../fixtures/captures/streams.grpc.pcap'))),
    );
    const { record } = reader;
    while (reader.read()) frames.push(record.bytes.slice(record.start, record.start + record.caplen));
    const hit = fc.tuple(fc.nat(frames.length - 1), fc.nat(2000), fc.nat(255));
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 40 }), fc.nat(5), (hits, lose) => {
        const broken = frames.map((bytes) => bytes.slice());
        for (const [n, at, byte] of hits) {
          const one = broken[n];
          if (one !== undefined && one.length > 54) one[54 + (at % (one.length - 54))] = byte;
        }
        const kept = broken.filter((_, i) => lose === 0 || i % (lose + 7) !== 0);
        const { index, frame } = open(kept);
        for (let row = 0; row < kept.length; row++) dissectPacket(index, row, frame(row));
      }),
      { numRuns: 30 },
    );
  });

  it('takes a packet of nothing but frame headers, and blocks of nothing but references, in linear time', () => {
    const empty = new Array<number[]>(6000).fill(h2(1, 0, 1)).flat();
    const dense = h2(1, 4, 1, new Array<number>(50_000).fill(0x82));
    const turns: Turn[] = [start, ['>', empty], ['>', dense]];
    const began = performance.now();
    const frames = talk(40_000, 50_051, turns);
    expect(infos(frames)).toHaveLength(frames.length);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
