// tshark asked about one packet: its tree, what goes along, and every way it can fail; with false ones that hang, flood, fail and are missing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deepDetail } from '../../api/deep.ts';
import { writePcap } from '../../parsers/capture/writer.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import * as f from '../../test/conformance/frames.ts';
import { tsharkVersion } from '../../test/conformance/oracle.ts';
import { talk } from '../../test/conformance/talk.ts';
import { realSystem } from '../system/real.ts';
import type { System } from '../system/system.ts';
import { Capture } from './capture.ts';
import { DeepDissector, type DeepLimits, rowsFor } from './deep.ts';
import { FrameFile } from './frame-file.ts';
import { Packets } from './packets.ts';
import { layersOfPdml } from './pdml.ts';

const real = realSystem(path.resolve(import.meta.dirname, '../..'));
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-deep-'));
  fs.chmodSync(folder, 0o755);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function open(frames: readonly Uint8Array[]): { packets: Packets; capture: Capture } {
  const bytes = writePcap(
    { linkType: 1 },
    frames.map((frame, i) => ({ ns: BigInt(i) * 1_000_000n, bytes: frame })),
  );
  const indexer = new CaptureIndexer();
  indexer.append(bytes);
  indexer.end();
  const readAt = (position: number, target: Uint8Array): number => {
    const part = bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  const capture = new Capture('x.pcap', indexer.index, new FrameFile({ readAt, close: () => undefined }));
  const packets = new Packets(real.clock);
  packets.setCaptures([capture]);
  packets.list.advance(() => true);
  return { packets, capture };
}

const request = f.ascii('GET /deep HTTP/1.1\r\nHost: a.example\r\n\r\n');
const other = f.frame(f.ethernet(0x0800, f.ip4('10.9.9.9', '10.9.9.8', 17, f.udp(1, 2, [0]))));
const frames = [
  ...talk(40_000, 80, [
    ['>', request.slice(0, 20)],
    ['>', request.slice(20)],
  ]),
];
frames.splice(1, 0, other);

/** A system whose tshark is this shell script. */
function withTshark(name: string, script: string): System {
  const at = path.join(folder, name);
  fs.writeFileSync(
    at,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo 'TShark (Wireshark) 9.9.9 (false).'; exit; fi\n${script}\n`,
  );
  fs.chmodSync(at, 0o755);
  const find = async (wanted: string) => (wanted === 'tshark' ? at : real.programs.find(wanted));
  return { ...real, programs: { ...real.programs, find } };
}

const quick: Partial<DeepLimits> = { timeoutMs: 700, outputBytes: 1 << 20 };

describe.skipIf(tsharkVersion() === null)('the tshark of this machine', () => {
  it('shows its tree of the packet, put together with those before it', async () => {
    const { packets } = open(frames);
    const no = 6;
    const detail = deepDetail.parse(await new DeepDissector(real).detail(packets, no));
    expect(detail).toMatchObject({
      no,
      before: no - 2,
      number: no - 1,
      left: 0,
      version: tsharkVersion()?.split(' ')[2],
    });
    expect(detail.layers.map(({ filter }) => filter)).toEqual(
      expect.arrayContaining(['frame', 'eth', 'ip', 'tcp', 'http']),
    );
    const all = JSON.stringify(detail.layers);
    expect(all).toContain('GET /deep HTTP/1.1');
    // Only what really stands in the frame is tied to its bytes.
    const http = detail.layers.find(({ filter }) => filter === 'http');
    expect(http?.children.every(({ length }) => length === 0)).toBe(true);
    const ip = detail.layers.find(({ filter }) => filter === 'ip')?.children.find(({ filter }) => filter === 'ip.src');
    expect([ip?.offset, ip?.length, ip?.value]).toEqual([26, 4, '10.0.0.1']);
  });

  it('reads ports as the case does', async () => {
    const query = f.dnsMessage(1, 0x100, [1, 0, 0, 0], [...f.dnsName('a.b'), 0, 1, 0, 1]);
    const { packets } = open([f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(1, 5300, query))))]);
    const rule = { transport: 'udp', from: 5300, to: 5300, protocol: 'dns' } as const;
    const layers = (await new DeepDissector(real).detail(packets, 1, [rule])).layers;
    expect(layers.map(({ filter }) => filter)).toContain('dns');
  });
});

describe('a tshark that', () => {
  const ask = (system: System, limits = quick) => new DeepDissector(system, limits).detail(open(frames).packets, 1);

  it('is missing is said, and asked again when it is there', async () => {
    const none = { ...real, programs: { ...real.programs, find: async () => null } };
    expect(await new DeepDissector(none).version()).toBeNull();
    await expect(ask(none)).rejects.toMatchObject({ status: 404, code: 'no-tshark' });
  });

  it('hangs is ended, with what it started', async () => {
    const mark = `6${process.pid}.25`;
    const started = performance.now();
    await expect(ask(withTshark('hangs', `sleep ${mark}; echo`))).rejects.toThrow('did not answer within 0.7 s');
    expect(performance.now() - started).toBeLessThan(4000);
    const left = fs.readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    });
    expect(left).toEqual([]);
  });

  it('floods is ended', async () => {
    await expect(ask(withTshark('floods', 'yes "<packet><proto name=\'x\'>"'))).rejects.toThrow('more than 1 MiB');
  });

  it('fails is quoted', async () => {
    const failing = withTshark('fails', 'echo "tshark: no such thing" >&2; exit 2');
    await expect(ask(failing)).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('no such thing'),
    });
  });

  it('says nothing of the packet has failed', async () => {
    await expect(ask(withTshark('empty', 'cat > /dev/null; echo "<pdml></pdml>"'))).rejects.toThrow('tshark failed');
  });

  it('does not read its input is no harm', async () => {
    await expect(ask(withTshark('deaf', 'exec 0<&-; exit 3'))).rejects.toThrow('failed');
  });

  it('has no home, none of our environment, cannot write, and is nobody', async () => {
    process.env['VETHSCOPE_SECRET'] = 'seen';
    const file = path.join(folder, 'written');
    const say = `id=$(id -u); echo x 2>/dev/null > ${file}; echo "h=$HOME s=$VETHSCOPE_SECRET u=$id $(ulimit -v) $(ulimit -f)" >&2; exit 1`;
    const error: unknown = await ask(withTshark('curious', say)).catch((e: unknown) => e);
    delete process.env['VETHSCOPE_SECRET'];
    const user = process.getuid?.() === 0 ? 65_534 : process.getuid?.();
    expect(String(error)).toContain(`h=/nonexistent s= u=${user} 1048576 0`);
    expect(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '').toBe('');
  });

  it('takes more memory than it may fails alone', async () => {
    const greedy = `exec ${process.execPath} -e "const a=[];for(;;)a.push(Buffer.alloc(1<<24,1))"`;
    await expect(ask(withTshark('greedy', greedy), { ...quick, timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'tshark-failed',
    });
  });

  it('is asked two at a time, and refuses what would wait too long', async () => {
    const slow = new DeepDissector(withTshark('slow', 'sleep 0.4; exit 1'), quick);
    const { packets } = open(frames);
    await slow.version();
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => slow.detail(packets, 1)));
    const codes = all.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'ok'));
    expect([codes.filter((c) => c === 'tshark-failed').length, codes.filter((c) => c === 'busy').length]).toEqual([
      10, 2,
    ]);
  });
});

describe('what goes along', () => {
  const many = open(
    talk(
      40_000,
      80,
      Array.from({ length: 300 }, () => ['>', [1, 2, 3, 4]] as const),
    ),
  ).capture;
  const last = many.index.packetCount - 1;

  it('is the conversation before the packet, and nothing else', () => {
    const { capture } = open(frames);
    expect(rowsFor(capture, 3, { packets: 10, bytes: 1 << 20 })).toEqual({ rows: [0, 2], left: 0 });
    expect(rowsFor(capture, 0, { packets: 10, bytes: 1 << 20 })).toEqual({ rows: [], left: 0 });
  });

  it('of a long one its beginning and its end', () => {
    const { rows, left } = rowsFor(many, last, { packets: 60, bytes: 1 << 20 });
    expect([rows.length, rows.slice(0, 50), rows.slice(50), left]).toEqual([
      60,
      Array.from({ length: 50 }, (_, i) => i),
      Array.from({ length: 10 }, (_, i) => last - 10 + i),
      last - 60,
    ]);
  });

  it('has a limit of bytes', () => {
    const { rows } = rowsFor(many, last, { packets: 1000, bytes: 700 });
    expect(rows.reduce((sum, row) => sum + many.index.caplen(row), 0)).toBeLessThanOrEqual(700);
    expect(rows.length).toBeGreaterThan(5);
  });
});

describe('PDML', () => {
  const frame = Uint8Array.of(1, 2, 3, 4);

  it('is a tree; hidden fields and tshark’s own heading are left out', () => {
    const xml =
      '<pdml><packet><proto name="geninfo"><field name="num" show="1"/></proto><proto name="a" showname="A &lt;b&gt;" pos="0" size="4">' +
      '<field name="a.x" showname="X: 2" show="2" pos="1" size="1" value="02"/><field name="a.h" hide="yes"><field name="a.i"/></field>' +
      '<field name="" show="text"><field name="a.y" show="&#x1F600;" pos="1" size="1" value="99"/></field></proto></packet></pdml>';
    const layers = layersOfPdml(xml, frame) ?? [];
    expect(layers.map(({ filter, label }) => [filter, label])).toEqual([['a', 'A <b>']]);
    const [x, text] = layers[0]?.children ?? [];
    expect(x).toMatchObject({ filter: 'a.x', label: 'X: 2', value: '2', offset: 1, length: 1 });
    expect(text).toMatchObject({ filter: null, label: 'text', children: [{ filter: 'a.y', value: '😀', length: 0 }] });
    expect(layers[0]?.children).toHaveLength(2);
  });

  it('that is cut, empty or hostile gives nothing or less, and never throws', () => {
    expect(layersOfPdml('', frame)).toBeNull();
    expect(layersOfPdml('<pdml><packet><proto name="a"', frame)).toBeNull();
    expect(layersOfPdml('</proto></field></packet>', frame)).toEqual([]);
    const deep = `<packet>${'<field name="x">'.repeat(50_000)}</packet>`;
    const started = performance.now();
    expect(layersOfPdml(deep, frame)).toHaveLength(1);
    expect(layersOfPdml(`<packet>${'<field a="&#x999999;" '.repeat(50_000)}></packet>`, frame)).not.toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
