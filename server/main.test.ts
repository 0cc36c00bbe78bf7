// The built program as a user starts it: `npm test` builds it before the tests run.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { pcapOf } from './packets/pcap.fixture.ts';

const root = path.resolve(import.meta.dirname, '..');
const main = path.join(root, 'dist/server/main.js');
const started: ChildProcess[] = [];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-main-'));

beforeAll(() => {
  if (!fs.existsSync(main)) throw new Error(`${main} is not built; run npm test, or npm run build first`);
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const text = { out: '', error: '' };
  child.stdout.on('data', (part: Buffer) => {
    text.out += part;
  });
  child.stderr.on('data', (part: Buffer) => {
    text.error += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, text, ended };
}

async function linkOf(server: ReturnType<typeof start>): Promise<URL> {
  for (let i = 0; i < 500; i++) {
    const link = /vethscope is ready: (\S+)/.exec(server.text.out)?.[1];
    if (link !== undefined) return new URL(link);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(server.text.error);
}

const serve = (...more: string[]) => start(['serve', '--port', '0', '--data-dir', path.join(folder, 'data'), ...more]);

test.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, then ends by itself with status 0', async (signal) => {
  const server = serve();
  const link = await linkOf(server);
  expect(link.hostname).toBe('127.0.0.1');
  expect(link.searchParams.get('token')?.length).toBeGreaterThanOrEqual(32);
  expect(await (await fetch(new URL('/healthz', link))).text()).toBe('ok');
  expect((await fetch(new URL('/api/cases', link))).status).toBe(401);
  server.child.kill(signal);
  expect(await server.ended).toBe(0);
  expect(server.text.error).toContain('bye');
});

test('a second server on the same folder is refused in one line; one that was killed is no obstacle', async () => {
  const first = serve();
  await linkOf(first);
  const second = serve();
  expect(await second.ended).toBe(2);
  const lines = second.text.error.split('\n').filter((line) => line.startsWith('vethscope: '));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`is used by another vethscope (process ${first.child.pid})`);
  first.child.kill('SIGKILL');
  await first.ended;
  const third = serve();
  await linkOf(third);
  third.child.kill('SIGTERM');
  expect(await third.ended).toBe(0);
  expect(fs.readdirSync(path.join(folder, 'data'))).not.toContain('server.lock');
});

test('an upload that is cut off by the end of the server is kept', async () => {
  const server = serve('--token', 'token-of-the-tests');
  const link = await linkOf(server);
  const headers = { authorization: 'Bearer token-of-the-tests', 'content-type': 'application/json' };
  const made = await fetch(new URL('/api/cases', link), { method: 'POST', headers, body: '{"name":"cut"}' });
  const { id } = (await made.json()) as { id: string };
  const bytes = pcapOf(Array.from({ length: 10 }, (_, i) => ({ us: i })));
  const socket = net.connect(Number(link.port), '127.0.0.1');
  const head = [
    `PUT /api/cases/${id}/files?path=a.pcap HTTP/1.1`,
    `Host: ${link.host}`,
    `Authorization: ${headers.authorization}`,
  ];
  socket.write(`${[...head, 'Content-Length: 100000'].join('\r\n')}\r\n\r\n`);
  socket.write(bytes);
  socket.on('error', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  const stored = JSON.parse(fs.readFileSync(path.join(folder, 'data', 'cases', id, 'case.json'), 'utf8'));
  expect(stored.files[0]).toMatchObject({ path: 'a.pcap', state: 'failed', packets: 10 });
});

test('a port in use: one line with the remedy, status 2', async () => {
  const server = serve();
  const { port } = await linkOf(server);
  const second = start(['serve', '--port', port, '--data-dir', path.join(folder, 'other')]);
  expect(await second.ended).toBe(2);
  const lines = second.text.error.split('\n').filter((line) => line.startsWith('vethscope: '));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`port ${port} is in use`);
});

test('another address than loopback is warned about', async () => {
  const server = serve('--host', '0.0.0.0');
  await linkOf(server);
  expect(server.text.error).toContain('warning: 0.0.0.0 can be reached from other machines');
});

test('a reader that leaves ends the list quietly', async () => {
  const file = path.join(folder, 'big.pcap');
  fs.writeFileSync(file, pcapOf(Array.from({ length: 50_000 }, (_, i) => ({ us: i }))));
  const reader = start(['read', file]);
  reader.child.stdout?.once('data', () => reader.child.stdout?.destroy());
  expect(await reader.ended).toBe(0);
  expect(reader.text.error).toBe('');
});

test('packets on stdin are listed while they arrive', async () => {
  const reader = spawn(process.execPath, [main, 'read', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(reader);
  const bytes = pcapOf([{ us: 1 }, { us: 2 }, { us: 3 }]);
  reader.stdin.write(bytes.subarray(0, 24 + 2 * 66));
  const first = await new Promise<string>((resolve) =>
    reader.stdout.once('data', (part: Buffer) => resolve(String(part))),
  );
  expect(first.trimEnd().split('\n')).toHaveLength(2);
  const second = new Promise<string>((resolve) => reader.stdout.once('data', (part: Buffer) => resolve(String(part))));
  reader.stdin.end(bytes.subarray(24 + 2 * 66));
  expect((await second).trimEnd().split('\n')).toHaveLength(1);
});

test('help starts fast: nothing heavy is loaded for it', async () => {
  const before = performance.now();
  const help = start(['--help']);
  expect(await help.ended).toBe(0);
  expect(performance.now() - before).toBeLessThan(2000);
  expect(help.text.out).toContain('Usage: vethscope');
});
