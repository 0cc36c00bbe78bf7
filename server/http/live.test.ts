import fs from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { capturePoint, liveInfo, podList } from '../../api/live.ts';
import * as api from '../../api/schemas.ts';
import { TestServer, token } from './http.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request, undefined, false);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});
const codeOf = (answer: { json(): unknown }) => api.apiError.parse(answer.json()).error.code;
const post = (at: string, body: string) =>
  server.ask(at, { method: 'POST', headers: { 'content-type': 'application/json' }, body: [Buffer.from(body)] });

test('what this machine has and lacks is told to everybody with the token', async () => {
  const { capabilities } = liveInfo.parse((await server.ask('/api/live')).json());
  expect(capabilities.map((c) => c.name)).toEqual(expect.arrayContaining(['CAP_NET_RAW', 'tcpdump', 'CRI socket']));
  for (const c of capabilities) expect([c.name, c.remedy === null]).toEqual([c.name, c.ok]);
  expect((await server.ask('/api/pods', { stranger: true })).status).toBe(401);
  expect((await server.ask('/api/live', { method: 'POST' })).status).toBe(405);
});

describe('pods, points and snapshots: answers, or 403 with what is missing', async () => {
  const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const mayCapture = [12n, 13n, 21n].every((bit) => ((held >> bit) & 1n) === 1n);

  test.skipIf(mayCapture)('without rights', async () => {
    for (const at of ['/api/pods', '/api/pods/points'])
      expect([at, codeOf(await server.ask(at))]).toEqual([at, 'no-privileges']);
    expect(codeOf(await post('/api/snapshots', '{}'))).toBe('no-privileges');
  });

  test.skipIf(!mayCapture)('with rights', async () => {
    const { sources } = podList.parse((await server.ask('/api/pods')).json());
    expect(new Set(sources.map((s) => s.source))).toEqual(
      new Set(['kubernetes', 'cri', 'cni', 'proc', 'netns', 'docker']),
    );
    const points = z.array(capturePoint).parse((await server.ask('/api/pods/points')).json());
    expect(points.map((p) => p.id)).toEqual(expect.arrayContaining(['lo', 'any']));
    for (const hostile of ['-z /evil.sh', '../../etc/passwd', 'a\nb', '$(id)', 'none/none']) {
      const answer = await server.ask(`/api/pods/points?pod=${encodeURIComponent(hostile)}&pod=x`);
      expect([hostile, answer.status, codeOf(answer)]).toEqual([hostile, 404, 'no-pod']);
    }
    const made = await post('/api/snapshots', '{"name":"before"}');
    const detail = api.caseDetail.parse(made.json());
    expect([made.status, detail.name]).toEqual([201, 'before']);
    expect(detail.files.map((f) => f.path)).toContain('sysctl.txt');
    expect(detail.files.filter((f) => f.kind !== 'dump').map((f) => f.path)).toEqual([]);
  });
});

test('what cannot be asked is refused', async () => {
  const many = Array.from({ length: 70 }, (_, i) => `pod=p${i}`).join('&');
  expect((await server.ask(`/api/pods/points?${many}`)).status).toBe(400);
  expect((await server.ask(`/api/pods/points?pod=${'x'.repeat(301)}`)).status).toBe(400);
  expect((await post('/api/snapshots', '{"name":7}')).status).toBe(400);
});

test.skipIf(process.getuid?.() !== 0)('viewers hear that pods changed', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers: { authorization: `Bearer ${token}` } });
  const name = `vs-told-${process.pid}`;
  const run = (...args: string[]) => server.system.programs.run('ip', ['netns', ...args], 5000);
  const heard = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      if (z.object({ type: z.string() }).parse(JSON.parse(String(data))).type === 'pods') resolve();
    });
  });
  await new Promise((resolve) => socket.once('open', resolve));
  try {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await run('add', name);
    await heard;
  } finally {
    await run('del', name);
    socket.terminate();
  }
});
