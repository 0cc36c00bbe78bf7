import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pcapOf } from '../packets/pcap.fixture.ts';
import { realSystem } from '../system/real.ts';
import type { Disk, System } from '../system/system.ts';
import type { Bytes } from '../unpack/byte-reader.ts';
import { tarOf } from '../unpack/tar.fixture.ts';
import { Library } from './library.ts';
import { defaultLimits, type StoreLimits } from './limits.ts';

const root = path.resolve(import.meta.dirname, '../..');
let dataFolder: string;
let warnings: string[];
let open: Library[];

beforeEach(() => {
  dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-library-'));
  warnings = [];
  open = [];
});
afterEach(async () => {
  for (const library of open) await library.close();
  fs.rmSync(dataFolder, { recursive: true, force: true });
});

async function libraryWith(
  limits: Partial<StoreLimits> = {},
  disk?: () => Disk,
  real: System = realSystem(root),
): Promise<Library> {
  const files = disk === undefined ? real.files : { ...real.files, disk: async () => disk() };
  const system: System = { ...real, files };
  const warn = (message: string) => void warnings.push(message);
  const library = new Library({
    system,
    dataFolder,
    samplesFolder: null,
    limits: { ...defaultLimits, ...limits },
    warn,
  });
  await library.open();
  open.push(library);
  return library;
}

async function* pieces(...all: Uint8Array[]): Bytes {
  yield* all;
}

const filesOnDisk = () =>
  fs
    .readdirSync(dataFolder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => e.name);

const ten = pcapOf(Array.from({ length: 10 }, (_, i) => ({ us: i })));

test('too large: refused when announced, and when it turns out so; nothing is left behind', async () => {
  const library = await libraryWith({ maxUploadBytes: 500 });
  expect(() => library.checkAnnounced(501)).toThrow('split the capture');
  const made = await library.create('x');
  await expect(made.receive('a.pcap', pieces(ten.subarray(0, 400), ten.subarray(400)))).rejects.toMatchObject({
    status: 413,
    code: 'too-large',
  });
  expect(made.summary()).toMatchObject({ captures: 0, bytes: 0, state: 'ready' });
  expect(filesOnDisk()).toEqual(['case.json']);
});

test('the node state can be asked for at any moment while a dump arrives', async () => {
  const real = realSystem(root);
  const answers: Promise<unknown>[] = [];
  // Asks at the moment before the file gets its name, when what it is is known already.
  const rename = async (from: string, to: string) => {
    answers.push(made.nodeState());
    await answers[0];
    await real.files.rename(from, to);
  };
  const library = await libraryWith({}, undefined, { ...real, files: { ...real.files, rename } });
  const made = await library.create('x');
  const dump = '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n';
  expect(await made.receive('iptables-save.txt', pieces(Buffer.from(dump)))).toMatchObject({ state: 'ready' });
  await Promise.all(answers);
  expect((await made.nodeState()).iptables).toHaveLength(1);
});

test('the disk keeps what was promised', async () => {
  const tight = { freeBytes: 2 ** 30 + 300, totalBytes: 2 ** 40 };
  const library = await libraryWith({}, () => tight);
  const made = await library.create('x');
  expect(await made.receive('small.pcap', pieces(ten.subarray(0, 200)))).toMatchObject({ kind: 'capture' });
  await expect(made.receive('a.pcap', pieces(ten))).rejects.toMatchObject({ status: 413, code: 'disk-full' });
  expect(filesOnDisk().sort()).toEqual(['case.json', 'small.pcap']);
});

test('a small disk keeps its tenth, not a gigabyte', async () => {
  const library = await libraryWith({}, () => ({ freeBytes: 2 ** 20 * 20, totalBytes: 2 ** 20 * 100 }));
  const made = await library.create('x');
  expect(await made.receive('a.pcap', pieces(ten))).toMatchObject({ state: 'ready', packets: 10 });
});

test('a bomb is stopped, marked, and kept as it came', async () => {
  const library = await libraryWith({ unpacked: { freeBytes: 400_000, ratio: 10, maxBytes: 1 << 20 } });
  const made = await library.create('x');
  const bomb = gzipSync(Buffer.concat([ten, new Uint8Array(4 << 20)]));
  const file = await made.receive('bomb.gz', pieces(bomb));
  expect(file).toMatchObject({ state: 'failed', bytes: bomb.length });
  expect(file.issues.join()).toContain('unpacks to more than');
  expect(fs.statSync(path.join(made.at.folder, 'plain', 'bomb.gz')).size).toBeLessThan(1 << 20);
});

test('too many files in an archive: those before stay, and the archive says so', async () => {
  const library = await libraryWith({ maxFilesPerCase: 3 });
  const made = await library.create('x');
  const archive = tarOf(Array.from({ length: 9 }, (_, i) => [`${i}.pcap`, ten] as const));
  const file = await made.receive('a.tar', pieces(archive));
  expect(file).toMatchObject({ kind: 'archive', state: 'failed' });
  expect(file.issues.join()).toContain('a case may have 3 files');
  expect(made.summary()).toMatchObject({ captures: 2, packets: 20 });
  await expect(made.receive('b.pcap', pieces(ten))).rejects.toMatchObject({ code: 'too-many-files' });
});

test('a case that is deleted while a file arrives goes, with its bytes', async () => {
  const library = await libraryWith();
  const made = await library.create('x');
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = async function* () {
    yield ten.subarray(0, 100);
    await gate;
    yield ten.subarray(100);
  };
  const receiving = made.receive('a.pcap', slow());
  await new Promise((resolve) => setTimeout(resolve, 20));
  await library.remove(made.id);
  release();
  await expect(receiving).rejects.toMatchObject({ status: 404 });
  expect(fs.existsSync(made.at.folder)).toBe(false);
  expect(await library.list()).toEqual([]);
});

test('an archive that breaks off inside a capture keeps that part too', async () => {
  const library = await libraryWith();
  const made = await library.create('x');
  const archive = tarOf([
    ['a.pcap', ten],
    ['b.pcap', ten],
  ]);
  const broken = async function* () {
    yield archive.subarray(0, 512 + 1024 + 512 + 300);
    throw new Error('gone');
  };
  const file = await made.receive('a.tar', broken());
  expect(file).toMatchObject({ kind: 'archive', state: 'failed' });
  const { files } = await made.detail();
  expect(files.map((f) => [f.path, f.state, f.packets])).toEqual([
    ['a.tar', 'failed', null],
    ['a.tar/a.pcap', 'ready', 10],
    ['a.tar/b.pcap', 'failed', 4],
  ]);
  expect(files[2]?.issues.join()).toContain('broke off inside this file');
});

test('names are data: a file called like a JavaScript property is a file', async () => {
  const library = await libraryWith();
  const made = await library.create('x');
  for (const name of ['__proto__', 'constructor', 'case.json', '-rf', '$(reboot)', '<img src=x>']) {
    expect(await made.receive(name, pieces(ten))).toMatchObject({ path: name, state: 'ready' });
  }
  const again = await libraryWith();
  const [summary] = await again.list();
  expect(summary).toMatchObject({ captures: 6, packets: 60 });
  expect(warnings).toEqual([]);
});

test.each(['scheduled', 'running', 'stopping'] as const)(
  'a capture that was %s has ended with its server, and an ended one keeps its reason',
  async (state) => {
    const library = await libraryWith();
    const [unfinished, finished] = [await library.create('a'), await library.create('b')];
    await unfinished.setCapture({ state, reason: null });
    await finished.setCapture({ state: 'ended', reason: 'time limit' });
    expect(unfinished.summary().capture).toEqual({ state, reason: null });
    const again = await libraryWith();
    expect((await again.get(unfinished.id)).summary().capture).toEqual({ state: 'ended', reason: 'server ended' });
    expect((await again.get(finished.id)).summary().capture).toEqual({ state: 'ended', reason: 'time limit' });
  },
);
