// A case with snapshots of several times: a captured flow is explained by the rules that it met.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as explained from '../../api/explanation.ts';
import * as api from '../../api/schemas.ts';
import { runCommandLine } from '../commands/command-line.ts';
import { groupPath } from '../store/dump-groups.ts';
import { root, TestServer } from './http.fixture.ts';

const sample = path.join(root, 'fixtures/samples/ipvs-nft.seed-clash');
const json = { 'content-type': 'application/json' };
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request, undefined, false);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});

/** Rules that send to `port` in place of the sample's; conntrack would tell the port that it really was. */
function dumps(port: number): [string, Buffer][] {
  return fs
    .readdirSync(path.join(sample, 'bundle'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('conntrack'))
    .map(({ name }) => {
      const text = fs.readFileSync(path.join(sample, 'bundle', name), 'utf8');
      return [name, Buffer.from(text.replaceAll('10.244.1.5:8088', `10.244.1.5:${port}`))];
    });
}

async function caseWith(groups: readonly { name: string; takenMs: number; port: number }[]): Promise<string> {
  const id = await server.create();
  await server.put(id, 'node-veth-client.pcap', [fs.readFileSync(path.join(sample, 'pcap/node-veth-client.pcap'))]);
  for (const { name, takenMs, port } of groups) {
    const folder = groupPath(name, new Date(takenMs));
    for (const [file, bytes] of dumps(port)) await server.put(id, `${folder}/${file}`, [bytes]);
  }
  return id;
}

async function explain(id: string, asked: object): Promise<explained.Explanation> {
  const body = [Buffer.from(JSON.stringify(asked))];
  const answer = await server.ask(`/api/cases/${id}/explain`, { method: 'POST', headers: json, body });
  return explained.explanation.parse(answer.json());
}

async function flowToService(id: string): Promise<api.FlowRow> {
  const flows = api.flowList.parse((await server.ask(`/api/cases/${id}/flows`)).json()).flows;
  const found = flows.find((f) => f.server === '10.96.0.80:80');
  if (found === undefined) throw new Error(JSON.stringify(flows));
  return found;
}

/** When the flow of the sample began. */
async function began(): Promise<number> {
  const flow = await flowToService(await caseWith([]));
  return Number(BigInt(flow.firstNs) / 1_000_000n);
}

test('the rules in force explain a flow, and a later snapshot that answers differently is named', async () => {
  const ms = await began();
  const id = await caseWith([
    // As files may come: not in the order of their times.
    { name: 'after', takenMs: ms + 9000, port: 7003 },
    { name: 'before', takenMs: ms - 9000, port: 7001 },
    { name: 'change-01', takenMs: ms - 5, port: 7002 },
  ]);
  const flow = await flowToService(id);
  const found = await explain(id, { flow: flow.id });
  expect(found.outcomes.map((o) => o.finalDestination)).toEqual(['10.244.1.5:7002']);
  expect(found.snapshot).toMatchObject({
    group: groupPath('change-01', new Date(ms - 5)),
    takenAt: new Date(ms - 5).toISOString(),
    later: { group: groupPath('after', new Date(ms + 9000)) },
  });
  expect(found.snapshot?.later?.answer).toContain('7003');
  expect(found.snapshot?.text).toContain(new Date(ms - 5).toISOString());
  expect(found.snapshot?.text).toContain('answers differently');

  const typed = await explain(id, { packet: `tcp ${flow.client} > ${flow.server} in cni0` });
  expect(typed.outcomes[0]?.finalDestination).toBe('10.244.1.5:7003');
  expect(typed.snapshot?.group).toBe(groupPath('after', new Date(ms + 9000)));
});

test('a flow from before every snapshot has the earliest; the same answer later is said', async () => {
  const ms = await began();
  const id = await caseWith([
    { name: 'before', takenMs: ms + 100, port: 7001 },
    { name: 'after', takenMs: ms + 9000, port: 7001 },
  ]);
  const found = await explain(id, { flow: (await flowToService(id)).id });
  expect(found.snapshot?.group).toBe(groupPath('before', new Date(ms + 100)));
  expect(found.snapshot?.text).toContain('earliest');
  expect(found.snapshot?.text).toContain('The later one answers the same.');
  expect(found.snapshot?.later).toBeNull();
});

test('one state is explained as before', async () => {
  const id = await caseWith([]);
  for (const [file, bytes] of dumps(7001)) await server.put(id, file, [bytes]);
  const found = await explain(id, { flow: (await flowToService(id)).id });
  expect([found.outcomes[0]?.finalDestination, found.snapshot]).toEqual(['10.244.1.5:7001', undefined]);
});

test('the command line reads the folder of a capture in the same way', async () => {
  const ms = await began();
  const folder = path.join(server.dataFolder, 'as-downloaded');
  for (const [name, takenMs, port] of [
    ['before', ms - 9, 7001],
    ['after', ms + 9, 7002],
  ] as const) {
    const to = path.join(folder, groupPath(name, new Date(takenMs)));
    fs.mkdirSync(to, { recursive: true });
    for (const [file, bytes] of dumps(port)) fs.writeFileSync(path.join(to, file), bytes);
  }
  let printed = '';
  const terminal = {
    ...server.system.terminal,
    out: async (text: string) => {
      printed += text;
      return true;
    },
  };
  const capture = path.join(sample, 'pcap/node-veth-client.pcap');
  await runCommandLine(['explain', '--snapshot', folder, '--capture', capture, '--json'], {
    ...server.system,
    terminal,
  });
  const found = explained.explanation.parse(JSON.parse(printed));
  expect([found.outcomes[0]?.finalDestination, found.snapshot?.later?.answer.includes('7002')]).toEqual([
    '10.244.1.5:7001',
    true,
  ]);
});
