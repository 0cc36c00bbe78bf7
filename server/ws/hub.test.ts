import fs from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { liveServerMessage } from '../../api/live.ts';
import { serverMessage } from '../../api/schemas.ts';
import { TestServer, token } from '../http/http.fixture.ts';
import { pcapOf } from '../packets/pcap.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request, undefined, false);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});

const mine = { authorization: `Bearer ${token}` };

function connect(headers: Record<string, string> = mine, at = '/ws') {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${at}`, { headers });
  const heard: ReturnType<typeof serverMessage.parse>[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
  const opened = new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(String(data));
    // What is told of pods depends on the machine that runs this.
    if (!liveServerMessage.safeParse(message).success) heard.push(serverMessage.parse(message));
  });
  return { socket, heard, opened, closed };
}

async function until(met: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !met(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(met()).toBe(true);
}

test('an upgrade needs a token, our Host, our Origin and our path', async () => {
  expect(await connect({}).opened).toBe(401);
  expect(await connect({ ...mine, host: 'evil.example' }).opened).toBe(403);
  expect(await connect({ ...mine, origin: 'http://evil.example' }).opened).toBe(403);
  expect(await connect(mine, '/elsewhere').opened).toBe(404);
  const own = connect({ ...mine, origin: `http://127.0.0.1:${server.port}` });
  expect(await own.opened).toBe(101);
  own.socket.close();
});

test('a subscriber hears new totals, at most ten times a second; others hear nothing of the case', async () => {
  const id = await server.create();
  const one = connect();
  const other = connect();
  await Promise.all([one.opened, other.opened]);
  one.socket.send(JSON.stringify({ type: 'subscribe', caseId: id }));
  await until(() => one.heard.length === 1);
  const bytes = pcapOf(Array.from({ length: 3000 }, (_, i) => ({ us: i })));
  const pieces = Array.from({ length: 150 }, (_, i) =>
    bytes.subarray(i * 1320 + (i === 0 ? 0 : 24), (i + 1) * 1320 + 24),
  );
  const started = performance.now();
  await server.put(id, 'a.pcap', [...pieces, bytes.subarray(150 * 1320 + 24)]);
  await until(() => one.heard.some((m) => m.type === 'case' && m.case.packets === 3000 && m.case.state === 'ready'));
  const tenths = Math.ceil((performance.now() - started) / 100);
  expect(one.heard.length).toBeLessThanOrEqual(tenths + 3);
  expect(other.heard.filter((m) => m.type === 'case')).toEqual([]);

  one.socket.send(JSON.stringify({ type: 'unsubscribe', caseId: id }));
  const before = one.heard.length;
  await server.put(id, 'b.pcap', [pcapOf([{ us: 1 }])]);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(one.heard.length).toBe(before);
  one.socket.close();
  other.socket.close();
});

test('everybody hears that the library changed', async () => {
  const one = connect();
  await one.opened;
  await server.create('new');
  await until(() => one.heard.some((m) => m.type === 'library'));
  one.socket.close();
});

test.each(['no json', '{"type":"dance"}', '[]', 'x'.repeat(10_000)])(
  '%j ends the connection, not the server',
  async (text) => {
    const one = connect();
    await one.opened;
    one.socket.send(text);
    expect([1008, 1009, 1006]).toContain(await one.closed);
    expect((await server.ask('/healthz')).status).toBe(200);
  },
);
