// The way back: in every recorded scenario that the client got an answer in, the simulated answer returns too. In the same node states
// with one thing broken it does not, and the reason names what was broken (reference, section 6: rows 9, 10 and 26).
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { type Reply, replyTo } from '../../netpath/kernel/reply.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';

interface Scenario {
  client: string;
  inInterface: string | null;
  packet: { proto: string; src: string | null; sport: number; dst: string; dport: number };
  groundTruth: { answeredBy: string | string[] | null };
}

const root = process.env['VETHSCOPE_LAB'] ?? path.resolve(import.meta.dirname, '../../fixtures/lab');
const scenarios = fs.readdirSync(root).filter((d) => fs.existsSync(path.join(root, d, 'scenario.json')));
const read = (name: string): Scenario => JSON.parse(fs.readFileSync(path.join(root, name, 'scenario.json'), 'utf8'));

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

function replies(name: string, edit: (file: string, text: string) => string = (_f, t) => t): (Reply | null)[] {
  const s = read(name);
  const { proto, src, sport, dst, dport } = s.packet;
  const where = s.client === 'node' ? 'local' : s.inInterface !== null ? `in ${s.inInterface}` : `from pod ${s.client}`;
  const bundle = path.join(root, name, 'bundle');
  const state = readSnapshot(
    filesBelow(bundle).map((p) => {
      const file = path.relative(bundle, p);
      return { path: file, text: edit(file, fs.readFileSync(p, 'utf8')) };
    }),
  );
  const spec = parsePacketSpec(`${proto} ${src ?? '*'}:${sport} > ${dst}:${dport} ${where}`);
  if (!spec.ok) throw new Error(spec.message);
  const m = new Machine(state);
  const r = simulate(m, spec.value);
  if (!r.ok) throw new Error(r.message);
  return r.simulation.traces.map((t) => (t.crossing ? replyTo(m, t, t.crossing) : null));
}

describe('answers that came back', () => {
  const answered = scenarios.filter((s) => read(s).groundTruth.answeredBy !== null);

  test.each(answered)('%s', (name) => {
    const found = replies(name);
    expect(found.length).toBeGreaterThan(0);
    for (const r of found) expect(r, r?.reason).toMatchObject({ verdict: 'returns' });
  });
});

describe('answers that cannot come back', () => {
  const without = (file: string, pattern: RegExp) => (f: string, text: string) =>
    f === file
      ? text
          .split('\n')
          .filter((l) => !pattern.test(l))
          .join('\n')
      : text;
  const noEntries = (f: string, text: string) => (f === 'conntrack.txt' ? '' : text);

  test('a pod that asks itself, without masquerading', () => {
    const rules = without('iptables-save.txt', /-j MASQUERADE/);
    for (const r of replies('iptables-nft.hairpin', (f, t) => rules(f, noEntries(f, t)))) {
      expect(r?.verdict).toBe('breaks');
      expect(r?.reason).toMatch(/own address .* answers itself/);
    }
  });

  test('another pod of the bridge, when bridged packets pass no hook', () => {
    const found = replies('ipvs-nft.seed-clash', (f, t) => {
      if (f === 'sysctl.txt') return t.replace(/(bridge-nf-call-iptables\s*=\s*)1/, '$10');
      return without('iptables-save.txt', /-j MASQUERADE/)(f, noEntries(f, t));
    });
    expect(found.length).toBeGreaterThan(0);
    for (const r of found) {
      expect(r?.verdict).toBe('breaks');
      expect(r?.reason).toMatch(/reaches the client from 10\.244\.1\.5:8088, not from 10\.96\.0\.80:80/);
    }
  });

  test('another node’s pod answers the outside client itself, when the node port is not masqueraded', () => {
    const rules = without('iptables-save.txt', /-j MASQUERADE/);
    for (const r of replies('iptables-nft.nodeport-remote', (f, t) => rules(f, noEntries(f, t)))) {
      expect(r?.verdict).toBe('breaks');
      expect(r?.reason).toMatch(/not on this node: unless the way back leads through this node/);
    }
  });
});
