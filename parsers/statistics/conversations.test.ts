import { expect, test } from 'vitest';
import { CaptureIndexer } from '../index/capture-index.ts';
import { Conversations } from './conversations.ts';
import { countedPacket } from './counted.ts';

/** TCP segments over Ethernet, in a pcapng with as many interfaces as are named. */
function capture(segments: readonly { point: number; back?: boolean; flags: number; seq: number }[], points: number) {
  const blocks: Uint8Array[] = [];
  const block = (type: number, body: Uint8Array): void => {
    const padded = (body.length + 3) & ~3;
    const bytes = new Uint8Array(padded + 12);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, bytes.length, true);
    bytes.set(body, 8);
    view.setUint32(bytes.length - 4, bytes.length, true);
    blocks.push(bytes);
  };
  block(0x0a0d0d0a, Uint8Array.from([0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]));
  for (let i = 0; i < points; i++) block(1, Uint8Array.from([1, 0, 0, 0, 0, 0, 4, 0]));
  for (const [i, { point, back, flags, seq }] of segments.entries()) {
    const frame = new Uint8Array(54);
    const view = new DataView(frame.buffer);
    frame.set([2, 0, 0, 0, 0, back ? 1 : 2, 2, 0, 0, 0, 0, back ? 2 : 1, 8, 0, 0x45]);
    view.setUint16(16, 40);
    frame.set([64, 6, 0, 0, 10, 0, 0, back ? 2 : 1, 10, 0, 0, back ? 1 : 2], 22);
    view.setUint16(34, back ? 80 : 4000);
    view.setUint16(36, back ? 4000 : 80);
    view.setUint32(38, seq);
    frame.set([0x50, flags], 46);
    const body = new Uint8Array(20 + frame.length);
    const head = new DataView(body.buffer);
    head.setUint32(0, point, true);
    head.setUint32(8, 1000 * i, true);
    head.setUint32(12, frame.length, true);
    head.setUint32(16, frame.length, true);
    body.set(frame, 20);
    block(6, body);
  }
  const bytes = new Uint8Array(blocks.reduce((sum, b) => sum + b.length, 0));
  let at = 0;
  for (const b of blocks) {
    bytes.set(b, at);
    at += b.length;
  }
  return bytes;
}

function tables(bytes: Uint8Array, splitByInterface: boolean) {
  const indexer = new CaptureIndexer({ splitByInterface });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  const conversations = new Conversations();
  for (let row = 0; row < index.packetCount; row++) {
    const at = index.fileOffset(row);
    const frame = (): Uint8Array => bytes.subarray(at, at + index.caplen(row));
    conversations.take(countedPacket(index, 0, row, index.timestampNs(0), frame));
  }
  return conversations.result();
}

const SYN = 2;
const ACK = 0x10;

test('one connection seen at two points is one conversation, a second connection another', () => {
  const connection = (seq: number) =>
    [0, 1].flatMap((point) => [
      { point, flags: SYN, seq },
      { point, back: true, flags: SYN | ACK, seq: 1 },
    ]);
  const bytes = capture([...connection(100), ...connection(90_000)], 2);
  const { tcp, ip, eth } = tables(bytes, true).conversations;
  expect(tcp.map((row) => [row.addressA, row.portA, row.packetsAToB, row.packetsBToA])).toEqual([
    ['10.0.0.1', 4000, 2, 2],
    ['10.0.0.1', 4000, 2, 2],
  ]);
  expect(ip).toMatchObject([{ addressA: '10.0.0.1', portA: null, packetsAToB: 4, packetsBToA: 4, bytesAToB: 216 }]);
  expect(eth).toMatchObject([{ addressA: '02:00:00:00:00:01', packetsAToB: 4, packetsBToA: 4 }]);
});

test('side A sent the first packet, and endpoints are what their conversations add up to', () => {
  const found = tables(
    capture(
      [
        { point: 0, back: true, flags: ACK, seq: 1 },
        { point: 0, flags: ACK, seq: 1 },
      ],
      1,
    ),
    false,
  );
  expect(found.conversations.tcp).toMatchObject([
    { addressA: '10.0.0.2', portA: 80, startNs: 0, durationNs: 1_000_000 },
  ]);
  expect(found.endpoints.tcp).toEqual([
    { address: '10.0.0.2', port: 80, packetsSent: 1, bytesSent: 54, packetsReceived: 1, bytesReceived: 54 },
    { address: '10.0.0.1', port: 4000, packetsSent: 1, bytesSent: 54, packetsReceived: 1, bytesReceived: 54 },
  ]);
  expect(found.endpoints.udp).toEqual([]);
});
