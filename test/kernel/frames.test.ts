// Live differential for rules of frames: random tables of the families bridge and netdev (and ingress of inet) on a node with a bridge,
// with br_netfilter on and off, frames sent for real, and the lines of `nft monitor trace` compared with the simulator's.
//
// How many: VETHSCOPE_RULESETS (default 30) × VETHSCOPE_PACKETS (default 12). This kernel knows neither `ibrname` nor `ct` in family bridge.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { FrameWorld, PLACES } from './frame-world.fixture.ts';
import { Random } from './generate.ts';
import { type Frame, frame, frameRuleset } from './generate-frames.ts';
import { addressToIpv6, nftToIpv6 } from './ipv6.ts';
import type { KernelLine } from './kernel-trace.ts';
import { listening, NftTraceReader, nftLine, nftLines } from './nft-trace.ts';
import { missingFor } from './tools.ts';

const RULESETS = Number(process.env['VETHSCOPE_RULESETS'] ?? '30');
const PACKETS = Number(process.env['VETHSCOPE_PACKETS'] ?? '12');
const FIRST_SEED = Number(process.env['VETHSCOPE_SEED'] ?? '1');
/** Seeds that once showed a difference. */
const SEEDS: readonly number[] = [];

const lacking = missingFor('the live differential of frames', ['nft', 'ip', 'bridge', 'ping', 'conntrack']);
let world: FrameWorld;
beforeAll(() => {
  if (lacking === null) world = new FrameWorld();
});
afterAll(() => world?.close());

function specOf(p: Frame): string {
  const v6 = p.dst.includes(':');
  // a connect()'s SYN, a datagram of one byte, an echo request of ping
  const lengthOf = (proto: Frame['proto']) => ({ tcp: 60, udp: 29, icmp: 84 })[proto] + (v6 ? 20 : 0);
  const as = (ip: string) => (v6 ? addressToIpv6(ip) : ip);
  const at = (ip: string, port: number) => (v6 ? `[${ip}]:${port}` : `${ip}:${port}`);
  if (p.from === 'node') return `${p.proto} *:${p.sport} > ${at(p.dst, p.dport)} local length ${lengthOf(p.proto)}`;
  const { address, port } = PLACES[p.from];
  const where = `in ${port} mac ${world.macs[p.from]} length ${lengthOf(p.proto)}`;
  if (p.proto === 'icmp') return `${v6 ? 'icmpv6' : 'icmp'} ${as(address)} > ${p.dst} ${where}`;
  return `${p.proto} ${at(as(address), p.sport)} > ${at(p.dst, p.dport)} ${where}`;
}

let serial = 0;
let counts = { pairs: 0, equal: 0, unknown: 0, refused: 0 };

async function compare(seed: number, v6: boolean): Promise<void> {
  const r = new Random(seed);
  const nf = r.chance(0.6) ? 1 : 0;
  world.in('node', 'conntrack', ['-F']);
  world.in('node', 'nft', ['flush', 'ruleset']);
  world.in('node', 'sysctl', [
    '-qw',
    ...[`net.bridge.bridge-nf-call-iptables=${nf}`, `net.bridge.bridge-nf-call-ip6tables=${nf}`],
  ]);
  const text = frameRuleset(r, world.macs);
  const rules = v6 ? nftToIpv6(text).replace(/\b(protocol|type) (!= )?ip\b/g, '$1 $2ip6') : text;
  try {
    world.in('node', 'nft', ['-f', '-'], rules);
  } catch (e) {
    counts.refused++;
    if (process.env['VETHSCOPE_VERBOSE'])
      console.log(`seed ${seed}: ${e instanceof Error ? e.message.split('\n').slice(1, 4).join(' | ') : ''}`);
    return;
  }
  const state = readSnapshot(world.dumps());
  const warnings = state.files.flatMap((f) => f.warnings.map((w) => `${w.source.text}: ${w.message}`));
  expect(warnings, `seed ${seed}`).toEqual([]);
  const machine = new Machine(state);
  const monitor = world.spawnIn('node', 'nft', ['monitor', 'trace']);
  const reader = new NftTraceReader(monitor);
  try {
    await listening(() => world.in('node', 'cat', ['/proc/net/netlink']), 1);
    for (let i = 0; i < PACKETS; i++) {
      const sent = frame(r, serial++ % 9000);
      const p = v6 ? { ...sent, dst: addressToIpv6(sent.dst) } : sent;
      if (!(await world.senders[p.from].send(p))) continue;
      const lines: KernelLine[] = await reader.take(25, 2000);
      const parsed = parsePacketSpec(specOf(p));
      if (!parsed.ok) throw new Error(parsed.message);
      const result = simulate(machine, parsed.value);
      if (!result.ok) throw new Error(result.message);
      const { traces } = result.simulation;
      counts.pairs++;
      if (traces.every((t) => t.disposition.kind === 'insufficientInfo')) {
        counts.unknown++;
        if (process.env['VETHSCOPE_VERBOSE']) console.log(specOf(p), traces[0]?.disposition.reason);
        continue;
      }
      const matching = () => {
        const wanted = lines.map(nftLine).join('\n');
        return traces.some((t) => nftLines(t).join('\n') === wanted);
      };
      for (let waited = 0; waited < 5 && !matching(); waited++) lines.push(...(await reader.take(400, 600)));
      if (!matching())
        expect(
          traces[0] ? nftLines(traces[0]) : [],
          `seed ${seed}, packet ${i}, bridge-nf-call ${nf}: ${specOf(p)}\n${rules}`,
        ).toEqual(lines.map(nftLine));
      counts.equal++;
    }
  } finally {
    monitor.kill();
  }
}

for (const family of ['IPv4', 'IPv6'] as const) {
  test.skipIf(lacking !== null)(`random rules of frames, ${family}: the same lines as the kernel`, async () => {
    counts = { pairs: 0, equal: 0, unknown: 0, refused: 0 };
    for (const seed of [...SEEDS, ...Array.from({ length: RULESETS }, (_, i) => FIRST_SEED + i)])
      await compare(seed, family === 'IPv6');
    console.log(
      `frames, ${family}: ${counts.pairs} pairs, ${counts.equal} equal, ${counts.unknown} unknown; ${counts.refused} rule sets refused by the kernel`,
    );
    expect(counts.equal).toBeGreaterThan(counts.pairs * 0.9);
    expect(counts.unknown).toBeLessThanOrEqual(counts.pairs * 0.02);
    expect(counts.refused).toBeLessThan(RULESETS / 4);
  });
}
