// Joining as the server does it: captures of a folder, live ones that grow, one file with several interfaces.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import { CaptureReader } from '../../parsers/capture/reader.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { findingsOfPackets } from '../trace/captured.ts';
import { Capture } from './capture.ts';
import { FrameFile } from './frame-file.ts';
import { Packets } from './packets.ts';

const { clock } = scriptedSystem();

function opened(path: string, bytes: Uint8Array) {
  const indexer = new CaptureIndexer();
  const handle = {
    readAt(position: number, target: Uint8Array) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close: () => undefined,
  };
  return { indexer, capture: new Capture(path, indexer.index, new FrameFile(handle)) };
}

function whole(path: string, bytes: Uint8Array): Capture {
  const { indexer, capture } = opened(path, bytes);
  indexer.append(bytes);
  indexer.end();
  return capture;
}

const folder = 'fixtures/points/ipvs-nft.remote';
const files = fs.readdirSync(folder).filter((file) => !file.includes('any'));

async function packetsOf(captures: readonly Capture[]): Promise<Packets> {
  const packets = new Packets(clock);
  packets.setCaptures(captures);
  await packets.catchUp(1000);
  return packets;
}

const recorded = () => packetsOf(files.map((file) => whole(file, fs.readFileSync(`${folder}/${file}`))));

test('rows say what NAT made of their addresses, at the nearest points', async () => {
  const packets = await recorded();
  const { page } = await packets.rows('', 0, 100, 1000);
  expect(page.joined).toBe(true);
  const syn = page.rows.find(({ info, point }) => info.includes('[SYN]') && point === 'cni0');
  expect(syn?.rewritten).toEqual({
    before: null,
    after: { source: '192.168.50.11:40400', destination: '10.244.2.3:8080', point: 'eth0', no: expect.any(Number) },
  });
  const out = page.rows.find(({ no }) => no === syn?.rewritten?.after?.no);
  expect([out?.point, out?.rewritten?.before?.destination, out?.rewritten?.after]).toEqual([
    'eth0',
    '10.96.0.87:9006',
    null,
  ]);
  expect(page.rows.find(({ point }) => point === 'pod web-r')?.rewritten?.before).toMatchObject({ point: 'cni0' });
});

test('a packet’s detail lists every point that saw it, with the time between', async () => {
  const detail = await (await recorded()).joinedDetail(1);
  expect(detail.seenAt.map(({ point, source }) => `${point} ${source}`)).toEqual([
    'pod client 10.244.1.2:40400',
    'veth client 10.244.1.2:40400',
    'cni0 10.244.1.2:40400',
    'eth0 192.168.50.11:40400',
    'node2-eth0 192.168.50.11:40400',
    'pod web-r 192.168.50.11:40400',
  ]);
  const offsets = detail.seenAt.map(({ offsetNs }) => offsetNs);
  expect(offsets[0]).toBe(0);
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  expect([detail.loss, detail.joined]).toEqual([null, true]);
});

test('the report: rewrites, one conversation with a flow at each point, no loss', async () => {
  const packets = await recorded();
  const report = await packets.joinedPoints(10, 1000);
  expect(report.nat.map(({ what, before, after, from, to }) => [what, before, after, from, to])).toEqual([
    ['destination', '10.96.0.87:9006', '10.244.2.3:8080', 'cni0', 'eth0'],
    ['source', '10.244.1.2', '192.168.50.11', 'cni0', 'eth0'],
  ]);
  expect(report.conversations).toHaveLength(1);
  const [conversation] = report.conversations;
  const { flows } = await packets.joinedFlows(1000, 1000);
  expect(new Set(flows.map((flow) => flow.conversation)).size).toBe(1);
  for (const { point, flow, client } of conversation?.points ?? [])
    expect(flows.find(({ id }) => id === flow)).toMatchObject({ point, client });
  expect(conversation).toMatchObject({ losses: [], unanswered: null, toServer: 5, toClient: 5 });
});

/** Two points in one file, as a live capture writes them; the second loses one packet. */
function liveFile(dropped: number): Uint8Array {
  const reader = new CaptureReader();
  reader.append(fs.readFileSync(`${folder}/pod-client.pcap`));
  const builder = new PcapngBuilder();
  builder.section({ application: 'test' });
  builder.interface({ linkType: 1, name: 'eth0', description: 'pod client (in default/client)' });
  builder.interface({
    linkType: 1,
    name: 'veth1',
    description: 'veth client (host side of default/client)',
    filter: 'tcp',
  });
  for (let n = 0; reader.read(); n++) {
    const { seconds, nanos, bytes, start, caplen, length } = reader.record;
    builder.packet(0, seconds, nanos, bytes, start, caplen, length);
    if (n !== 3) builder.packet(1, seconds, nanos + 900, bytes, start, caplen, length);
  }
  builder.statistics({ interfaceId: 1, startMs: null, endMs: 1_700_000_000_000, received: 9, dropped });
  return builder.take().slice();
}

test('a loss is pinned to its stretch, unless the capture there dropped packets', async () => {
  const lost = (await (await packetsOf([whole('live.pcapng', liveFile(0))])).joinedPoints(10, 1000)).conversations[0]
    ?.losses;
  expect(lost?.map(({ text }) => text)).toEqual([
    '1 of 5 packets to the server was seen at pod client and never at veth client, which others passed.',
  ]);
  const packets = await packetsOf([whole('live.pcapng', liveFile(2))]);
  const unknown = (await packets.joinedPoints(10, 1000)).conversations[0]?.losses[0];
  expect(unknown?.verdict).toBe('unknown');
  expect(unknown?.text).toContain('but the capture there dropped 2 packets, and these may be among them');
  const detail = await packets.joinedDetail(unknown?.examples[0] ?? 0);
  expect([detail.point, detail.seenAt.length, detail.loss?.verdict]).toEqual(['pod client', 1, 'unknown']);
  // The others went on.
  expect((await packets.joinedDetail(1)).loss).toBeNull();
});

test('losses are a finding for each stretch; where the capture itself dropped packets they are none', async () => {
  const [finding, ...more] = await findingsOfPackets(await packetsOf([whole('live.pcapng', liveFile(0))]));
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    id: 'lost-between-points',
    title: 'packets are lost between pod client and veth client',
    summary: expect.stringMatching(
      /^1 packet of 1 conversation was seen at pod client and never at veth client, .* The first is packet \d+ \(tcp 10\.244\.1\.2:40400 > 10\.96\.0\.87:9006\)\.$/,
    ),
  });
  expect(await findingsOfPackets(await packetsOf([whole('live.pcapng', liveFile(2))]))).toEqual([]);
  expect(await findingsOfPackets(await recorded())).toEqual([]);
});

test('while a capture grows, answers say that they are not final, and become so', async () => {
  const bytes = liveFile(0);
  const { indexer, capture } = opened('live.pcapng', bytes);
  indexer.append(bytes.subarray(0, bytes.length - 200));
  const packets = await packetsOf([capture]);
  expect((await packets.rows('', 0, 5, 1000)).page.joined).toBe(false);
  expect((await packets.joinedDetail(1)).joined).toBe(false);
  indexer.append(bytes.subarray(bytes.length - 200));
  indexer.end();
  expect((await packets.rows('', 0, 5, 1000)).page.joined).toBe(true);
  expect((await packets.joinedPoints(10, 1000)).settled).toBe(true);
});

test('a capture of one point is not joined, and says so', async () => {
  const packets = await packetsOf([whole('pod-client.pcap', fs.readFileSync(`${folder}/pod-client.pcap`))]);
  expect(await packets.joinedPoints(10, 1000)).toEqual({
    settled: true,
    points: ['pod client'],
    nat: [],
    conversations: [],
    total: 0,
    forgotten: 0,
    natIsCut: false,
  });
  expect((await packets.rows('', 0, 1, 1000)).page).toMatchObject({ joined: true, rows: [{ rewritten: null }] });
});

test('a capture on any is joined with itself, and names interface and direction', async () => {
  const hairpin = 'fixtures/points/iptables-nft.hairpin/node-any.pcap';
  const packets = await packetsOf([whole('node-any.pcap', fs.readFileSync(hairpin))]);
  expect((await packets.joinedDetail(1)).seenAt.map(({ point, destination }) => `${point} ${destination}`)).toEqual([
    'any (ifindex 8, in) 10.96.0.82:9001',
    'any (ifindex 8, out) 10.244.1.3:8080',
  ]);
});
