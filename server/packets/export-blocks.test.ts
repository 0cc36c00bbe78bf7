// What an export keeps of pcapng files of either byte order: sections put together, interface numbers, comments, names, secrets,
// statistics, blocks of other tools; and what it must leave out. Read back by ourselves and, where it is installed, by tshark.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import * as f from '../../test/conformance/frames.ts';
import { tsharkVersion } from '../../test/conformance/oracle.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { Capture } from './capture.ts';
import { exported } from './export.ts';
import { FrameFile } from './frame-file.ts';
import { Packets } from './packets.ts';

/** Writes blocks in one byte order. */
class Order {
  readonly little: boolean;
  constructor(little: boolean) {
    this.little = little;
  }
  u16(n: number): number[] {
    return this.little ? [n & 255, n >>> 8] : [n >>> 8, n & 255];
  }
  u32(n: number): number[] {
    const bytes = [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
    return this.little ? bytes.reverse() : bytes;
  }
  u64(n: number): number[] {
    return this.little ? [...this.u32(n), ...this.u32(0)] : [...this.u32(0), ...this.u32(n)];
  }
  block(type: number, body: readonly number[]): number[] {
    const padded = [...body, ...new Array<number>(-body.length & 3).fill(0)];
    const total = this.u32(padded.length + 12);
    return [...this.u32(type), ...total, ...padded, ...total];
  }
  option(code: number, value: readonly number[]): number[] {
    return [...this.u16(code), ...this.u16(value.length), ...value, ...new Array<number>(-value.length & 3).fill(0)];
  }
  readonly end = [0, 0, 0, 0];
  section(comment: string): number[] {
    const head = [...this.u32(0x1a2b3c4d), ...this.u16(1), ...this.u16(0), ...new Array<number>(8).fill(255)];
    return this.block(0x0a0d0d0a, [...head, ...this.option(1, f.ascii(comment)), ...this.end]);
  }
  interface(name: string, comment: string, resolution: number): number[] {
    const options = [
      ...this.option(2, f.ascii(name)),
      ...this.option(1, f.ascii(comment)),
      ...this.option(9, [resolution]),
    ];
    return this.block(1, [...this.u16(1), ...this.u16(0), ...this.u32(262_144), ...options, ...this.end]);
  }
  packet(id: number, count: number, bytes: readonly number[], comments: readonly string[], type = 6): number[] {
    const head = type === 6 ? this.u32(id) : [...this.u16(id), ...this.u16(0)];
    const padded = [...bytes, ...new Array<number>(-bytes.length & 3).fill(0)];
    const said = comments.flatMap((text) => this.option(1, f.ascii(text)));
    const sizes = [...this.u32(bytes.length), ...this.u32(bytes.length)];
    return this.block(type, [...head, ...this.u32(0), ...this.u32(count), ...sizes, ...padded, ...said, ...this.end]);
  }
  names(): number[] {
    return this.block(4, [
      ...this.option(1, [10, 0, 0, this.little ? 9 : 8, ...f.ascii(this.little ? 'little.one' : 'big.one'), 0]),
      ...this.end,
    ]);
  }
  secrets(text: string): number[] {
    const padded = [...f.ascii(text), ...new Array<number>(-text.length & 3).fill(0)];
    return this.block(10, [...this.u32(0x544c534b), ...this.u32(text.length), ...padded]);
  }
  statistics(id: number, count: number): number[] {
    const options = [
      ...this.option(4, this.u64(77)),
      ...this.option(5, this.u64(5)),
      ...this.option(3, [...this.u32(0), ...this.u32(count)]),
    ];
    return this.block(5, [...this.u32(id), ...this.u32(0), ...this.u32(count), ...options, ...this.end]);
  }
  custom(type: number, text: string): number[] {
    return this.block(type, [...this.u32(32_473), ...f.ascii(text)]);
  }
}

const udp = (last: number): number[] => [
  ...f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', `10.0.0.${last}`, 17, f.udp(1, 2, [0])))),
];
const key = 'CLIENT_RANDOM 00 11\n';

/** Two interfaces, one of nanoseconds and one of microseconds; the second packet stands in the obsolete block. */
function sectionOf(little: boolean): number[] {
  const o = new Order(little);
  const word = little ? 'little' : 'big';
  return [
    ...o.section(`section ${word}`),
    ...o.interface(`${word}0`, `comment of ${word}0`, 9),
    ...o.interface(`${word}1`, `comment of ${word}1`, 6),
    ...o.names(),
    ...o.secrets(key),
    ...o.custom(0xbad, `keep ${word}`),
    ...o.custom(0x4000_0bad, `never ${word}`),
    ...o.block(0x0000_0b16, f.ascii(`unknown ${word}`)),
    ...o.packet(1, 1_000_000, udp(little ? 9 : 8), [`first ${word}`, `second ${word}`]),
    ...o.packet(0, 2_000_000_000, udp(7), [`obsolete ${word}`], 2),
    ...o.packet(0, 3_000_000_000, udp(6), []),
    ...o.statistics(1, 4_000_000),
  ];
}

const { clock } = scriptedSystem();

function open(bytes: Uint8Array): { capture: Capture; packets: Packets } {
  const indexer = new CaptureIndexer();
  // Byte by byte around the heads: places must not depend on the chunks.
  for (let at = 0; at < bytes.length; at += 97) indexer.append(bytes.slice(at, at + 97));
  indexer.end();
  const readAt = (position: number, target: Uint8Array): number => {
    const part = bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  const capture = new Capture('x.pcapng', indexer.index, new FrameFile({ readAt, close: () => undefined }));
  const packets = new Packets(clock);
  packets.setCaptures([capture]);
  return { capture, packets };
}

async function exportOf(packets: Packets, filter = ''): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of exported(packets, { filter, format: 'pcapng', application: 'test' })) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

const file = new Uint8Array([...sectionOf(true), ...sectionOf(false)]);

describe('an export', () => {
  it('has the comments of packets, sections and interfaces, of both byte orders', async () => {
    const { packets } = open(file);
    const { capture } = open(await exportOf(packets));
    const { index } = capture;
    expect(index.issues).toEqual([]);
    const comments = Array.from({ length: index.packetCount }, (_, row) => capture.commentsOf(row));
    expect(comments).toEqual([
      ['first little', 'second little'],
      ['obsolete little'],
      [],
      ['first big', 'second big'],
      ['obsolete big'],
      [],
    ]);
    expect(capture.commentedRows(9)).toEqual({ rows: [0, 1, 3, 4], total: 4 });
    expect(capture.commentedRows(2)).toEqual({ rows: [0, 1], total: 4 });
    expect(capture.commentsAt('sections', 0)).toEqual(['section little', 'section big']);
    expect(index.interfaces.map(({ name, comments: said }) => [name, ...said])).toEqual([
      ['little1', 'comment of little1'],
      ['little0', 'comment of little0'],
      ['big1', 'comment of big1'],
      ['big0', 'comment of big0'],
    ]);
  });

  it('keeps packets on their interfaces, with their times', async () => {
    const { packets } = open(file);
    const { capture } = open(await exportOf(packets, 'frame.comment contains "big"'));
    const { index } = capture;
    expect(
      Array.from({ length: index.packetCount }, (_, row) => [
        index.interfaces[index.interfaceOf(row)]?.name,
        index.timestampNs(row),
      ]),
    ).toEqual([
      ['big1', 1_000_000_000n],
      ['big0', 2_000_000_000n],
    ]);
  });

  it('keeps names, secrets, blocks of other tools, and leaves out what must not be copied', async () => {
    const { packets } = open(file);
    const bytes = await exportOf(packets);
    const text = Buffer.from(bytes).toString('latin1');
    for (const kept of ['little.one', 'big.one', 'keep little', 'unknown little']) expect(text).toContain(kept);
    expect(text.split(key)).toHaveLength(3);
    for (const gone of ['never', 'keep big', 'unknown big']) expect(text).not.toContain(gone);
    const types = open(bytes).capture.index.notes?.blocks.map(({ type }) => type);
    expect(types).toEqual([4, 10, 0xbad, 0xb16, 4, 10, 5, 5]);
  });

  it('has the file’s names in its rows, as the file itself', async () => {
    const { packets } = open(file);
    for (const list of [packets, open(await exportOf(packets)).packets]) {
      const rows = (await list.rows('', 0, 10, 1000, 0)).page.rows;
      expect(rows.map(({ destinationName }) => destinationName)).toEqual([
        'little.one',
        undefined,
        undefined,
        'big.one',
        undefined,
        undefined,
      ]);
      expect(rows.some((row) => 'sourceName' in row)).toBe(false);
    }
  });

  it('keeps statistics with the interface they are of', async () => {
    const { packets } = open(file);
    const { index } = open(await exportOf(packets)).capture;
    expect(index.interfaces.map(({ name, dropped }) => [name, dropped])).toEqual([
      ['little1', 5],
      ['little0', null],
      ['big1', 5],
      ['big0', null],
    ]);
    const alone = open(await exportOf(packets, 'frame.len == 0')).capture.index;
    expect([alone.packetCount, alone.interfaces.length, alone.issues]).toEqual([0, 0, expect.anything()]);
  });

  it('writes what somebody made of the comments, and leaves the others', async () => {
    const { capture, packets } = open(file);
    capture.setComments('packets', 1, ['now this']);
    capture.setComments('packets', 3, ['and ünd this']);
    capture.setComments('packets', 4, []);
    capture.setComments('sections', 0, ['new section']);
    capture.setComments('interfaces', 1, []);
    const again = open(await exportOf(packets)).capture;
    expect([0, 1, 2, 3, 4, 5].map((row) => again.commentsOf(row))).toEqual([
      ['now this'],
      ['obsolete little'],
      ['and ünd this'],
      [],
      ['obsolete big'],
      [],
    ]);
    expect(again.commentsAt('sections', 0)).toEqual(['new section', 'section big']);
    expect(again.commentsAt('interfaces', 0)).toEqual([]);
  });

  it('forgets a change that says what the file says', () => {
    const { capture } = open(file);
    capture.setComments('packets', 1, []);
    expect(capture.edits.isEmpty).toBe(false);
    capture.setComments('packets', 1, ['first little', 'second little']);
    expect(capture.edits.isEmpty).toBe(true);
    capture.setComments('packets', 2, []);
    capture.setComments('packets', 3, ['new']);
    capture.setComments('packets', 6, ['last']);
    expect(capture.commentedRows(9)).toEqual({ rows: [0, 2, 3, 4, 5], total: 5 });
    expect(capture.commentedRows(3)).toEqual({ rows: [0, 2, 3], total: 5 });
  });
});

describe.skipIf(tsharkVersion() === null)('tshark reads', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-export-'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  const ask = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  it('the same comments, interfaces and times from the export as from the file', async () => {
    const { packets } = open(file);
    const [from, to] = [path.join(folder, 'from.pcapng'), path.join(folder, 'to.pcapng')];
    fs.writeFileSync(from, file);
    fs.writeFileSync(to, await exportOf(packets));
    const fields = ['-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.comment', '-e', 'ip.dst'];
    // tshark lists custom blocks as packets without fields, and names interfaces of later sections after those of the first.
    const packetsOf = (at: string) => ask('tshark', '-n', '-r', at, '-Y', 'ip', ...fields);
    expect(packetsOf(to)).toBe(packetsOf(from));
    const names = ask('tshark', '-n', '-r', to, '-Y', 'ip', '-T', 'fields', '-e', 'frame.interface_name');
    expect(names.trimEnd().split('\n')).toEqual(['little1', 'little0', 'little0', 'big1', 'big0', 'big0']);
    const resolved = ask('tshark', '-r', to, '-N', 'n', '-Y', 'ip');
    for (const name of ['little.one', 'big.one']) expect(resolved).toContain(name);
    const info = ask('capinfos', '-k', '-I', to);
    for (const said of ['section little', 'section big', 'little1']) expect(info).toContain(said);
  });

  it('the comments that somebody made', async () => {
    const { capture, packets } = open(file);
    capture.setComments('packets', 3, ['one', 'zwei ü']);
    const to = path.join(folder, 'made.pcapng');
    fs.writeFileSync(to, await exportOf(packets));
    const said = ask('tshark', '-n', '-r', to, '-Y', 'frame.comment == "one"', '-T', 'fields', '-e', 'frame.comment');
    expect(said).toBe('one,zwei ü\n');
  });
});
