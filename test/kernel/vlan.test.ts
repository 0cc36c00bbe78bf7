// Frames with an 802.1Q tag on this kernel, which has no VLAN devices but knows tags: the lines of `nft monitor trace` at a device, within a
// bridge with br_netfilter on and off, and in the IP hooks.
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { BRIDGE, FrameWorld, PLACES } from './frame-world.fixture.ts';
import { listening, NftTraceReader, nftLine, nftLines } from './nft-trace.ts';
import { missingFor } from './tools.ts';

const lacking = missingFor('tagged frames', ['nft', 'ip', 'bridge', 'perl']);
let world: FrameWorld;
beforeAll(() => {
  if (lacking === null) world = new FrameWorld();
});
afterAll(() => world?.close());

const FRAME = [
  ...[
    'vlan id 5',
    'vlan id != 5',
    'vlan id { 4-6 }',
    'vlan pcp 3',
    'vlan type ip',
    'ether type 8021q',
    'ether type ip',
  ],
  ...[
    'meta protocol ip',
    'meta protocol 8021q',
    'ip saddr 10.77.0.0/16',
    'udp dport 99',
    '@ll,96,16 0x8100',
    '@ll,112,16 0x6005',
  ],
];
const chain = (name: string, hook: string, rules: readonly string[]) =>
  `chain ${name} {\n type filter hook ${hook}; policy accept;\n${rules.map((r) => `${r} continue\n`).join('')}}\n`;
const RULES = [
  `table netdev n {\nchain trace {\n type filter hook ingress devices = { pa, vout } priority -300; policy accept;\nudp dport 99 meta nftrace set 1\n}`,
  `${chain('in', 'ingress devices = { pa, vout } priority 0', FRAME)}}`,
  `table bridge b {\n${['prerouting', 'input', 'forward', 'postrouting'].map((h) => chain(h, `${h} priority 10`, FRAME)).join('')}}`,
  `table ip i {\n${['prerouting', 'input', 'forward'].map((h) => chain(h, `${h} priority 0`, ['ip saddr 10.77.0.0/16'])).join('')}}`,
].join('\n');

/** Each sends a frame that one side knows what to do with: bridged, for the node behind the bridge, and for the node. */
const SENDERS = [
  { from: 'a', to: 'b', dst: PLACES.b.address },
  { from: 'a', to: BRIDGE, dst: '10.77.1.1' },
  { from: 'server', to: 'vout', dst: '10.77.2.1' },
] as const;
const TAGS = [
  ['-', ''],
  ['0000', 'vlan 0'],
  ['6005', 'vlan 5:3'],
  ['0006', 'vlan 6'],
] as const;

test.skipIf(lacking !== null).each([0, 1])('the same lines as the kernel, bridge-nf-call %s', async (nf) => {
  world.in('node', 'sysctl', ['-qw', `net.bridge.bridge-nf-call-iptables=${nf}`]);
  world.in('node', 'nft', ['flush', 'ruleset']);
  world.in('node', 'nft', ['-f', '-'], RULES);
  const state = readSnapshot(world.dumps());
  expect(state.files.flatMap((f) => f.warnings.map((w) => w.message))).toEqual([]);
  const machine = new Machine(state);
  const monitor = world.spawnIn('node', 'nft', ['monitor', 'trace']);
  const reader = new NftTraceReader(monitor);
  const script = path.join(import.meta.dirname, 'tagged-frame.pl');
  try {
    await listening(() => world.in('node', 'cat', ['/proc/net/netlink']), 1);
    for (const { from, to, dst } of SENDERS)
      for (const [tci, option] of TAGS) {
        const { address, port } = PLACES[from];
        world.in(from, 'perl', [script, 'eth0', world.macs[to] ?? '', world.macs[from] ?? '', address, dst, tci]);
        const lines = (await reader.take(60, 3000)).map(nftLine);
        const text = `udp ${address}:44000 > ${dst}:99 in ${port} mac ${world.macs[from]} length 29 ${option}`;
        const spec = parsePacketSpec(text);
        const result = spec.ok ? simulate(machine, spec.value) : spec;
        if (!result.ok) throw new Error(result.message);
        expect(lines.length, text).toBeGreaterThan(3);
        expect(result.simulation.traces[0] ? nftLines(result.simulation.traces[0]) : [], text).toEqual(lines);
        expect(result.simulation.traces).toHaveLength(1);
      }
  } finally {
    monitor.kill();
  }
});
