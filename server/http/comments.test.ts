// Comments of a case by HTTP: shown, changed, kept over a restart beside captures that stay as they were, and exported.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseComments } from '../../api/comments.ts';
import * as api from '../../api/schemas.ts';
import { withComments } from '../../parsers/capture/packet-options.ts';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import { tsharkVersion } from '../../test/conformance/oracle.ts';
import { pcapOf } from '../packets/pcap.fixture.ts';
import { TestServer } from './http.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start(http.request);
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(server.dataFolder, { recursive: true, force: true });
});

function commented(): Uint8Array {
  const builder = new PcapngBuilder();
  builder.section({ application: 'test', comments: ['of the section'] });
  builder.interface({ linkType: 1, name: 'eth0', comments: ['of the interface'] });
  builder.packet(0, 10, 0, new Uint8Array(60), 0, 60, 60, withComments(null, ['one', 'two']));
  builder.packet(0, 11, 0, new Uint8Array(60), 0, 60, 60);
  return builder.take();
}

async function put(id: string, request: object, at = server) {
  const headers = { 'content-type': 'application/json' };
  const body = [Buffer.from(JSON.stringify(request))];
  const answer = await at.ask(`/api/cases/${id}/comments`, { method: 'PUT', headers, body });
  return { status: answer.status, body: answer.json() };
}
const commentsIn = async (id: string, at = server) =>
  caseComments.parse((await at.ask(`/api/cases/${id}/comments`)).json());
const rows = async (id: string, filter = '', at = server) =>
  api.packetRows.parse((await at.ask(`/api/cases/${id}/packets?filter=${encodeURIComponent(filter)}`)).json()).rows;

async function twoFiles(at = server): Promise<string> {
  const id = await at.create();
  await at.put(id, 'a.pcapng', [commented()]);
  await at.put(id, 'b.pcap', [pcapOf([{ us: 10_500_000 }])]);
  return id;
}

test('the file’s comments are shown: list, tree, filter', async () => {
  const id = await twoFiles();
  expect(await commentsIn(id)).toEqual({
    packets: [{ no: 1, comments: ['one', 'two'] }],
    total: 1,
    captures: [
      {
        file: 'a.pcapng',
        pcapng: true,
        sections: [['of the section']],
        interfaces: [{ point: 'eth0', comments: ['of the interface'] }],
      },
      { file: 'b.pcap', pcapng: false, sections: [[]], interfaces: [{ point: 'b', comments: [] }] },
    ],
  });
  expect((await rows(id)).map(({ comments }) => comments)).toEqual([['one', 'two'], undefined, undefined]);
  expect(await rows(id, 'pkt_comment')).toHaveLength(1);
  expect(await rows(id, 'frame.comment == "two"')).toHaveLength(1);
  expect(await rows(id, 'frame.comment == "three"')).toHaveLength(0);
  const { layers, comments } = api.packetDetail.parse((await server.ask(`/api/cases/${id}/packets/1`)).json());
  expect([layers[0]?.filter, layers[0]?.children.map(({ value }) => value), comments]).toEqual([
    'pkt_comment',
    ['one', 'two'],
    ['one', 'two'],
  ]);
});

test('changes are seen at once, survive a restart, and leave the capture as it was', async () => {
  const first = await TestServer.start(http.request, undefined, false);
  const id = await twoFiles(first);
  expect(await rows(id, 'frame.comment contains "pcap has none"', first)).toHaveLength(0);
  await put(id, { packet: 1, comments: ['two'] }, first);
  expect((await put(id, { packet: 2, comments: ['pcap has none', 'until now'] }, first)).body).toEqual({
    comments: ['pcap has none', 'until now'],
  });
  await put(id, { file: 'a.pcapng', interface: 0, comments: [] }, first);
  await put(id, { file: 'b.pcap', section: 0, comments: ['sent by mail'] }, first);
  expect(await rows(id, 'frame.comment contains "pcap has none"', first)).toHaveLength(1);
  const before = await commentsIn(id, first);
  await first.stop();
  const second = await TestServer.start(http.request, first.dataFolder, false);
  expect(await commentsIn(id, second)).toEqual(before);
  expect((await rows(id, '', second)).map(({ comments }) => comments)).toEqual([
    ['two'],
    ['pcap has none', 'until now'],
    undefined,
  ]);
  const file = await second.ask(`/api/cases/${id}/files?path=a.pcapng`);
  expect(file.body.equals(Buffer.from(commented()))).toBe(true);
  await put(id, { packet: 1, comments: ['one', 'two'] }, second);
  expect(JSON.parse(fs.readFileSync(path.join(first.dataFolder, 'cases', id, 'case.json'), 'utf8')).comments).toEqual({
    'a.pcapng': { packets: {}, sections: {}, interfaces: { 0: [] } },
    'b.pcap': { packets: { 1: ['pcap has none', 'until now'] }, sections: { 0: ['sent by mail'] }, interfaces: {} },
  });
  await second.stop();
  fs.rmSync(first.dataFolder, { recursive: true });
});

test.skipIf(tsharkVersion() === null)(
  'an export has them, also a filtered one: tshark and capinfos read them',
  async () => {
    const id = await twoFiles();
    await put(id, { packet: 2, comments: ['ünd this', 'and "that"\nin two lines'] });
    await put(id, { file: 'b.pcap', section: 0, comments: ['sent by mail'] });
    const { body } = await server.ask(`/api/cases/${id}/export?filter=${encodeURIComponent('frame.comment')}`);
    const file = path.join(server.dataFolder, 'export.pcapng');
    fs.writeFileSync(file, body);
    const fields = ['-n', '-r', file, '-T', 'fields', '-E', 'separator=|', '-e', 'frame.number', '-e', 'frame.comment'];
    expect(execFileSync('tshark', fields, { encoding: 'utf8' })).toBe(
      '1|one,two\n2|ünd this,and "that"\\nin two lines\n',
    );
    const info = execFileSync('capinfos', ['-k', file], { encoding: 'utf8' });
    for (const said of ['of the section', 'sent by mail', 'packets that pass frame.comment'])
      expect(info).toContain(said);
  },
);

test('they stay when other rules read the capture anew, and go with their file', async () => {
  const id = await twoFiles();
  await put(id, { packet: 2, comments: ['kept'] });
  const headers = { 'content-type': 'application/json' };
  const body = [Buffer.from('{"rules":["udp.port==2000,dns"]}')];
  await server.ask(`/api/cases/${id}/decode-as`, { method: 'PUT', headers, body });
  expect((await commentsIn(id)).packets).toEqual([
    { no: 1, comments: ['one', 'two'] },
    { no: 2, comments: ['kept'] },
  ]);
});

test('somebody who was faster is not overwritten', async () => {
  const id = await twoFiles();
  expect((await put(id, { packet: 1, was: ['one', 'two'], comments: ['mine'] })).status).toBe(200);
  expect(await put(id, { packet: 1, was: ['one', 'two'], comments: ['other'] })).toMatchObject({
    status: 409,
    body: { error: { code: 'changed' } },
  });
  expect((await commentsIn(id)).packets[0]?.comments).toEqual(['mine']);
});

test.each([
  [{ comments: ['x'] }, 400, 'bad-request'],
  [{ packet: 1, section: 0, comments: ['x'] }, 400, 'bad-request'],
  [{ packet: 1, comments: [''] }, 400, 'bad-request'],
  [{ packet: 1, comments: ['ü'.repeat(40_000)] }, 400, 'too-long'],
  [{ packet: 99, comments: ['x'] }, 404, 'no-packet'],
  [{ file: 'z.pcap', section: 0, comments: ['x'] }, 404, 'no-file'],
  [{ file: 'a.pcapng', section: 1, comments: ['x'] }, 404, 'no-section'],
  [{ file: 'a.pcapng', interface: 1, comments: ['x'] }, 404, 'no-interface'],
])('%j is refused', async (request, status, code) => {
  const id = await twoFiles();
  expect(await put(id, request)).toMatchObject({ status, body: { error: { code } } });
});

test('a sample is not changed', async () => {
  expect((await put('ipvs-nft.seed-clash', { packet: 1, comments: ['x'] })).status).toBe(403);
});
