import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { httpObject } from '../../api/objects.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { runCommandLine } from './command-line.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const files = {
  '/package/package.json': '{"version":"1.2.3"}',
  'web.pcap': fs.readFileSync(path.join(dir, 'streams.http.pcap')),
  'dns.pcap': fs.readFileSync(path.join(dir, 'crafted-dns-nano.pcap')),
  '/full/there.txt': '',
};

async function run(...args: string[]) {
  const system = scriptedSystem({ files });
  const status = await runCommandLine(['objects', ...args], system);
  return { status, system, ...system.printed() };
}

test('bodies are listed, and written under names of their own', async () => {
  const { status, out, system } = await run('web.pcap', '-o', '/bodies');
  expect(status).toBe(0);
  expect(out).toMatch(/^26 +200 +10\.99\.0\.2:8000 +application\/json +8 +x\.json +GET \/x\.json$/m);
  expect(await system.files.readText('/bodies/x.json')).toMatch(/^\{"a": ?1\}\n?$/);
  const listed = z.array(httpObject).parse(JSON.parse((await run('web.pcap', '--json')).out));
  expect((await system.files.list('/bodies')).map(({ name }) => name)).toEqual(listed.map(({ name }) => name).sort());
});

test('nothing is overwritten, and a capture without bodies says so', async () => {
  const full = await run('web.pcap', '-o', '/full');
  expect([full.status, full.error]).toEqual([2, expect.stringContaining('/full is there already; name a new')]);
  expect((await run('dns.pcap')).out).toBe('no HTTP message here has a body\n');
});
