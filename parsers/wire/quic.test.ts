// QUIC: the vector of RFC 9001, what only a conversation tells, and datagrams that are cut, damaged or of no known version.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quicFrames } from '../../test/conformance/crafted-quic.ts';
import * as f from '../../test/conformance/frames.ts';
import { writePcap } from '../capture/writer.ts';
import { compileFilter } from '../filter/compile-filter.ts';
import { CaptureIndexer, describePacket, dissectPacket } from '../index/capture-index.ts';
import type { FieldNode } from './field.ts';
import { QuicConnection } from './quic-connection.ts';
import { readPackets } from './quic-packets.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (b) => Number.parseInt(b, 16));
const hexOf = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');

function open(frames: readonly Uint8Array[]) {
  const indexer = new CaptureIndexer();
  const packets = frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes }));
  indexer.append(writePcap({ linkType: 1 }, packets));
  indexer.end();
  const { index } = indexer;
  const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
  index.readFramesWith(frame);
  return { index, frame };
}

function valuesOf(nodes: readonly FieldNode[], filter: string): string[] {
  return nodes.flatMap((node) => [
    ...(node.filter === filter && node.value !== null ? [node.value] : []),
    ...valuesOf(node.children, filter),
  ]);
}

const SNI = 'tls.handshake.extensions_server_name';

describe('the server Initial of RFC 9001, A.3', () => {
  const server = bytesOf(
    'cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee',
  );
  const client = bytesOf(`c300000001088394c8f03e5157080000449e00000002${'00'.repeat(1162)}`);

  it('opens once the client has shown its ID', () => {
    const connection = new QuicConnection();
    connection.take(client, true);
    const packet = connection.take(server, false)?.packets[0];
    expect(packet?.number?.value).toBe(1);
    expect(hexOf(packet?.plain ?? new Uint8Array(0))).toMatch(/^02000000000600405a020000560303eefce7f7b37ba1d1/);
    expect(packet?.messages).toHaveLength(1);
  });

  it('does not without it, and does not when a bit is changed', () => {
    expect(new QuicConnection().take(server, false)?.packets[0]?.plain).toBeNull();
    for (const at of [0, 20, server.length - 1]) {
      const connection = new QuicConnection();
      connection.take(client, true);
      const changed = server.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(connection.take(changed, false)?.packets[0]?.plain, `byte ${at}`).toBeNull();
    }
  });
});

describe('QUIC connections', () => {
  const frames = quicFrames();
  const { index, frame } = open(frames);
  const names = frames.map((_, row) => valuesOf(dissectPacket(index, row, frame(row)).layers, SNI));

  it('show the name that the client asks for, in the packet that completes it, whatever is asked first', () => {
    expect(names.flat()).toContain('scattered.example');
    expect(names.findIndex((name) => name.includes('scattered.example'))).toBe(20);
    const again = open(frames);
    const backwards = frames.map((_, i) => {
      const row = frames.length - 1 - i;
      return valuesOf(dissectPacket(again.index, row, again.frame(row)).layers, SNI);
    });
    expect(backwards.reverse()).toEqual(names);
  });

  it('are found by filters, also where only the conversation tells', () => {
    const matching = (text: string): number[] => {
      const filter = compileFilter(text);
      if (!filter.ok) throw new Error(text);
      return frames.flatMap((_, row) => (filter.test(index, row, () => frame(row)) ? [row] : []));
    };
    expect(matching('quic')).toHaveLength(frames.length);
    expect(matching(`${SNI} == "two.example"`)).toEqual([6]);
    expect(matching('quic.short && quic.dcid contains 01:02')).not.toEqual([]);
  });

  it('say nothing of packets of a version that is not known', () => {
    const first = frames[0] ?? new Uint8Array(0);
    const odd = first.slice();
    odd.set([0x0a, 0x1a, 0x2a, 0x3a], 43);
    const opened = open([odd, first]);
    expect(describePacket(opened.index, 0, odd).info).toBe('Initial, DCID=8394c8f03e515701, SCID=0102030401');
    expect(describePacket(opened.index, 1, first).info).toContain('PKN: 0, CRYPTO, PADDING');
    odd.set([0xfa, 0xce, 0xb0, 2], 43);
    expect(describePacket(open([odd]).index, 0, odd).protocol).toBe('UDP');
  });

  it('need more than a long header bit to be taken for QUIC', () => {
    const random = f.frame(
      f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(40_000, 443, [0xc0, 0, 0, 0, 1, 21, 1]))),
    );
    expect(describePacket(open([random]).index, 0, random).protocol).toBe('UDP');
  });
});

describe('datagrams that are no good', () => {
  const frames = quicFrames();

  it('are survived, cut and changed anywhere', () => {
    const hit = fc.tuple(fc.nat(frames.length - 1), fc.nat(1300), fc.nat(255));
    fc.assert(
      fc.property(fc.array(hit, { minLength: 1, maxLength: 30 }), (hits) => {
        const broken = frames.map((bytes) => bytes.slice());
        for (const [n, at, byte] of hits) {
          const one = broken[n];
          if (one !== undefined && one.length > 43) one[42 + (at % (one.length - 42))] = byte;
        }
        const { index, frame } = open(broken);
        for (let row = 0; row < broken.length; row++) dissectPacket(index, row, frame(row));
      }),
      { numRuns: 40 },
    );
  });

  it('never give packets beyond the datagram', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, idSize) => {
        let at = 0;
        for (const packet of readPackets(bytes, idSize)) {
          expect(packet.at).toBe(at);
          expect(packet.end).toBeGreaterThan(at);
          expect(packet.end).toBeLessThanOrEqual(bytes.length);
          expect(packet.numberAt).toBeLessThanOrEqual(bytes.length);
          at = packet.end;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
