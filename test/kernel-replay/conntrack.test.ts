// Every conntrack entry of every recorded bundle is an outcome that the kernel produced. With the entries taken away, the simulator
// must produce each of them from the rules alone. The recorder turned the order of the two jumps in nat PREROUTING and OUTPUT over
// between scenarios, so an entry may be of either order: one of them must explain it.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { specOfFlow } from '../../netpath/explain/from-capture.ts';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { endpointText, ipText } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { ConntrackEntry, NodeState } from '../../parsers/nodestate/state.ts';

const root = path.resolve(import.meta.dirname, '../../fixtures/lab');

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

/** The dump with the two jumps of a base chain swapped. */
function otherOrder(text: string): string {
  const lines = text.split('\n');
  for (const base of ['PREROUTING', 'OUTPUT']) {
    const at = (jump: string) => lines.findIndex((l) => l.includes(`-A ${base} `) && l.endsWith(`-j ${jump}`));
    const cni = at('CNI-HOSTPORT-DNAT');
    const kube = at('KUBE-SERVICES');
    const [a, b] = [lines[cni], lines[kube]];
    if (a !== undefined && b !== undefined) {
      lines[cni] = b;
      lines[kube] = a;
    }
  }
  return lines.join('\n');
}

function produced(state: NodeState, m: Machine, e: ConntrackEntry): string[] {
  const spec = specOfFlow(state, {
    protocol: protocolName(e.protocol),
    client: ipText(e.original.src),
    cport: e.original.sport,
    server: ipText(e.original.dst),
    sport: e.original.dport,
    point: null,
  });
  const packet = parsePacketSpec(spec ?? '');
  if (!packet.ok) throw new Error(`${e.source.text}: ${packet.message}`);
  const r = simulate(m, packet.value);
  if (!r.ok) throw new Error(r.message);
  return r.simulation.traces.map((t) => `${t.finalDestination} from ${t.source.replace(/:[^:]*$/, '')}`);
}

test.each(fs.readdirSync(root).filter((d) => fs.existsSync(path.join(root, d, 'scenario.json'))))('%s', (name) => {
  const bundle = path.join(root, name, 'bundle');
  const files = filesBelow(bundle).map((p) => ({ path: path.relative(bundle, p), text: fs.readFileSync(p, 'utf8') }));
  const turned = files.map((f) => (/^iptables-save/.test(f.path) ? { ...f, text: otherOrder(f.text) } : f));
  const states = [files, turned].map((given) => readSnapshot(given));
  const entries = (states[0]?.conntrack ?? []).filter((e) => e.original.sport !== null);
  expect(entries.length).toBeGreaterThan(0);
  for (const s of states) {
    s.conntrack = null;
    s.ipvsConnections = null;
  }
  const machines = states.map((s) => ({ state: s, machine: new Machine(s) }));
  for (const e of entries) {
    const wanted = `${endpointText(e.reply.src, e.reply.sport)} from ${ipText(e.reply.dst)}`;
    const all = machines.flatMap((x) => produced(x.state, x.machine, e));
    expect(all, e.source.text).toContain(wanted);
  }
});
