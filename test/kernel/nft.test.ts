// Live differential for native nftables: random tables, sets, maps and chains, loaded in a namespace, packets sent for real, and the lines
// of `nft monitor trace` compared with the simulator's.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { specOf } from './compare.ts';
import { packet, Random } from './generate.ts';
import { nftRuleset } from './generate-nft.ts';
import { LISTENERS, LOCAL_MARK } from './generate-nft-rare.ts';
import { addressToIpv6, nftToIpv6, packetToIpv6 } from './ipv6.ts';
import type { KernelLine } from './kernel-trace.ts';
import { ADDRESSES, Network } from './namespaces.ts';
import { NftTraceReader, nftLine, nftLines } from './nft-trace.ts';
import { missingFor } from './tools.ts';

const RULESETS = Number(process.env['VETHSCOPE_RULESETS'] ?? '25');
const PACKETS = Number(process.env['VETHSCOPE_PACKETS'] ?? '12');
const FIRST_SEED = Number(process.env['VETHSCOPE_SEED'] ?? '1');
const SEEDS: readonly number[] = [];

const lacking = missingFor('the live differential', [
  'nft',
  'ip',
  'perl',
  'ping',
  'conntrack',
  'ipset',
  'iptables-nft-save',
]);

let network: Network;
beforeAll(async () => {
  if (lacking !== null) return;
  network = new Network();
  const { transparent, marked, plain } = LISTENERS;
  for (const any of [
    ['127.0.0.1', '0.0.0.0', ADDRESSES.nodeInside],
    ['::1', '::', addressToIpv6(ADDRESSES.nodeInside)],
  ])
    await network.listen([
      `tcp ${any[0]} ${transparent} t`,
      `tcp ${any[1]} ${marked} tm`,
      `udp ${any[1]} ${marked} t`,
      `tcp ${any[1]} ${plain} -`,
      `tcp ${any[2]} 80 m`,
      `udp ${any[1]} 53 -`,
    ]);
  for (const family of ['-4', '-6']) {
    network.in('node', 'ip', [family, 'rule', 'add', 'fwmark', LOCAL_MARK, 'lookup', '100']);
    network.in('node', 'ip', [family, 'route', 'add', 'local', 'default', 'dev', 'lo', 'table', '100']);
  }
});
afterAll(() => network?.close());

type Families = 'IPv4' | 'IPv6' | 'both';
let counts = { pairs: 0, equal: 0, unknown: 0, refused: 0 };
let serial = 0;

/** Rules of one family; of both, each in tables of its own, where those of family inet meet every packet. */
function rulesFor(r: Random, families: Families): string {
  const v4 = nftRuleset(r);
  if (families === 'IPv4') return v4;
  if (families === 'IPv6') return nftToIpv6(v4);
  const named = nftToIpv6(nftRuleset(r)).replace(/^table (\S+) ([ab]) /gm, 'table $1 $2six ');
  // no dump tells the order of a tie
  return `${v4}${named.replace(/ priority (-?\d+);/g, (_, n: string) => ` priority ${n === '-400' ? n : Number(n) + 3};`)}`;
}

/** Of our answers the one that goes with the kernel's longest. */
function nearest(ours: readonly string[][], kernel: readonly string[]): string[] {
  const together = (lines: readonly string[]) => kernel.findIndex((l, i) => lines[i] !== l);
  return [...ours].sort((a, b) => together(b) - together(a))[0] ?? [];
}

async function compare(seed: number, families: Families): Promise<void> {
  const r = new Random(seed);
  network.in('node', 'conntrack', ['-F']);
  network.in('node', 'nft', ['flush', 'ruleset']);
  const rules = rulesFor(r, families);
  try {
    network.in('node', 'nft', ['-f', '-'], rules);
  } catch (e) {
    counts.refused++;
    if (process.env['VETHSCOPE_VERBOSE'])
      console.log(`seed ${seed}: ${e instanceof Error ? e.message.split('\n').slice(1, 4).join(' | ') : ''}`);
    return;
  }
  const dumps = network.dumps();
  const state = readSnapshot(dumps);
  expect(
    state.files.flatMap((f) => f.warnings.map((w) => `${w.source.text}: ${w.message}`)),
    `seed ${seed}`,
  ).toEqual([]);
  const machine = new Machine(state);
  const filled = (state.nft?.tables ?? []).filter((t) => t.sets.has('seen'));
  const flush = / @seen/.test(rules) ? filled.map((t) => `flush set ${t.family} ${t.name} seen\n`).join('') : '';
  const monitor = network.spawnIn('node', 'nft', ['monitor', 'trace']);
  const reader = new NftTraceReader(monitor);
  try {
    await network.listening(1);
    for (let i = 0; i < PACKETS; i++) {
      const sent = packet(r, serial++ % 9000);
      // the dump was taken while they were empty
      if (flush !== '') network.in('node', 'nft', ['-f', '-'], flush);
      const p = families === 'IPv6' || (families === 'both' && i % 2 === 1) ? packetToIpv6(sent) : sent;
      if (!(await (p.from === 'client' ? network.client : network.local).send(p))) continue;
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
        const wanted = lines.map(nftLine);
        return traces.some((t) => {
          const got = nftLines(t);
          return got.length === wanted.length && got.every((g, k) => g === wanted[k]);
        });
      };
      // On a loaded machine the monitor falls behind: what it has not said in five seconds more, the kernel did not do.
      for (let waited = 0; waited < 5 && !matching(); waited++) lines.push(...(await reader.take(400, 600)));
      if (!matching())
        expect(
          nearest(traces.map(nftLines), lines.map(nftLine)),
          `seed ${seed}, packet ${i}: ${specOf(p)}\n${rules}`,
        ).toEqual(lines.map(nftLine));
      counts.equal++;
    }
  } finally {
    monitor.kill();
  }
}

for (const families of ['IPv4', 'IPv6', 'both'] as const) {
  test.skipIf(lacking !== null)(
    `random native rules and packets, ${families}: the same lines as the kernel`,
    async () => {
      counts = { pairs: 0, equal: 0, unknown: 0, refused: 0 };
      for (const seed of [...SEEDS, ...Array.from({ length: RULESETS }, (_, i) => FIRST_SEED + i)])
        await compare(seed, families);
      console.log(
        `nftables, ${families}: ${counts.pairs} pairs, ${counts.equal} equal, ${counts.unknown} unknown; ${counts.refused} rule sets refused by the kernel`,
      );
      expect(counts.equal).toBeGreaterThan(counts.pairs * 0.9);
      expect(counts.unknown).toBeLessThanOrEqual(counts.pairs * 0.02);
      expect(counts.refused).toBeLessThan(RULESETS / 4);
    },
  );
}
