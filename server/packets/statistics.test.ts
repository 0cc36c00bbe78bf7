import { expect, test } from 'vitest';
import { statistics } from '../../api/statistics.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { Capture } from './capture.ts';
import { FrameFile } from './frame-file.ts';
import { Packets } from './packets.ts';
import { type FixturePacket, pcapOf } from './pcap.fixture.ts';

const all = Number.POSITIVE_INFINITY;

function captureOf(path: string, packets: readonly FixturePacket[]): Capture {
  const bytes = pcapOf(packets);
  const indexer = new CaptureIndexer();
  indexer.append(bytes);
  indexer.end();
  const readAt = (position: number, target: Uint8Array): number => {
    const part = bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  return new Capture(path, indexer.index, new FrameFile({ readAt, close: () => undefined }));
}

const packetsAt = (times: readonly number[], sport: number): FixturePacket[] =>
  times.map((us) => ({ us: 1_000_000 + us, sport }));

test('captures are counted together, in the order of the merged list', async () => {
  const packets = new Packets(scriptedSystem().clock);
  packets.setCaptures([captureOf('a.pcap', packetsAt([10, 30], 1)), captureOf('b.pcap', packetsAt([0, 20], 2))]);
  const found = statistics.parse(await packets.statistics('', all));
  expect(found).toMatchObject({ packets: 4, settled: true, issues: [] });
  expect(found.conversations.udp).toMatchObject([
    { portA: 2, packetsAToB: 2, startNs: 0, durationNs: 20_000 },
    { portA: 1, packetsAToB: 2, startNs: 10_000, durationNs: 20_000 },
  ]);
  expect(found.hierarchy).toMatchObject([{ protocol: 'eth', packets: 4, children: [{ protocol: 'ip', packets: 4 }] }]);
});

test('a capture that comes later is counted too, from the beginning', async () => {
  const packets = new Packets(scriptedSystem().clock);
  const late = captureOf('a.pcap', packetsAt([500], 1));
  packets.setCaptures([late]);
  expect((await packets.statistics('', all)).conversations.udp).toMatchObject([{ startNs: 0 }]);
  packets.setCaptures([late, captureOf('b.pcap', packetsAt([0], 2))]);
  expect((await packets.statistics('', all)).conversations.udp).toMatchObject([
    { portA: 2, startNs: 0 },
    { portA: 1, startNs: 500_000 },
  ]);
});

test('a filter chooses what counts, but not when time begins', async () => {
  const packets = new Packets(scriptedSystem().clock);
  packets.setCaptures([captureOf('a.pcap', [...packetsAt([0], 1), ...packetsAt([2_000_000], 2)])]);
  const found = await packets.statistics('udp.srcport == 2', all);
  expect(found.packets).toBe(1);
  expect(found.conversations.udp).toMatchObject([{ portA: 2, startNs: 2_000_000_000 }]);
  const io = await packets.io(['', 'udp.srcport == 2'], 1e9, all);
  expect(io.series.map((series) => series.packets)).toEqual([
    [1, 0, 1],
    [0, 0, 1],
  ]);
  await expect(packets.io([''], 1000, all)).rejects.toThrow('make it longer');
});

test('a pass that ran out of time goes on where it stopped, and lets others work between slices', async () => {
  const { clock } = scriptedSystem();
  let ms = 0;
  const busy = { ...clock, monotonicMs: () => (ms += 7) };
  const packets = new Packets(busy);
  packets.setCaptures([
    captureOf(
      'a.pcap',
      packetsAt(
        Array.from({ length: 1000 }, (_, i) => i),
        1,
      ),
    ),
  ]);
  const first = await packets.statistics('', 0);
  expect(first.settled).toBe(false);
  expect(first.packets).toBeLessThan(1000);
  const counts = [first.packets];
  for (let i = 0; i < 100 && !(await packets.statistics('', 0)).settled; i++)
    counts.push((await packets.statistics('', 0)).packets);
  expect([...counts].sort((a, b) => a - b)).toEqual(counts);
  expect((await packets.statistics('', 0)).packets).toBe(1000);
});
