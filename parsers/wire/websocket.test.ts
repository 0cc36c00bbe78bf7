// WebSocket frames: what the row shows, the unmasked bytes, and frames that are cut, huge or damaged.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as f from '../../test/conformance/frames.ts';
import { type Turn, talk } from '../../test/conformance/talk.ts';
import { writePcap } from '../capture/writer.ts';
import { CaptureIndexer, describePacket, dissectPacket } from '../index/capture-index.ts';

const UPGRADE: readonly Turn[] = [
  ['>', f.ascii('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n')],
  ['<', f.ascii('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')],
];
const FIRST_ROW = 5;

function open(turns: readonly Turn[]) {
  const frames = talk(40_000, 9999, [...UPGRADE, ...turns]);
  const indexer = new CaptureIndexer();
  const packets = frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes }));
  indexer.append(writePcap({ linkType: 1 }, packets));
  indexer.end();
  const { index } = indexer;
  const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
  index.readFramesWith(frame);
  return {
    infos: () => turns.map((_, i) => describePacket(index, FIRST_ROW + i, frame(FIRST_ROW + i)).info),
    tree: (i: number) => dissectPacket(index, FIRST_ROW + i, frame(FIRST_ROW + i)),
  };
}

const short = (opcode: number, text: string): number[] => [opcode, text.length, ...f.ascii(text)];

describe('WebSocket', () => {
  it('shows the unmasked text, and points into it', () => {
    const key = [0xc4, 0x54, 0xf1, 0x94];
    const masked = f.ascii('hello').map((byte, i) => byte ^ (key[i % 4] ?? 0));
    const { infos, tree } = open([['>', [0x81, 0x85, ...key, ...masked]]]);
    expect(infos()).toEqual(['WebSocket Text [FIN] [MASKED]']);
    const { layers, sources } = tree(0);
    const layer = layers.find(({ filter }) => filter === 'websocket');
    const payload = layer?.children.find(({ filter }) => filter === 'websocket.payload');
    expect(payload?.children[0]).toMatchObject({ value: 'hello', source: 1, offset: 0, length: 5 });
    expect(sources[1]?.bytes).toEqual(Uint8Array.from(f.ascii('hello')));
  });

  it('lists frames of one segment as tshark does: the last, unless one of them took several segments', () => {
    const bin = short(0x82, 'bin');
    const { infos } = open([
      ['<', [...short(0x81, 'one'), ...bin]],
      ['<', [...short(0x81, 'one'), ...bin.slice(0, 3)]],
      ['<', [...bin.slice(3), ...short(0x8a, 'x')]],
      ['<', short(1, 'a')],
    ]);
    expect(infos()).toEqual([
      'WebSocket Binary [FIN] ',
      'WebSocket Text [FIN] ',
      'WebSocket Binary [FIN] WebSocket Pong [FIN] ',
      'WebSocket Text[FRAGMENT]  ',
    ]);
  });

  it('does not take other upgrades for its own', () => {
    const frames = talk(40_000, 9999, [
      ['<', f.ascii('HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\n\r\n')],
      ['<', short(0x81, 'one')],
    ]);
    const indexer = new CaptureIndexer();
    indexer.append(
      writePcap(
        { linkType: 1 },
        frames.map((bytes, i) => ({ ns: BigInt(i), bytes })),
      ),
    );
    const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
    indexer.index.readFramesWith(frame);
    expect(describePacket(indexer.index, 4, frame(4)).protocol).toBe('TCP');
  });

  it('waits for a length of 64 bits without believing it', () => {
    const { infos } = open([
      ['<', [0x82, 127, 0x7f, ...new Array<number>(7).fill(0xff), 1]],
      ['<', short(0x81, 'one')],
    ]);
    expect(infos()).toHaveLength(2);
  });

  it('survives any bytes, however they are cut', () => {
    const parts = fc.array(
      fc.tuple(fc.constantFrom<'>' | '<'>('>', '<'), fc.uint8Array({ minLength: 1, maxLength: 60 })),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(parts, (all) => {
        const { infos, tree } = open(all.map(([way, bytes]) => [way, [...bytes]]));
        expect(infos()).toHaveLength(all.length);
        for (let i = 0; i < all.length; i++) tree(i);
      }),
      { numRuns: 500 },
    );
  });
});
