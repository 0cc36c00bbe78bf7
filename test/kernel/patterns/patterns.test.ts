// The failure patterns of Kubernetes nodes, built in namespaces with real rules and servers: what the client hears is what the simulator
// says, there and back, and the finding names the pattern. VETHSCOPE_RECORD=1 writes each as fixtures/patterns/NAME.json, which
// netpath/diagnose/patterns.test.ts replays without a kernel.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingsOfPattern, heardBySimulation, specOfQuestion } from '../../../netpath/diagnose/patterns.fixture.ts';
import { readSnapshot } from '../../../parsers/nodestate/snapshot.ts';
import { type Pattern, patterns } from './patterns.ts';
import { PatternWorld } from './world.fixture.ts';

const folder = path.resolve(import.meta.dirname, '../../../fixtures/patterns');
const tools = ['ip', 'iptables-nft-restore', 'iptables-legacy-restore', 'nft', 'conntrack', 'sysctl', 'bridge', 'ss'];

function missing(): string | null {
  if (process.getuid?.() !== 0) return 'root';
  return (
    tools.find((t) => !['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((d) => fs.existsSync(path.join(d, t)))) ?? null
  );
}

const lacking = missing();
if (lacking !== null && process.env['CI']) throw new Error(`the failure patterns need ${lacking}`);

function record(p: Pattern, dumps: readonly { path: string; text: string }[]): void {
  fs.mkdirSync(folder, { recursive: true });
  const { name, question, heard, orElse, finding } = p;
  fs.writeFileSync(
    path.join(folder, `${name}.json`),
    `${JSON.stringify({ name, question, heard, orElse, finding, dumps }, null, 1)}\n`,
  );
}

describe.skipIf(lacking !== null)('failure patterns', () => {
  test.each(patterns.map((p) => [p.name, p] as const))('%s', async (_, p) => {
    const w = new PatternWorld();
    try {
      await w.serve('web', 'tcp:8080', 'udp:5353');
      await w.serve('client', 'tcp:9090');
      await w.serve('node', 'tcp:6443');
      await w.serve('outside', 'tcp:8081');
      // neighbours and bridge ports are known on a node that has traffic
      for (const pod of ['client', 'web'] as const)
        execFileSync('ip', ['netns', 'exec', w.name(pod), 'ping', '-qc1', '-W1', '10.244.1.1']);
      p.build(w);
      expect(w.ask(p.question)).toBe(p.heard);
      const dumps = [...w.dumps(), { path: 'kube.json', text: p.api }];
      if (process.env['VETHSCOPE_RECORD']) record(p, dumps);
      const state = readSnapshot(dumps);
      expect(state.files.flatMap((f) => f.warnings.map((x) => `${f.path}: ${x.message}`))).toEqual([]);
      const said = [p.heard, ...(p.orElse === undefined ? [] : [p.orElse])].sort();
      expect(heardBySimulation(state, specOfQuestion(p.question)).sort()).toEqual(said);
      const ids = findingsOfPattern(state, specOfQuestion(p.question)).map((f) => f.id);
      if (p.finding === '') expect(ids).toEqual([]);
      else expect(ids).toContain(p.finding);
    } finally {
      w.close();
    }
  });
});
