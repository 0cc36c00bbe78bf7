// Every recorded scenario of fixtures/lab: the simulator must name the same receiver, the same source address after SNAT, and the
// same sequence of rules, returns and policies as the kernel's own trace of the packet.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';

interface Hit {
  packet?: string;
  table: string;
  chain: string;
  kind: 'rule' | 'return' | 'policy';
  verdict?: string;
  rule?: string;
}

interface Scenario {
  client: string;
  inInterface: string | null;
  packet: { proto: string; src: string | null; sport: number; dst: string; dport: number };
  groundTruth: {
    answeredBy: string | string[] | null;
    finalDestination: string | null;
    snat: string | null;
    rulesHit: Hit[];
  };
}

const root = process.env['VETHSCOPE_LAB'] ?? path.resolve(import.meta.dirname, '../../fixtures/lab');

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

function specOf(s: Scenario): string {
  const { proto, src, sport, dst, dport } = s.packet;
  const where = s.client === 'node' ? 'local' : s.inInterface !== null ? `in ${s.inInterface}` : `from pod ${s.client}`;
  return `${proto} ${src ?? '*'}:${sport} > ${dst}:${dport} ${where}`;
}

/**
 * The trace of the first packet: what stands before the recorder's TRACE rule fires again (a retransmission), without that rule, which
 * stands in no bundle. A promiscuous capture makes the bridge deliver a copy; the copy's lines come after the first POSTROUTING.
 */
function firstPacket(hits: Hit[], copies: boolean): Hit[] {
  const again = hits.findIndex((h, i) => i > 0 && h.rule?.endsWith('-j TRACE') === true);
  const first = (again < 0 ? hits : hits.slice(0, again)).filter((h) => h.rule?.endsWith('-j TRACE') !== true);
  if (!copies) return first;
  const post = first.findIndex((h) => h.chain === 'POSTROUTING');
  const copy = first.findIndex((h, i) => i > post && h.chain === 'FORWARD');
  return copy < 0 ? first : first.slice(0, copy);
}

const line = (
  h: { kind: string; table: string | null; chain: string | null; rule?: string | null; verdict?: string | null },
  verdicts: boolean,
) => [h.kind, h.table, h.chain, h.rule ?? '', verdicts && h.kind !== 'return' ? (h.verdict ?? '') : ''].join(' | ');

const scenarios = fs.readdirSync(root).filter((d) => fs.existsSync(path.join(root, d, 'scenario.json')));

describe('the kernel’s own traces', () => {
  test('there are scenarios', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(30);
  });

  test.each(scenarios)('%s', (name) => {
    const dir = path.join(root, name);
    const scenario: Scenario = JSON.parse(fs.readFileSync(path.join(dir, 'scenario.json'), 'utf8'));
    const bundle = path.join(dir, 'bundle');
    const state = readSnapshot(
      filesBelow(bundle).map((p) => ({ path: path.relative(bundle, p), text: fs.readFileSync(p, 'utf8') })),
    );
    const spec = parsePacketSpec(specOf(scenario));
    if (!spec.ok) throw new Error(spec.message);
    const r = simulate(new Machine(state), spec.value);
    if (!r.ok) throw new Error(r.message);
    expect(
      r.simulation.traces.map((t) => `${t.finalDestination} ${t.assumptions.map((a) => a.assumed).join(', ')}`),
    ).toHaveLength(1);
    const trace = r.simulation.traces[0];
    if (!trace) throw new Error('no trace');
    const truth = scenario.groundTruth;
    const hits = firstPacket(truth.rulesHit, name.includes('promisc'));
    const verdicts = hits.some((h) => h.verdict !== undefined);
    const steps = trace.steps.filter((s) => s.kind === 'rule' || s.kind === 'return' || s.kind === 'policy');
    expect(steps.map((s) => line(s, verdicts))).toEqual(hits.map((h) => line(h, verdicts)));
    const answered = Array.isArray(truth.answeredBy) ? truth.answeredBy[0] : truth.answeredBy;
    if (answered === null) expect(trace.to.pod).toBeNull();
    else if (answered === 'node-process') expect(trace.to.process).not.toBeNull();
    else expect(trace.to.pod).toBe(`default/${answered}`);
    if (truth.finalDestination !== null) expect(trace.finalDestination).toBe(truth.finalDestination);
    if (answered !== null) expect(trace.source).toBe(truth.snat ?? `${scenario.packet.src}:${scenario.packet.sport}`);
  });
});
