// Live differential for native nftables: random tables, sets, maps and chains, loaded in a namespace, packets sent for real, and the lines
// of `nft monitor trace` compared with the simulator's.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import type { Trace } from '../../netpath/trace.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { packet, Random, type SentPacket } from './generate.ts';
import { nftRuleset } from './generate-nft.ts';
import type { KernelLine } from './kernel-trace.ts';
import { ADDRESSES, DEVICES, Network } from './namespaces.ts';
import { NftTraceReader } from './nft-trace.ts';

const RULESETS = Number(process.env['VETHSCOPE_RULESETS'] ?? '45');
const PACKETS = Number(process.env['VETHSCOPE_PACKETS'] ?? '12');
const FIRST_SEED = Number(process.env['VETHSCOPE_SEED'] ?? '1');
const SEEDS: readonly number[] = [];

function missing(): string | null {
  if (process.getuid?.() !== 0) return 'root';
  for (const tool of ['nft', 'ip', 'ping', 'conntrack', 'ipset', 'iptables-nft-save']) {
    try {
      execFileSync('which', [tool]);
    } catch {
      return tool;
    }
  }
  return null;
}

const lacking = missing();
if (lacking !== null && process.env['CI']) throw new Error(`the live differential needs ${lacking}`);

let network: Network;
beforeAll(() => {
  if (lacking === null) network = new Network();
});
afterAll(() => network?.close());

const spec = (p: SentPacket): string => {
  const ports = p.proto !== 'icmp';
  const dst = ports ? `${p.dst}:${p.dport}` : p.dst;
  if (p.from === 'node') return `${p.proto} *:${p.sport} > ${dst} local`;
  return `${p.proto} ${ADDRESSES.client}${ports ? `:${p.sport}` : ''} > ${dst} in ${DEVICES.inside}`;
};

/** Counters move between the dump and the trace. */
const bare = (rule: string) => rule.replace(/counter packets \d+ bytes \d+/g, 'counter');
const text = (l: {
  table: string | null;
  chain: string | null;
  kind: string;
  verdict: string | null;
  rule: string | null;
}) => `${l.table}:${l.chain}:${l.kind}:${l.verdict ?? ''} ${bare(l.rule ?? '')}`.trim();
const ofTrace = (t: Trace) =>
  t.steps.filter((s) => s.kind === 'rule' || s.kind === 'policy' || s.kind === 'return').map(text);

const counts = { pairs: 0, equal: 0, unknown: 0, refused: 0 };
let serial = 0;

async function compare(seed: number): Promise<void> {
  const r = new Random(seed);
  network.in('node', 'conntrack', ['-F']);
  network.in('node', 'nft', ['flush', 'ruleset']);
  const rules = nftRuleset(r);
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
  const monitor = network.spawnIn('node', 'nft', ['monitor', 'trace']);
  const reader = new NftTraceReader(monitor);
  try {
    await network.listening(1);
    for (let i = 0; i < PACKETS; i++) {
      const p = packet(r, serial++ % 9000);
      if (!(await (p.from === 'client' ? network.client : network.local).send(p))) continue;
      const lines: KernelLine[] = await reader.take(25, 2000);
      const parsed = parsePacketSpec(spec(p));
      if (!parsed.ok) throw new Error(parsed.message);
      const result = simulate(machine, parsed.value);
      if (!result.ok) throw new Error(result.message);
      const { traces } = result.simulation;
      counts.pairs++;
      if (traces.every((t) => t.disposition.kind === 'insufficientInfo')) {
        counts.unknown++;
        if (process.env['VETHSCOPE_VERBOSE']) console.log(spec(p), traces[0]?.disposition.reason);
        continue;
      }
      const matching = () => {
        const wanted = lines.map(text);
        return traces.some((t) => {
          const got = ofTrace(t);
          return got.length === wanted.length && got.every((g, k) => g === wanted[k]);
        });
      };
      // On a loaded machine the monitor falls behind: what it has not said in five seconds more, the kernel did not do.
      for (let waited = 0; waited < 5 && !matching(); waited++) lines.push(...(await reader.take(400, 600)));
      if (!matching())
        expect(traces[0] ? ofTrace(traces[0]) : [], `seed ${seed}, packet ${i}: ${spec(p)}\n${rules}`).toEqual(
          lines.map(text),
        );
      counts.equal++;
    }
  } finally {
    monitor.kill();
  }
}

test.skipIf(lacking !== null)('random native rules and packets: the same lines as the kernel', async () => {
  for (const seed of [...SEEDS, ...Array.from({ length: RULESETS }, (_, i) => FIRST_SEED + i)]) await compare(seed);
  console.log(
    `nftables: ${counts.pairs} pairs, ${counts.equal} equal, ${counts.unknown} unknown; ${counts.refused} rule sets refused by the kernel`,
  );
  expect(counts.equal).toBeGreaterThan(counts.pairs * 0.9);
  expect(counts.unknown).toBeLessThanOrEqual(counts.pairs * 0.02);
});
