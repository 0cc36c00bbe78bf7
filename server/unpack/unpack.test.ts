import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scriptedSystem } from '../system/scripted.ts';
import { ByteReader, type Bytes } from './byte-reader.ts';
import type { OutputLimits } from './decompress.ts';
import { opened } from './opened.ts';
import { safePath } from './safe-path.ts';
import { tarOf } from './tar.fixture.ts';
import { isTar, tarEntries } from './tar.ts';

const limits: OutputLimits = { freeBytes: 1 << 20, ratio: 100, maxBytes: 1 << 24 };
const context = { programs: scriptedSystem().programs, limits };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (words: string) => new TextEncoder().encode(words);

async function* pieces(all: Uint8Array, size: number): Bytes {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

async function gathered(source: Bytes): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part.slice());
  return Buffer.concat(parts);
}

async function entriesOf(archive: Uint8Array, size = 100): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const entry of tarEntries(pieces(archive, size)))
    found.push([entry.path, text(await gathered(entry.body))]);
  return found;
}

test('a reader gives the same bytes for any split', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 400 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 60 }),
      async (all, size, n) => {
        const reader = new ByteReader(pieces(all, size));
        expect(text(await reader.peek(n))).toBe(text(all.subarray(0, n)));
        expect(text(await reader.read(n))).toBe(text(all.subarray(0, n)));
        expect(Buffer.compare(await gathered(reader.rest()), all.subarray(n))).toBe(0);
      },
    ),
  );
});

const long = `${'deep/'.repeat(30)}${'n'.repeat(90)}.txt`;

test.each(['ustar', 'gnu', 'pax'] as const)('tar in %s form, entry after entry', async (form) => {
  const archive = tarOf(
    [
      ['a.txt', 'one'],
      [long, 'x'.repeat(2000)],
      ['empty', ''],
    ],
    form,
  );
  expect(isTar(archive.subarray(0, 512))).toBe(true);
  for (const size of [1, 511, 4096]) {
    expect(await entriesOf(archive, size)).toEqual([
      ['a.txt', 'one'],
      [long, 'x'.repeat(2000)],
      ['empty', ''],
    ]);
  }
});

test('a body that nobody reads is passed over', async () => {
  const names: string[] = [];
  for await (const entry of tarEntries(
    pieces(
      tarOf([
        ['a', 'x'.repeat(3000)],
        ['b', 'y'],
      ]),
      700,
    ),
  ))
    names.push(entry.path);
  expect(names).toEqual(['a', 'b']);
});

test('a cut archive gives what came before, and names the place', async () => {
  const archive = tarOf([
    ['a', 'one'],
    ['b', 'y'.repeat(3000)],
  ]);
  const found: string[] = [];
  const read = async () => {
    for await (const entry of tarEntries(pieces(archive.subarray(0, 2100), 512))) found.push(entry.path);
  };
  await expect(read()).rejects.toThrow('the archive ends inside b, 2436 bytes short');
  expect(found).toEqual(['a', 'b']);
});

test('every prefix and every flipped byte of a header ends in entries or a refusal', async () => {
  const archive = tarOf(
    [
      ['a', 'one'],
      [long, 'two'],
    ],
    'pax',
  );
  for (let n = 0; n < archive.length; n += 37)
    await entriesOf(archive.subarray(0, n)).catch((e) => expect(e.name).toBe('Refusal'));
  for (let at = 0; at < 1536; at += 3) {
    const broken = archive.slice();
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    await entriesOf(broken).catch((e) => expect(e.name).toBe('Refusal'));
  }
});

test('links and devices do not come out of an archive', async () => {
  const archive = tarOf([['link', '']]);
  archive[156] = '2'.charCodeAt(0);
  const sum = archive.subarray(0, 512).reduce((s, b, i) => s + (i >= 148 && i < 156 ? 32 : b), 0);
  archive.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  expect(await entriesOf(archive)).toEqual([]);
});

test('gzip is undone, twice at most', async () => {
  const once = await opened(pieces(gzipSync('hello'), 3), context);
  expect(once.kind === 'text' && text(await gathered(once.body))).toBe('hello');
  await expect(opened(pieces(gzipSync(gzipSync(gzipSync('x'))), 9), context)).rejects.toThrow('more than 2 times');
});

test('gzip in two members is whole', async () => {
  const two = Buffer.concat([gzipSync('hello '), gzipSync('world, and more than the first')]);
  const content = await opened(pieces(two, 5), context);
  expect(content.kind === 'text' && text(await gathered(content.body))).toBe('hello world, and more than the first');
});

test('a cut gzip gives what it holds, then says so', async () => {
  const whole = gzipSync(randomBytes(40_000));
  const content = await opened(pieces(whole.subarray(0, 30_000), 1000), context);
  if (content.kind !== 'text') throw new Error(content.kind);
  let got = 0;
  const read = async () => {
    for await (const part of content.body) got += part.length;
  };
  await expect(read()).rejects.toThrow('cut short');
  expect(got).toBeGreaterThan(29_000);
});

test('a bomb is stopped', async () => {
  const bomb = gzipSync(new Uint8Array(8 << 20));
  const content = await opened(pieces(bomb, 4096), context);
  if (content.kind !== 'text') throw new Error(content.kind);
  await expect(gathered(content.body)).rejects.toThrow('unpacks to more than');
});

/** An uncompressed zstd frame: magic, single segment of 5 bytes, one raw last block. */
const zstd = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0, ...bytes('hello'));

test('zstd by program when there is one, else by ourselves', async () => {
  const own = await opened(pieces(zstd, 4), context);
  expect(own.kind === 'text' && text(await gathered(own.body))).toBe('hello');
  const { programs } = scriptedSystem({ programs: { zstd: (args) => args.join(' ') } });
  const byProgram = await opened(pieces(zstd, 4), { programs, limits });
  expect(byProgram.kind === 'text' && text(await gathered(byProgram.body))).toBe('-d -c -q');
});

test('zstd that wants gigabytes of window is refused', async () => {
  const greedy = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x29, 0, 0);
  const content = await opened(pieces(greedy, 4), context);
  if (content.kind !== 'text') throw new Error(content.kind);
  await expect(gathered(content.body)).rejects.toThrow('unpack it with zstd');
});

test('lz4 without the program is a clear message', async () => {
  const lz4 = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0, 0, 0, 0);
  await expect(opened(pieces(lz4, 4), context)).rejects.toThrow('lz4 program is not installed; install lz4');
});

test.each([
  '../x',
  'a/../../x',
  '/etc/passwd',
  'a\\b',
  'C:x',
  '',
  '.',
  './',
  'a\u0000b',
  'a\nb',
  'a\u202eb',
  'x'.repeat(1025),
  `${'a/'.repeat(17)}b`,
  `${'ä'.repeat(120)}`,
])('the path %j is refused', (raw) => {
  const safe = safePath(raw);
  expect(safe.ok).toBe(false);
});

test.each([
  ['a.pcap', 'a.pcap'],
  ['./node//pod-client.pcap', 'node/pod-client.pcap'],
  ['späß/…/x', 'späß/…/x'],
  ['a/..b/c..', 'a/..b/c..'],
])('the path %j is %j', (raw, path) => expect(safePath(raw)).toEqual({ ok: true, path }));

test('no path that is accepted leaves its folder', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', '\\', ':') }), (raw) => {
      const safe = safePath(raw);
      if (safe.ok) expect(new URL(`file:///top/${safe.path}`).pathname.startsWith('/top/')).toBe(true);
    }),
  );
});
