// Live differential: random rule sets and packets on this very kernel. The rules are loaded in a namespace, the packets sent for real, and
// the kernel's trace is compared with the simulator's, line by line, with the packet's addresses and mark at every chain.
//
// How many: VETHSCOPE_RULESETS (default 30) × VETHSCOPE_PACKETS (default 12). A seed that failed once is kept in SEEDS.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { ofKernel, ofTrace, packetDifference, specOf } from './compare.ts';
import { IPSETS, packet, Random, ruleset, type SentPacket } from './generate.ts';
import { TraceReader } from './kernel-trace.ts';
import { Network } from './namespaces.ts';
import { missingFor } from './tools.ts';

const RULESETS = Number(process.env['VETHSCOPE_RULESETS'] ?? '30');
const PACKETS = Number(process.env['VETHSCOPE_PACKETS'] ?? '12');
const FIRST_SEED = Number(process.env['VETHSCOPE_SEED'] ?? '1');
/** Seeds that once showed a difference. */
const SEEDS: readonly number[] = [6, 2147, 2339];
/** The same for the profile of rare matches and targets. */
const RARE_SEEDS: readonly number[] = [];

const lacking = missingFor('the live differential', [
  'iptables-nft-restore',
  'xtables-monitor',
  'ipset',
  'conntrack',
  'nft',
  'ip',
]);

let network: Network;
beforeAll(() => {
  if (lacking !== null) return;
  network = new Network();
  network.in('node', 'ipset', ['restore'], IPSETS);
});
afterAll(() => network?.close());

/** Source ports are not used again soon, so that no connection meets the rest of another. */
let serial = 0;
let counts = { pairs: 0, equal: 0, worlds: 0, unknown: 0, refused: 0 };
const fresh = () => ({ pairs: 0, equal: 0, worlds: 0, unknown: 0, refused: 0 });

/** The bytes that are sent (a SYN, a datagram of one byte, an echo request), and when, for clauses that ask. */
const whole = (p: SentPacket) =>
  `${specOf(p)} length ${{ tcp: 60, udp: 29, icmp: 84 }[p.proto]} at ${new Date().toISOString()}`;

async function compare(seed: number, rare: boolean): Promise<void> {
  const r = new Random(seed);
  for (const t of ['raw', 'mangle', 'nat', 'filter'])
    network.in('node', 'nft', ['-f', '-'], `add table ip ${t}\ndelete table ip ${t}\n`);
  network.in('node', 'conntrack', ['-F']);
  const rules = ruleset(r, rare);
  try {
    network.in('node', 'iptables-nft-restore', [], rules);
  } catch (e) {
    // of the rare ones it may not know one
    if (!rare)
      throw new Error(`seed ${seed}: the kernel refuses the rules: ${e instanceof Error ? e.message : ''}\n${rules}`);
    counts.refused++;
    if (process.env['VETHSCOPE_VERBOSE']) console.log(`seed ${seed}: ${e instanceof Error ? e.message : ''}\n${rules}`);
    return;
  }
  const machine = new Machine(readSnapshot(network.dumps()));
  const monitor = network.spawnIn('node', 'xtables-monitor', ['--trace']);
  const reader = new TraceReader(monitor);
  try {
    await network.listening(1);
    for (let i = 0; i < PACKETS; i++) {
      const p = packet(r, serial++ % 9000);
      if (!(await (p.from === 'client' ? network.client : network.local).send(p))) continue;
      const lines = await reader.take(25, 2000);
      const parsed = parsePacketSpec(whole(p));
      if (!parsed.ok) throw new Error(parsed.message);
      const result = simulate(machine, parsed.value);
      if (!result.ok) throw new Error(result.message);
      const { traces } = result.simulation;
      counts.pairs++;
      counts.worlds += traces.length;
      if (traces.every((t) => t.disposition.kind === 'insufficientInfo')) {
        counts.unknown++;
        continue;
      }
      const matching = () => {
        const wanted = lines.map(ofKernel);
        return traces.find((t) => {
          const got = ofTrace(t).map((g) => g.text);
          return got.length === wanted.length && got.every((g, k) => g === wanted[k]);
        });
      };
      // On a busy machine the monitor may print the rest late: before a difference counts, give it time.
      // On a loaded machine the monitor falls behind: what it has not said in five seconds more, the kernel did not do.
      for (let waited = 0; waited < 5 && !matching(); waited++) lines.push(...(await reader.take(400, 600)));
      const match = matching();
      const wanted = lines.map(ofKernel);
      const context = `seed ${seed}, packet ${i}: ${whole(p)}\n${rules}`;
      if (!match) {
        const closest = traces[0] ? ofTrace(traces[0]).map((g) => g.text) : [];
        expect(closest, context).toEqual(wanted);
      }
      if (match)
        expect(
          packetDifference(
            ofTrace(match).map((g) => g.step),
            lines,
          ),
          context,
        ).toBeNull();
      counts.equal++;
    }
  } finally {
    monitor.kill();
  }
}

for (const [profile, seeds] of [
  ['common', SEEDS],
  ['rare', RARE_SEEDS],
] as const) {
  test.skipIf(lacking !== null)(`random rules and packets, ${profile} ones: the same lines as the kernel`, async () => {
    counts = fresh();
    for (const seed of [...seeds, ...Array.from({ length: RULESETS }, (_, i) => FIRST_SEED + i)])
      await compare(seed, profile === 'rare');
    console.log(
      `${profile}: ${counts.pairs} pairs, ${counts.equal} equal, ${counts.unknown} unknown, ${counts.worlds} worlds, ${counts.refused} rule sets refused`,
    );
    expect(counts.equal).toBeGreaterThan(counts.pairs * 0.9);
    expect(counts.refused).toBeLessThanOrEqual(RULESETS / 4);
    expect(counts.unknown).toBeLessThanOrEqual(counts.pairs * 0.02);
  });
}
