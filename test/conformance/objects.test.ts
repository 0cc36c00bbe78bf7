// Bodies of HTTP/1 messages are byte for byte the files that tshark's --export-objects writes.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { httpObjectAt, httpObjects } from '../../server/packets/http-objects.ts';
import { openCaptures } from '../../server/packets/open-captures.ts';
import { realSystem } from '../../server/system/real.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'fixtures/captures');
const missing = spawnSync('tshark', ['--version']).status !== 0;
if (missing && process.env['CI']) throw new Error('the comparison of HTTP bodies needs tshark');
const sum = (bytes: Uint8Array) => `${bytes.length} ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-objects-'));
afterAll(() => fs.rmSync(out, { recursive: true, force: true }));

describe.skipIf(missing)('HTTP bodies', () => {
  const names = fs.readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));
  const seen: string[] = [];

  test.each(names)('%s', async (name) => {
    const to = path.join(out, name);
    const args = ['-n', '-q', '-r', path.join(folder, name), '--export-objects', `http,${to}`];
    execFileSync('tshark', args, { stdio: 'ignore' });
    const theirs = fs.existsSync(to) ? fs.readdirSync(to).map((file) => sum(fs.readFileSync(path.join(to, file)))) : [];
    const opened = await openCaptures(realSystem(root), [path.join(folder, name)]);
    // tshark exports the bodies of HTTP/2 as well, which we do not.
    let isHttp2 = false;
    for await (const places of opened.packets.passing('http2')) isHttp2 ||= places.length > 0;
    if (isHttp2) return opened.close();
    const found = (await httpObjects(opened.packets, 10_000)).objects;
    // What tshark cannot unpack it leaves out.
    const objects = found.filter(({ encoding }) => encoding !== 'zstd');
    const ours = objects.map(({ packet, part }) => sum(httpObjectAt(opened.packets, packet, part)));
    opened.close();
    expect(ours.sort()).toEqual(theirs.sort());
    seen.push(...ours);
  });

  test('there were some to compare', () => expect(seen.length).toBeGreaterThan(8));
});
