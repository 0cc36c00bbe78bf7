import { expect, test } from 'vitest';
import { deepDetail } from '../../api/deep.ts';
import { pcapOf } from '../packets/pcap.fixture.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { runCommandLine } from './command-line.ts';

const files = { 'a.pcap': pcapOf([{ us: 1 }, { us: 2 }]) };
const pdml =
  '<pdml><packet><proto name="frame" showname="Frame 2"><field name="x.y" showname="Y: \u001b[31m1" show="1"/></proto></packet></pdml>';
const seen: (readonly string[])[] = [];
const programs = {
  prlimit: () => '',
  tshark: (args: readonly string[]) => {
    if (args[0] === '--version') return 'TShark (Wireshark) 4.0.17 (Git).\n';
    seen.push(args);
    return pdml;
  },
};

async function run(args: readonly string[], script = { files, programs }) {
  const system = scriptedSystem(script);
  const status = await runCommandLine(['read', ...args], system);
  return { status, ...system.printed() };
}

test('prints tshark’s tree with its version, without control characters', async () => {
  const { out, status } = await run(['a.pcap', '--tshark', '2', '-d', 'udp.port==2000,dns']);
  expect([status, out]).toEqual([
    0,
    'Packet 2 by tshark 4.0.17, which counts it as 2 (1 before it)\nFrame 2\n    Y: \\x1b[31m1\n',
  ]);
  expect(seen.at(-1)).toEqual(expect.arrayContaining(['-n', '-d', 'udp.port==2000,dns', 'frame.number == 2']));
});

test('--json is the shape of the API', async () => {
  const { out } = await run(['a.pcap', '--tshark', '1', '--json']);
  expect(deepDetail.parse(JSON.parse(out))).toMatchObject({ no: 1, before: 0, version: '4.0.17' });
});

test.each([
  [['a.pcap', '--tshark', '0'], 'is no packet number'],
  [['a.pcap', '--tshark', '9'], 'there is no packet 9'],
  [['a.pcap', '--tshark', '1', '-Y', 'udp'], 'leave -Y'],
])('%j is refused', async (args, said) => {
  const { status, error } = await run(args);
  expect([status, error]).toEqual([2, expect.stringContaining(said)]);
});

test('says that tshark is missing', async () => {
  const { status, error } = await run(['a.pcap', '--tshark', '1'], { files, programs: {} as typeof programs });
  expect([status, error]).toEqual([2, expect.stringContaining('install tshark')]);
});
