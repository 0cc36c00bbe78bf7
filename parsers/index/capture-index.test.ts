import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as f from '../../test/conformance/frames.ts';
import { type PacketToWrite, writePcap, writePcapng } from '../capture/writer.ts';
import { ipText } from '../core/address.ts';
import { CaptureIndexer, describePacket } from './capture-index.ts';
import { SEGMENT_ROWS, Segment } from './segment.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';

function open(bytes: Uint8Array, chunk = bytes.length, splitByInterface = true) {
  const indexer = new CaptureIndexer({ splitByInterface });
  for (let at = 0; at < bytes.length; at += chunk) indexer.append(bytes.slice(at, at + chunk));
  indexer.end();
  return indexer.index;
}

function segment(back: boolean, flags: number, seq: number, ack: number, size = 0): Uint8Array {
  const tcp = f.tcp(back ? 80 : 40_000, back ? 40_000 : 80, {
    seq,
    ack,
    flags,
    payload: new Array<number>(size).fill(1),
  });
  return f.frame(f.ethernet(0x0800, f.ip4(back ? B : A, back ? A : B, 6, tcp), back));
}

const at = (frames: readonly Uint8Array[]): PacketToWrite[] =>
  frames.map((bytes, i) => ({ ns: 1_700_000_000_000_000_000n + BigInt(i) * 1_000_000n, bytes }));
const pcap = (frames: readonly Uint8Array[]): Uint8Array => writePcap({ linkType: 1 }, at(frames));

describe('capture index', () => {
  it('takes at most 64 bytes a packet', () => {
    const full = new Segment();
    const columns = Object.values(full).filter((column) => ArrayBuffer.isView(column) && column !== full.bytes);
    const bytes = columns.reduce(
      (sum: number, column: unknown) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0),
      0,
    );
    expect(bytes).toBe(full.bytes.length);
    expect(bytes / SEGMENT_ROWS).toBeLessThanOrEqual(64);
  });

  it('crosses segments, and any chunk size gives the same index', () => {
    const count = SEGMENT_ROWS + 1500;
    const frame = (i: number): Uint8Array =>
      f.frame(f.ethernet(0x0800, f.ip4(A, B, 17, f.udp(1 + (i & 1023), 9999, [i & 255]))));
    const bytes = pcap(Array.from({ length: count }, (_, i) => frame(i)));
    const whole = open(bytes);
    const pieces = open(bytes, 4099);
    expect(whole.packetCount).toBe(count);
    for (const row of [0, 1, 1023, 1024, SEGMENT_ROWS - 1, SEGMENT_ROWS, count - 1]) {
      expect(whole.endpoints(row)?.sport).toBe(1 + (row & 1023));
      expect(whole.timestampNs(row)).toBe(1_700_000_000_000_000_000n + BigInt(row) * 1_000_000n);
      for (const ask of ['fileOffset', 'caplen', 'length', 'flowOf', 'timestampNs'] as const)
        expect(pieces[ask](row)).toBe(whole[ask](row));
    }
    expect(whole.flows()).toHaveLength(1024);
    expect(pieces.flows()).toEqual(whole.flows());
    expect(() => whole.caplen(count)).toThrow(RangeError);
    expect(() => whole.caplen(-1)).toThrow(RangeError);
  });

  it('keeps IPv6 addresses, 100,000 different ones too', () => {
    const frames = Array.from({ length: 50_000 }, (_, i) =>
      f.frame(
        f.ethernet(
          0x86dd,
          f.ip6(`fd00::${(i >> 8).toString(16)}:${(i & 255).toString(16)}`, 'fd01::1', 17, f.udp(1, 2, [])),
        ),
      ),
    );
    const index = open(pcap(frames));
    for (const row of [0, 255, 256, 49_999])
      expect(ipText(index.endpoints(row)?.src ?? { family: 4, a: 0, b: 0, c: 0, d: 0 })).toBe(ipText(ipOf(row)));
    expect(index.flows()).toHaveLength(50_000);
  });

  it('keeps the flows of two capture points apart, unless asked not to', () => {
    const frames = [segment(false, 2, 1, 0), segment(true, 0x12, 1, 2), segment(false, 0x10, 2, 2)];
    const doubled = frames.flatMap((bytes, i) =>
      [0, 1].map((interfaceId) => ({ ns: BigInt(i * 2 + interfaceId), bytes, interfaceId })),
    );
    const file = writePcapng(
      [
        { linkType: 1, name: 'veth' },
        { linkType: 1, name: 'bridge' },
      ],
      doubled,
    );
    const apart = open(file);
    expect(apart.flows().map((flow) => [flow.interfaceId, flow.packets, flow.retransmissions])).toEqual([
      [0, 3, 0],
      [1, 3, 0],
    ]);
    const together = open(file, file.length, false);
    expect(together.flows().map((flow) => [flow.packets, flow.retransmissions])).toEqual([[6, 2]]);
  });

  it('colours rows by the first rule that matches', () => {
    const frames = [
      segment(false, 2, 1, 0),
      segment(true, 0x14, 0, 2),
      segment(false, 2, 1, 0),
      f.frame(f.ethernet(0x0800, f.ip4(A, B, 17, f.udp(1, 2, []), { ttl: 2 }))),
    ];
    const bytes = pcap(frames);
    const index = open(bytes);
    const colors = frames.map((frame, row) => describePacket(index, row, frame).color);
    expect(colors).toEqual(['http', 'tcp-rst', 'bad-tcp', 'ttl-low']);
  });
});

function ipOf(row: number) {
  return { family: 6 as const, a: 0xfd00_0000, b: 0, c: 0, d: (((row >> 8) << 16) | (row & 255)) >>> 0 };
}

describe('flows', () => {
  const flow = (frames: readonly Uint8Array[]) => open(pcap(frames)).flow(0);
  const handshake = [segment(false, 2, 100, 0), segment(true, 0x12, 500, 101), segment(false, 0x10, 101, 501)];

  it.each([
    ['no answer', [segment(false, 2, 100, 0), segment(false, 2, 100, 0)]],
    ['refused (RST)', [segment(false, 2, 100, 0), segment(true, 0x14, 0, 101)]],
    ['half open', handshake.slice(0, 2)],
    ['established', handshake],
    ['reset', [...handshake, segment(true, 0x14, 501, 101)]],
    ['closing', [...handshake, segment(false, 0x11, 101, 501)]],
    ['closed', [...handshake, segment(false, 0x11, 101, 501), segment(true, 0x11, 501, 102)]],
    ['one direction only', [segment(false, 0x10, 1, 1, 5)]],
  ])('%s', (state, frames) => {
    expect(flow(frames)?.state).toBe(state);
  });

  it('takes the sender of the SYN for the client, even when it is seen late', () => {
    const late = flow([handshake[1] ?? new Uint8Array(0), handshake[2] ?? new Uint8Array(0)]);
    expect([late?.client.port, late?.server.port, late?.packetsToServer, late?.packetsToClient]).toEqual([
      40_000, 80, 1, 1,
    ]);
  });

  it('counts both ways, names the flags, and measures the round trip', () => {
    const whole = flow([...handshake, segment(false, 0x18, 101, 501, 10), segment(false, 0x18, 101, 501, 10)]);
    expect(whole).toMatchObject({
      protocol: 'TCP',
      packets: 5,
      packetsToServer: 4,
      packetsToClient: 1,
      bytesToServer: 54 * 2 + 64 * 2,
      bytesToClient: 54,
      flagsToServer: 'SAP',
      flagsToClient: 'SA',
      retransmissions: 1,
      initialRtt: 0.002,
      firstRow: 0,
    });
    expect((whole?.lastNs ?? 0n) - (whole?.firstNs ?? 0n)).toBe(4_000_000n);
  });

  it('starts a new flow when ports are reused', () => {
    const index = open(pcap([...handshake, segment(false, 2, 9000, 0), segment(true, 0x12, 7000, 9001)]));
    expect(index.flows().map((one) => one.packets)).toEqual([3, 2]);
    expect(index.flow(2)).toBeNull();
  });
});

describe('tunnels', () => {
  const file = fs.readFileSync(path.resolve(import.meta.dirname, '../../fixtures/captures/crafted-tunnels.pcap'));
  const index = open(new Uint8Array(file));

  it('are looked through: endpoints and flows are those of the innermost packet', () => {
    const first = index.endpoints(0);
    expect(first && [ipText(first.src), first.sport, ipText(first.dst), first.dport, first.protocol]).toEqual([
      '10.244.1.2',
      41_000,
      '10.244.2.3',
      47_777,
      6,
    ]);
    const overlay = index.flows().filter((flow) => flow.ipProtocol === 6 && ipText(flow.client.ip) === '10.244.1.2');
    // Eleven tunnels; the connection of the first is seen in GRE, and in GRE inside VXLAN, too.
    expect(overlay).toHaveLength(11);
    expect(overlay[0]).toMatchObject({ packets: 8, retransmissions: 3, state: 'established' });
  });
});
