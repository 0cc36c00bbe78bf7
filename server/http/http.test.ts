import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import * as explained from '../../api/explanation.ts';
import * as pieces from '../../api/pieces.ts';
import * as api from '../../api/schemas.ts';
import { ioStatistics, statistics } from '../../api/statistics.ts';
import { followedStream } from '../../api/streams.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { pcapOf } from '../packets/pcap.fixture.ts';
import { tarOf } from '../unpack/tar.fixture.ts';
import { root, TestServer, token } from './http.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});

const sample = 'ipvs-nft.seed-clash';
const sampleFile = (name: string) => fs.readFileSync(path.join(root, 'fixtures/samples', sample, name));
const codeOf = (answer: { json(): unknown }) => api.apiError.parse(answer.json()).error.code;
const json = { 'content-type': 'application/json' };

function odd(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

// ---- who may ask ----

test('without a token nothing is told, but that the server is up', async () => {
  expect((await server.ask('/healthz', { stranger: true })).body.toString()).toBe('ok');
  for (const at of ['/api/info', '/api/cases', `/api/cases/${sample}`, '/', '/assets/x.js', '/nowhere']) {
    const answer = await server.ask(at, { stranger: true });
    expect([at, answer.status, codeOf(answer)]).toEqual([at, 401, 'no-token']);
  }
  const wrong = await server.ask('/api/cases', {
    stranger: true,
    headers: { authorization: 'Bearer token-of-the-testz' },
  });
  expect(wrong.status).toBe(401);
});

test('a browser without a token gets a page that says what to do', async () => {
  const answer = await server.ask('/', { stranger: true, headers: { accept: 'text/html' } });
  expect(answer.status).toBe(401);
  expect(answer.body.toString()).toContain('the link with the token');
});

test('the link gives a cookie and goes to the page; the cookie opens the API', async () => {
  const { pathname, search } = new URL(server.link);
  const answer = await server.ask(pathname + search, { stranger: true });
  expect([answer.status, answer.headers.location]).toEqual([303, '/']);
  const cookie = answer.headers['set-cookie']?.[0] ?? '';
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Strict');
  const withCookie = await server.ask('/api/info', { stranger: true, headers: { cookie: cookie.split(';')[0] ?? '' } });
  expect(api.serverInfo.safeParse(withCookie.json()).success).toBe(true);
  expect((await server.ask('/?token=wrong-token', { stranger: true })).status).toBe(401);
  const away = await server.ask(`//evil.example/?token=${token}`, { stranger: true });
  expect(away.headers.location ?? '/').not.toMatch(/^\/\//);
});

test.each(['evil.example', 'localhost.evil.example', `evil.example:80`, '169.254.1.1'])(
  'the Host %j is refused',
  async (host) => {
    const answer = await server.ask('/api/cases', { headers: { host } });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'wrong-host']);
  },
);

test('loopback names are ours, on any port (a tunnel changes it)', async () => {
  for (const host of ['localhost', `localhost:${server.port}`, '127.0.0.1:8080', '[::1]:9']) {
    expect((await server.ask('/api/cases', { headers: { host } })).status).toBe(200);
  }
});

test('a change from another site is refused', async () => {
  const body = [Buffer.from('{"name":"x"}')];
  for (const headers of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:1` },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    const answer = await server.ask('/api/cases', { method: 'POST', headers: { ...json, ...headers }, body });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'wrong-origin']);
  }
  const own = { ...json, origin: `http://127.0.0.1:${server.port}`, host: `127.0.0.1:${server.port}` };
  expect((await server.ask('/api/cases', { method: 'POST', headers: own, body })).status).toBe(201);
});

test('every answer carries the strict policy', async () => {
  const { headers } = await server.ask('/api/cases');
  const policy = String(headers['content-security-policy']);
  for (const part of [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toContain('unsafe');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['x-powered-by']).toBeUndefined();
});

test('unknown paths are 404, wrong methods 405, broken bodies 400, all in JSON', async () => {
  expect(codeOf(await server.ask('/api/nothing'))).toBe('no-route');
  expect(codeOf(await server.ask('/api/cases/none'))).toBe('no-case');
  const patch = await server.ask('/api/cases', { method: 'PATCH' });
  expect([patch.status, patch.headers.allow, codeOf(patch)]).toEqual([405, 'GET, POST', 'bad-method']);
  const broken = await server.ask('/api/cases', { method: 'POST', headers: json, body: [Buffer.from('{"name"')] });
  expect([broken.status, codeOf(broken)]).toEqual([400, 'bad-request']);
  const large = await server.ask('/api/cases', {
    method: 'POST',
    headers: json,
    body: [Buffer.from(`{"name":"${'x'.repeat(20_000)}"}`)],
  });
  expect([large.status, codeOf(large)]).toEqual([413, 'too-large']);
  const nameless = await server.ask('/api/cases', {
    method: 'POST',
    headers: json,
    body: [Buffer.from('{"name":"  "}')],
  });
  expect(codeOf(nameless)).toBe('bad-request');
  expect((await server.ask('/api/%E0%A4%A')).status).toBe(400);
});

// ---- samples ----

test('samples are there, in the words of the contract, and cannot be changed', async () => {
  const all = z.array(api.caseSummary).parse((await server.ask('/api/cases')).json());
  const places = all.filter((c) => c.sample).map((c) => c.id);
  expect(places.slice(0, 2)).toEqual([sample, 'ipvs-nft.seed-healthy']);
  const detail = api.caseDetail.parse((await server.ask(`/api/cases/${sample}`)).json());
  expect(detail.packets).toBe(70);
  expect(detail.hasNodeState).toBe(true);
  expect(detail.points).toEqual(['any', 'cni0', 'veth client', 'veth hostport-web', 'pod client', 'pod hostport-web']);
  expect((await server.ask(`/api/cases/${sample}`, { method: 'DELETE' })).status).toBe(403);
  expect(codeOf(await server.put(sample, 'x.pcap', [pcapOf([])]))).toBe('sample');
});

test('packets are numbered by time over all captures, in windows', async () => {
  const page = api.packetRows.parse((await server.ask(`/api/cases/${sample}/packets?offset=10&count=5`)).json());
  expect([page.total, page.matched, page.offset]).toEqual([70, 70, 10]);
  expect(page.rows.map((r) => r.no)).toEqual([11, 12, 13, 14, 15]);
  const times = page.rows.map((r) => BigInt(r.tsNs));
  expect(times).toEqual([...times].sort((x, y) => (x < y ? -1 : 1)));
  const past = api.packetRows.parse((await server.ask(`/api/cases/${sample}/packets?offset=1000`)).json());
  expect(past.rows).toEqual([]);
});

test('one packet with its bytes, and none beyond the end', async () => {
  const detail = api.packetDetail.parse((await server.ask(`/api/cases/${sample}/packets/1`)).json());
  expect(Buffer.from(detail.bytes, 'base64')).toHaveLength(detail.caplen);
  expect((await server.ask(`/api/cases/${sample}/packets/71`)).status).toBe(404);
  expect((await server.ask(`/api/cases/${sample}/packets/x`)).status).toBe(400);
});

test('a filter that is wrong says where', async () => {
  const answer = await server.ask(`/api/cases/${sample}/packets?filter=${encodeURIComponent('ip.addr === 1')}`);
  expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-filter']);
  expect(z.object({ error: z.object({ position: z.number() }) }).safeParse(answer.json()).success).toBe(true);
});

test('timeline, flows and dump lines', async () => {
  const line = api.timeline.parse((await server.ask(`/api/cases/${sample}/timeline?slices=20`)).json());
  expect(line.packets.reduce((s, n) => s + n)).toBe(70);
  api.flowList.parse((await server.ask(`/api/cases/${sample}/flows`)).json()).flows;
  const wanted = `/api/cases/${sample}/dumps/lines?file=bundle/iptables-save.txt&from=2&count=3`;
  const lines = api.dumpLines.parse((await server.ask(wanted)).json());
  expect(lines.lines).toEqual(sampleFile('bundle/iptables-save.txt').toString().split('\n').slice(1, 4));
  expect(codeOf(await server.ask(`/api/cases/${sample}/dumps/lines?file=../case.json`))).toBe('no-file');
  expect(codeOf(await server.ask(`/api/cases/${sample}/dumps/lines?file=pcap/node-any.pcap`))).toBe('not-a-dump');
});

test('statistics of a case, of what passes a filter, and over time', async () => {
  const at = `/api/cases/${sample}/statistics`;
  const all = statistics.parse((await server.ask(at)).json());
  expect(all.settled).toBe(true);
  const detail = api.caseDetail.parse((await server.ask(`/api/cases/${sample}`)).json());
  expect(all.packets).toBe(detail.packets);
  const some = statistics.parse((await server.ask(`${at}?filter=${encodeURIComponent('tcp.flags.syn == 1')}`)).json());
  expect(some.packets).toBeGreaterThan(0);
  expect(some.packets).toBeLessThan(all.packets);
  const short = statistics.parse((await server.ask(`${at}?count=1`)).json());
  expect(short.conversations.ip).toEqual(all.conversations.ip.slice(0, 1));
  expect(short.issues.join()).toContain('ip conversations');
  const io = ioStatistics.parse((await server.ask(`${at}/io?interval=0.01&filter=&filter=tcp`)).json());
  expect(io.series.map(({ filter }) => filter)).toEqual(['', 'tcp']);
  expect(io.series[0]?.packets.reduce((sum, n) => sum + n, 0)).toBe(all.packets);
  expect(codeOf(await server.ask(`${at}?filter=nope.nope`))).toBe('bad-filter');
  expect(codeOf(await server.ask(`${at}/io?interval=0`))).toBe('bad-request');
});

test('a conversation is followed, up to a limit', async () => {
  const flows = api.flowList.parse((await server.ask(`/api/cases/${sample}/flows`)).json()).flows;
  const flow = flows.find((one) => one.protocol === 'TCP' && one.point === 'pod client');
  const at = `/api/cases/${sample}/flows/${flow?.id}/stream`;
  const stream = followedStream.parse((await server.ask(at)).json());
  const text = (toServer: boolean) =>
    stream.chunks
      .filter((chunk) => chunk.toServer === toServer)
      .map((chunk) => Buffer.from(chunk.bytes, 'base64').toString())
      .join('');
  expect([stream.client, stream.server, stream.whole]).toEqual([flow?.client, flow?.server, true]);
  expect([text(true).length, text(false).length]).toEqual([stream.bytesToServer, stream.bytesToClient]);
  expect(text(true)).toMatch(/^GET .* HTTP\/1/);
  expect(text(false)).toMatch(/^HTTP\/1/);
  expect(followedStream.parse((await server.ask(`${at}?limit=1`)).json()).whole).toBe(false);
  const saved = await server.ask(`${at}/bytes?side=client`);
  expect([saved.body.toString(), saved.headers['content-disposition']]).toEqual([
    text(true),
    `attachment; filename=flow-${flow?.id}-client.bin`,
  ]);
  expect((await server.ask(`${at}/bytes`)).body.length).toBe(stream.bytesToServer + stream.bytesToClient);
  expect(codeOf(await server.ask(`${at}/bytes?side=other`))).toBe('bad-request');
  expect(codeOf(await server.ask(`/api/cases/${sample}/flows/9999/stream`))).toBe('no-flow');
  expect(codeOf(await server.ask(`/api/cases/${sample}/flows/x/stream`))).toBe('bad-request');
});

test('the packets that pass leave as pcapng, CSV and JSON lines', async () => {
  const at = `/api/cases/${sample}/export?filter=${encodeURIComponent('tcp.flags.syn == 1 && tcp.flags.ack == 0')}`;
  const rows = api.packetRows.parse(
    (
      await server.ask(
        `/api/cases/${sample}/packets?filter=${encodeURIComponent('tcp.flags.syn == 1 && tcp.flags.ack == 0')}`,
      )
    ).json(),
  );
  const saved = await server.ask(at);
  expect(saved.headers['content-disposition']).toContain('.pcapng');
  const indexer = new CaptureIndexer();
  indexer.append(new Uint8Array(saved.body));
  indexer.end();
  expect(indexer.index.issues).toEqual([]);
  expect(indexer.index.packetCount).toBe(rows.matched);
  expect(rows.rows.map((_, row) => indexer.index.timestampNs(row).toString())).toEqual(rows.rows.map((r) => r.tsNs));
  expect(rows.rows.map((_, row) => indexer.index.interfaces[indexer.index.interfaceOf(row)]?.name)).toEqual(
    rows.rows.map((r) => r.point),
  );
  const lines = (await server.ask(`${at}&format=jsonl`)).body.toString().trimEnd().split('\n');
  expect(lines.map((line) => api.packetRow.parse(JSON.parse(line)))).toEqual(rows.rows);
  const csv = (await server.ask(`${at}&format=csv`)).body.toString().trimEnd().split('\n');
  expect(csv).toHaveLength(rows.matched + 1);
  expect(csv[1]).toContain(rows.rows[0]?.info ?? 'no row');
  expect(codeOf(await server.ask(`/api/cases/${sample}/export?filter=tcp.port+==`))).toBe('bad-filter');
  expect(codeOf(await server.ask(`/api/cases/${sample}/export?format=exe`))).toBe('bad-request');
});

test('files come back as they were, as a download', async () => {
  const answer = await server.ask(`/api/cases/${sample}/files?path=pcap/node-any.pcap`);
  expect(Buffer.compare(answer.body, sampleFile('pcap/node-any.pcap'))).toBe(0);
  expect(answer.headers['content-disposition']).toContain('attachment');
});

test('a flow and a typed packet are explained; findings are listed', async () => {
  const explain = (id: string, asked: object) =>
    server.ask(`/api/cases/${id}/explain`, {
      method: 'POST',
      headers: json,
      body: [Buffer.from(JSON.stringify(asked))],
    });
  const packet = 'tcp 10.244.1.2:40580 > 10.96.0.80:80 in cni0';
  const flows = api.flowList.parse((await server.ask(`/api/cases/${sample}/flows`)).json()).flows;
  const client = flows.find((f) => f.point === 'veth client');
  for (const asked of [{ packet }, { flow: client?.id ?? -1 }]) {
    const found = explained.explanation.parse((await explain(sample, asked)).json());
    expect(found.outcomes[0]?.finalDestination).toBe('10.244.1.5:8088');
  }
  const findings = z.array(pieces.finding).parse((await server.ask(`/api/cases/${sample}/findings`)).json());
  expect(findings.length).toBeGreaterThan(0);
  expect(codeOf(await explain(sample, { packet: 'hello' }))).toBe('bad-packet');
  expect(codeOf(await explain(sample, { flow: 9999 }))).toBe('no-flow');
  expect(codeOf(await explain(sample, { nothing: 1 }))).toBe('bad-request');
  const empty = await explain(await server.create(), { packet });
  expect([empty.status, codeOf(empty)]).toEqual([409, 'no-node-state']);
  expect(api.apiError.parse(empty.json()).error.message).toContain('iptables-save');
});

// ---- uploads ----

test('an upload in odd pieces is indexed, kept and given back', async () => {
  const id = await server.create();
  const bytes = sampleFile('pcap/node-any.pcap');
  const file = api.caseFile.parse((await server.put(id, 'a/node-any.pcap', odd(bytes, [1, 3, 700, 17, 24]))).json());
  expect(file).toMatchObject({
    kind: 'capture',
    format: 'pcap',
    packets: 25,
    point: 'any',
    state: 'ready',
    bytes: bytes.length,
  });
  const back = await server.ask(`/api/cases/${id}/files?path=a/node-any.pcap`);
  expect(Buffer.compare(back.body, bytes)).toBe(0);
  const page = api.packetRows.parse((await server.ask(`/api/cases/${id}/packets`)).json());
  expect(page.total).toBe(25);
  expect(codeOf(await server.put(id, 'a/node-any.pcap', [bytes]))).toBe('exists');
  expect(codeOf(await server.put(id, 'a', [bytes]))).toBe('exists');
  expect(codeOf(await server.put(id, 'a/node-any.pcap/b', [bytes]))).toBe('exists');
  expect((await server.ask(`/api/cases/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await server.ask(`/api/cases/${id}`)).status).toBe(404);
  expect(fs.existsSync(path.join(server.dataFolder, 'cases', id))).toBe(false);
});

test.each(['../../x.pcap', '/etc/cron.d/x', 'a/../../b', 'a\\b', 'a\nb', ''])('the path %j is refused', async (at) => {
  const id = await server.create();
  const answer = await server.put(id, at, [pcapOf([])]);
  expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-path']);
  const pathless = await server.ask(`/api/cases/${id}/files`, { method: 'PUT', body: [pcapOf([])] });
  expect(codeOf(pathless)).toBe('bad-request');
});

test('compressed captures and archives are unpacked, by content', async () => {
  const id = await server.create();
  const gz = await server.put(id, 'c.bin', odd(gzipSync(sampleFile('pcap/node-cni0.pcap')), [7, 100]));
  expect(gz.json()).toMatchObject({ kind: 'capture', format: 'pcap, gzip', packets: 5 });
  const archive = gzipSync(
    tarOf([
      ['bundle/iptables-save.txt', sampleFile('bundle/iptables-save.txt')],
      ['../outside.pcap', sampleFile('pcap/node-any.pcap')],
      ['node-veth-client.pcap.gz', gzipSync(sampleFile('pcap/node-veth-client.pcap'))],
    ]),
  );
  const tar = api.caseFile.parse((await server.put(id, 'all.tgz', odd(archive, [1000]))).json());
  expect(tar).toMatchObject({ kind: 'archive', format: 'tar, gzip', state: 'ready' });
  expect(tar.issues.join()).toContain('left out');
  const detail = api.caseDetail.parse((await server.ask(`/api/cases/${id}`)).json());
  expect(detail.files.map((f) => [f.path, f.kind])).toEqual([
    ['c.bin', 'capture'],
    ['all.tgz', 'archive'],
    ['all.tgz/bundle/iptables-save.txt', 'dump'],
    ['all.tgz/node-veth-client.pcap.gz', 'capture'],
  ]);
  expect(detail.packets).toBe(15);
  expect(fs.existsSync(path.join(server.dataFolder, 'cases', id, 'outside.pcap'))).toBe(false);
  const lines = api.dumpLines.parse(
    (await server.ask(`/api/cases/${id}/dumps/lines?file=all.tgz/bundle/iptables-save.txt`)).json(),
  );
  expect(lines.lines[0]).toContain('iptables-save');
});

test('an upload that breaks off leaves the good part, marked; sending it again replaces it', async () => {
  const id = await server.create();
  const bytes = sampleFile('pcap/node-any.pcap');
  await server
    .put(id, 'cut.pcap', [bytes.subarray(0, 1000)], {
      breakOff: true,
      headers: { 'content-length': String(bytes.length) },
    })
    .catch(() => undefined);
  const cut = await settled(id);
  expect(cut.files[0]).toMatchObject({ state: 'failed', bytes: 1000, packets: 8 });
  expect(cut.files[0]?.issues.join()).toContain('broke off after 1000 bytes');
  const page = api.packetRows.parse((await server.ask(`/api/cases/${id}/packets`)).json());
  expect(page.rows).toHaveLength(8);
  expect((await server.put(id, 'cut.pcap', [bytes])).json()).toMatchObject({ state: 'ready', packets: 25 });
  expect(api.packetRows.parse((await server.ask(`/api/cases/${id}/packets`)).json()).total).toBe(25);
});

async function settled(id: string) {
  for (;;) {
    const detail = api.caseDetail.parse((await server.ask(`/api/cases/${id}`)).json());
    if (detail.state === 'ready' && detail.files.length > 0) return detail;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('packets are there while the file is still arriving', async () => {
  const id = await server.create();
  const bytes = sampleFile('pcap/node-any.pcap');
  let finish: () => void = () => undefined;
  const options = {
    port: server.port,
    host: '127.0.0.1',
    path: `/api/cases/${id}/files?path=live.pcap`,
    method: 'PUT',
  };
  const request = http.request({ ...options, headers: { authorization: `Bearer ${token}` } });
  const answered = new Promise<number>((resolve) => {
    request.on('response', (response) => resolve(response.resume().statusCode ?? 0));
  });
  request.write(bytes.subarray(0, 1500));
  finish = () => request.end(bytes.subarray(1500));
  for (;;) {
    const page = api.packetRows.parse((await server.ask(`/api/cases/${id}/packets`)).json());
    if (page.total > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const during = api.caseDetail.parse((await server.ask(`/api/cases/${id}`)).json());
  expect([during.state, during.files[0]?.state]).toEqual(['receiving', 'receiving']);
  finish();
  expect(await answered).toBe(200);
  expect((await settled(id)).packets).toBe(25);
});

test('what is neither capture nor dump is kept and named', async () => {
  const id = await server.create();
  expect((await server.put(id, 'x.pcap', [Buffer.from('hello')])).json()).toMatchObject({
    kind: 'unknown',
    format: null,
    state: 'ready',
  });
  expect((await server.put(id, 'empty', [])).json()).toMatchObject({ bytes: 0, state: 'ready' });
});

test('two uploads at once merge by time', async () => {
  const id = await server.create();
  const one = pcapOf(Array.from({ length: 400 }, (_, i) => ({ us: 1000 + i * 2 })));
  const other = pcapOf(Array.from({ length: 400 }, (_, i) => ({ us: 1001 + i * 2 })));
  await Promise.all([server.put(id, 'one.pcap', odd(one, [997])), server.put(id, 'other.pcap', odd(other, [1499]))]);
  const page = api.packetRows.parse((await server.ask(`/api/cases/${id}/packets?count=1000`)).json());
  const times = page.rows.map((r) => Number(BigInt(r.tsNs) / 1000n));
  expect(times).toEqual(Array.from({ length: 800 }, (_, i) => 1000 + i));
});

test('a restart finds the library again, and indexes when asked', async () => {
  const first = await TestServer.start(http.request, undefined, false);
  const id = await first.create('kept');
  await first.put(id, 'a.pcap', [sampleFile('pcap/node-any.pcap')]);
  await first.put(id, 'b.gz', [gzipSync(sampleFile('pcap/node-cni0.pcap'))]);
  await first.stop();
  fs.mkdirSync(path.join(first.dataFolder, 'cases', 'broken'));
  fs.writeFileSync(path.join(first.dataFolder, 'cases', 'broken', 'case.json'), '{');
  const second = await TestServer.start(http.request, first.dataFolder, false);
  const [known] = z.array(api.caseSummary).parse((await second.ask('/api/cases')).json());
  expect(known).toMatchObject({ id, name: 'kept', packets: 30, state: 'ready' });
  expect(api.packetRows.parse((await second.ask(`/api/cases/${id}/packets`)).json()).total).toBe(30);
  await second.stop();
  fs.rmSync(first.dataFolder, { recursive: true });
});
