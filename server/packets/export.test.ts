// What is exported again: comments stay with their packets, whatever the byte order of the file they stood in.
import { expect, test } from 'vitest';
import { littleOptions } from '../../parsers/capture/packet-options.ts';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { Capture } from './capture.ts';
import { exported } from './export.ts';
import { FrameFile } from './frame-file.ts';
import { Packets } from './packets.ts';

const { clock } = scriptedSystem();

function open(bytes: Uint8Array) {
  const indexer = new CaptureIndexer();
  indexer.append(bytes.slice());
  indexer.end();
  const handle = {
    readAt(position: number, target: Uint8Array) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close: () => undefined,
  };
  const capture = new Capture('x.pcapng', indexer.index, new FrameFile(handle));
  const packets = new Packets(clock);
  packets.setCaptures([capture]);
  return { capture, packets };
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

const comment = (text: string) => {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(1, 0);
  head.writeUInt16LE(bytes.length, 2);
  return new Uint8Array(Buffer.concat([head, bytes, Buffer.alloc(-bytes.length & 3)]));
};

test('comments, times, lengths and interfaces are kept', async () => {
  const builder = new PcapngBuilder();
  builder.section({ application: 'test' });
  for (const name of ['eth0', 'cni0']) builder.interface({ linkType: 1, name, description: `the ${name}` });
  const frame = (size: number) => new Uint8Array(size).fill(0xff);
  builder.packet(1, 1_700_000_000, 123_456_789, frame(61), 0, 61, 100);
  builder.packet(0, 1_700_000_001, 1, frame(64), 0, 64, 64, comment('look here'));
  builder.packet(1, 1_700_000_002, 0, frame(99), 0, 99, 99, comment('and ünd there'));
  const { capture, packets } = open(builder.take());
  const texts = (one: Capture) => [0, 1].map((row) => Buffer.from(one.optionsOf(row) ?? []).toString());
  expect(capture.optionsOf(0)).toBeNull();
  const request = { filter: 'frame.len < 100', format: 'pcapng', application: 'test' } as const;
  const again = open(await bytesOf(exported(packets, request)));
  const { index } = again.capture;
  expect(index.issues).toEqual([]);
  expect([0, 1].map((row) => [index.timestampNs(row), index.caplen(row), index.length(row)])).toEqual([
    [1_700_000_001_000_000_001n, 64, 64],
    [1_700_000_002_000_000_000n, 99, 99],
  ]);
  expect([0, 1].map((row) => index.interfaces[index.interfaceOf(row)]?.name)).toEqual(['eth0', 'cni0']);
  expect(texts(again.capture).map((text) => text.slice(4).replaceAll('\0', ''))).toEqual([
    'look here',
    'and ünd there',
  ]);
  expect(again.capture.frame(1)).toEqual(capture.frame(2));
});

test('a comment of the other byte order is turned around', () => {
  const big = Buffer.from([0, 1, 0, 3, 0x61, 0x62, 0x63, 0, 0, 2, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect([...littleOptions(new Uint8Array(big), false)]).toEqual([1, 0, 3, 0, 0x61, 0x62, 0x63, 0]);
});

test('an export that another capture overtakes fails instead of ending short', async () => {
  const many = new PcapngBuilder();
  many.section({ application: 'test' });
  many.interface({ linkType: 1, name: 'eth0' });
  for (let i = 0; i < 1200; i++) many.packet(0, 1_700_000_000 + i, 0, new Uint8Array(60), 0, 60, 60);
  const { packets } = open(many.take());
  const chunks = exported(packets, { filter: '', format: 'jsonl', application: 'test' });
  expect((await chunks.next()).done).toBe(false);
  packets.list.generation += 1;
  await expect(chunks.next()).rejects.toThrow('another capture came');
});
