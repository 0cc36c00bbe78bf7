import fs from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completions } from '../../api/filters.ts';
import { apiError } from '../../api/schemas.ts';
import { TestServer } from './http.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request, undefined, false);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});

const ask = (query: string) => server.ask(`/api/filters/complete?${query}`);

test('answers what may stand at the cursor, and at the end without one', async () => {
  const middle = completions.parse((await ask('filter=tcp.dstp%20%3D%3D%2080&cursor=8')).json());
  expect([middle.from, middle.to, middle.items[0]?.insert]).toEqual([0, 8, 'tcp.dstport']);
  const end = completions.parse((await ask('filter=ip.proto%20%3D%3D%20TC&count=1')).json());
  expect([end.kind, end.field, end.items]).toEqual([
    'value',
    'ip.proto',
    [{ text: 'TCP', insert: 'TCP', type: '6', description: '' }],
  ]);
});

test.each(['', 'filter=a&cursor=-1', 'filter=a&cursor=x', `filter=${'a'.repeat(4001)}`])(
  '%j is refused',
  async (query) => {
    const answer = await ask(query);
    expect([answer.status, apiError.parse(answer.json()).error.code]).toEqual([400, 'bad-request']);
  },
);
