// The short way through a stream's outline counts the same layers as the whole tree.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CaptureIndexer } from '../index/capture-index.ts';
import { PacketIndex } from '../index/packet-index.ts';
import { countedPacket } from './counted.ts';
import { Hierarchy } from './hierarchy.ts';

const folder = path.resolve(import.meta.dirname, '../../fixtures/captures');
const captures = fs.readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));

function hierarchyOf(bytes: Uint8Array, short: boolean) {
  const indexer = new CaptureIndexer({ splitByInterface: false });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  if (!(index instanceof PacketIndex)) throw new Error('not an index of packets');
  const frameOf = (row: number) => bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
  index.readFramesWith(frameOf);
  const outlines = { asked: 0 };
  const { streams } = index;
  if (streams !== null) {
    const outlineOf = streams.outlineOf.bind(streams);
    streams.outlineOf = (flow, row) => {
      outlines.asked++;
      return short ? outlineOf(flow, row) : null;
    };
  }
  const hierarchy = new Hierarchy();
  for (let row = 0; row < index.packetCount; row++)
    hierarchy.take(countedPacket(index, 0, row, 0n, () => frameOf(row)));
  return { roots: hierarchy.result(), asked: outlines.asked };
}

test.each(captures)('%s', (name) => {
  const bytes = new Uint8Array(fs.readFileSync(path.join(folder, name)));
  expect(hierarchyOf(bytes, true).roots).toEqual(hierarchyOf(bytes, false).roots);
});

test('the short way is taken', () => {
  const bytes = new Uint8Array(fs.readFileSync(path.join(folder, 'streams.tls.pcap')));
  expect(hierarchyOf(bytes, true).asked).toBeGreaterThan(20);
});
