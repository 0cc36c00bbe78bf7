import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { Capture } from './capture.ts';
import { FrameFile } from './frame-file.ts';
import { Packets } from './packets.ts';

const sample = path.resolve(import.meta.dirname, '../../fixtures/samples/ipvs-nft.seed-clash');
const all = Number.POSITIVE_INFINITY;

function captureOf(name: string): Capture {
  const bytes = new Uint8Array(fs.readFileSync(path.join(sample, 'pcap', name)));
  const indexer = new CaptureIndexer();
  indexer.append(bytes);
  indexer.end();
  const readAt = (position: number, target: Uint8Array): number => {
    const part = bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  return new Capture(`pcap/${name}`, indexer.index, new FrameFile({ readAt, close: () => undefined }));
}

function opened(): Packets {
  const packets = new Packets(scriptedSystem().clock);
  packets.setCaptures(['node-veth-client.pcap', 'node-cni0.pcap'].map(captureOf));
  return packets;
}

function state() {
  const folder = path.join(sample, 'bundle');
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: entry.name, text: fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8') }));
  return readSnapshot(files);
}

const matched = async (packets: Packets, filter: string): Promise<number> =>
  (await packets.rows(filter, 0, 1, all)).page.matched;

test('the point needs no names', async () => {
  const packets = opened();
  const { total } = (await packets.rows('', 0, 1, all)).page;
  const here = await matched(packets, 'point == "veth client"');
  expect(here).toBeGreaterThan(0);
  expect(await matched(packets, 'point == "cni0" && tcp')).toBe(total - here);
  expect(await matched(packets, 'point matches "^VETH" and frame.number <= 3')).toBeGreaterThan(0);
  expect(await matched(packets, 'k8s')).toBe(0);
  expect(await matched(packets, 'k8s.pod == "default/client" || nat')).toBe(0);
});

test('names and NAT come with the dumps, and a filter that was tested without them is tested again', async () => {
  const packets = opened();
  expect(await matched(packets, 'k8s.pod contains "client"')).toBe(0);
  packets.setState(state());
  const { total } = (await packets.rows('', 0, 1, all)).page;
  expect(await matched(packets, 'k8s.pod contains "client"')).toBe(total);
  expect(await matched(packets, 'k8s.src.pod contains "client"')).toBe(await matched(packets, 'ip.src == 10.244.1.2'));
  expect(await matched(packets, 'not k8s.dst.pod and tcp.flags.syn == 1')).toBe(
    await matched(packets, 'ip.dst == 10.96.0.80 && tcp.flags.syn == 1'),
  );
  expect(await matched(packets, 'count(k8s.pod) == 2')).toBeGreaterThan(0);
  // The connection to the service ends at the hostPort pod, and its source is masqueraded.
  const to = 'ip.dst == 10.96.0.80 && tcp.srcport == 40580';
  expect(await matched(packets, `${to} && nat.translated.dst == 10.244.1.0/24 && nat.translated.dstport == 8088`)).toBe(
    await matched(packets, to),
  );
  expect(await matched(packets, to)).toBeGreaterThan(0);
  expect(
    await matched(packets, 'nat.original.dst == 10.96.0.80 && nat.translated.src != nat.original.src'),
  ).toBeGreaterThan(0);
});

test('the tree of a packet shows its names', async () => {
  const packets = opened();
  await packets.catchUp(all);
  packets.setState(state());
  const names = packets.detail(1).layers.filter(({ filter }) => filter === 'k8s');
  expect(names.map(({ generated }) => generated)).toEqual([true]);
  expect(names[0]?.children.map(({ filter }) => filter)).toContain('k8s.src.pod');
});
