// "Decode as" of a case: what is said changes its packets at once, is kept over a restart, and reaches what arrives later too.
import fs from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as api from '../../api/schemas.ts';
import { writePcap } from '../../parsers/capture/writer.ts';
import * as f from '../../test/conformance/frames.ts';
import { TestServer } from './http.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});

// Two questions: with one it would be taken for DNS by itself.
const question = [...f.dnsName('a.b'), 0, 1, 0, 1];
const query = f.dnsMessage(1, 0x100, [2, 0, 0, 0], [...question, ...question]);
const queries = (...ports: number[]) =>
  writePcap(
    { linkType: 1 },
    ports.map((port, i) => ({
      ns: BigInt(i) * 1_000_000n,
      bytes: f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(40_000, port, query)))),
    })),
  );

async function put(id: string, rules: readonly unknown[]) {
  const body = [Buffer.from(JSON.stringify({ rules }))];
  const headers = { 'content-type': 'application/json' };
  const answer = await server.ask(`/api/cases/${id}/decode-as`, { method: 'PUT', headers, body });
  return { status: answer.status, body: answer.json() };
}

async function protocols(id: string, at: TestServer = server, filter = ''): Promise<string[]> {
  const answer = await at.ask(`/api/cases/${id}/packets?filter=${encodeURIComponent(filter)}`);
  return api.packetRows.parse(answer.json()).rows.map(({ protocol }) => protocol);
}

test('changes rows, filters and trees of every capture, shows in the case, and can be taken back', async () => {
  const id = await server.create();
  await server.put(id, 'a.pcap', [queries(5300, 5301)]);
  await server.put(id, 'b.pcap', [queries(5300)]);
  expect(await protocols(id)).toEqual(['UDP', 'UDP', 'UDP']);
  expect(await put(id, ['udp.port==5300,dns'])).toEqual({ status: 200, body: { rules: ['udp.port==5300,dns'] } });
  expect(await protocols(id)).toEqual(['DNS', 'DNS', 'UDP']);
  expect(await protocols(id, server, 'dns.qry.name == "a.b"')).toHaveLength(2);
  const packet = api.packetDetail.parse((await server.ask(`/api/cases/${id}/packets/1`)).json());
  expect(packet.layers.map(({ filter }) => filter)).toContain('dns');
  const detail = api.caseDetail.parse((await server.ask(`/api/cases/${id}`)).json());
  expect(detail).toMatchObject({ decodeAs: ['udp.port==5300,dns'], packets: 3 });
  await put(id, []);
  expect(await protocols(id)).toEqual(['UDP', 'UDP', 'UDP']);
});

test('is still in force after a restart, and for what is sent then', async () => {
  const first = await TestServer.start(http.request, undefined, false);
  const id = await first.create();
  await first.put(id, 'a.pcap', [queries(5300)]);
  const body = [Buffer.from('{"rules":["udp.port==5300-5310,dns"]}')];
  await first.ask(`/api/cases/${id}/decode-as`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await first.stop();
  const second = await TestServer.start(http.request, first.dataFolder, false);
  expect(await protocols(id, second)).toEqual(['DNS']);
  await second.put(id, 'b.pcap', [queries(5305)]);
  expect(await protocols(id, second)).toEqual(['DNS', 'DNS']);
  await second.stop();
  fs.rmSync(first.dataFolder, { recursive: true });
});

test('said while a capture arrives, it holds when that is complete', async () => {
  const id = await server.create();
  const bytes = queries(5300, 5300, 5300);
  let resume: () => void = () => undefined;
  const options = {
    port: server.port,
    host: '127.0.0.1',
    path: `/api/cases/${id}/files?path=slow.pcap`,
    method: 'PUT',
    headers: { authorization: 'Bearer token-of-the-tests' },
  };
  const request = http.request(options);
  const answered = new Promise<void>((resolve) => request.on('response', (r) => void r.resume().on('end', resolve)));
  request.write(bytes.subarray(0, 150));
  resume = () => request.end(bytes.subarray(150));
  while ((await protocols(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await put(id, ['udp.port==5300,dns']);
  expect((await protocols(id)).every((protocol) => protocol === 'UDP')).toBe(true);
  resume();
  await answered;
  expect(await protocols(id)).toEqual(['DNS', 'DNS', 'DNS']);
});

test('a rule said twice holds once; a later one wins', async () => {
  const id = await server.create();
  await server.put(id, 'a.pcap', [queries(5300)]);
  const { body } = await put(id, ['udp.port==5300,dns', 'udp.port==5300,ntp', 'udp.port == 5300,DNS']);
  expect(body).toEqual({ rules: ['udp.port==5300,ntp', 'udp.port==5300,dns'] });
  expect(await protocols(id)).toEqual(['DNS']);
});

test.each([
  [['tcp.port==80'], 400, 'bad-rule', 'is not of the form'],
  [['tcp.port==80,arp'], 400, 'bad-rule', 'one of: '],
  [[17], 400, 'bad-request', 'rules.0'],
])('refuses %j and keeps what was there', async (rules, status, code, part) => {
  const id = await server.create();
  await put(id, ['udp.port==1,dns']);
  const refused = await put(id, rules);
  expect(refused).toMatchObject({ status, body: { error: { code, message: expect.stringContaining(part) } } });
  expect(api.caseDetail.parse((await server.ask(`/api/cases/${id}`)).json()).decodeAs).toEqual(['udp.port==1,dns']);
});

test('a sample is not changed', async () => {
  expect(await put('ipvs-nft.seed-clash', ['udp.port==1,dns'])).toMatchObject({
    status: 403,
    body: { error: { code: 'sample' } },
  });
});

test('names the choices, and what ports are read as without rules', async () => {
  const choices = api.decodeAsChoices.parse((await server.ask('/api/decode-as')).json());
  expect(choices.tcp.protocols).toEqual(expect.arrayContaining(['http', 'tls']));
  expect([choices.udp.ports['53'], choices.tcp.ports['80'], choices.udp.ports['5300']]).toEqual([
    'dns',
    'http',
    undefined,
  ]);
});
