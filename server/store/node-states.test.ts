// Dumps of several nodes in one snapshot, as recorded on a kernel (fixtures/cluster): who is whose, and where the packet goes on.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { explainPacket } from '../../netpath/explain/explain.ts';
import { NodeStates } from './node-states.ts';

interface Recorded {
  readonly packet: string;
  readonly heard: string;
  readonly dumps: readonly { path: string; text: string }[];
}

const fixture = (name: string): Recorded =>
  JSON.parse(fs.readFileSync(path.resolve(import.meta.dirname, `../../fixtures/cluster/${name}.json`), 'utf8'));
const statesOf = ({ dumps }: Recorded, rename = (p: string) => p) =>
  new NodeStates(() => dumps.map((d) => ({ path: rename(d.path), text: async () => d.text })));

async function explained(r: Recorded, rename?: (p: string) => string, packet = r.packet) {
  const answer = explainPacket(await statesOf(r, rename).newest(), packet);
  if (!answer.ok) throw new Error(answer.message);
  const outcome = answer.explanation.outcomes[0];
  if (!outcome) throw new Error('no outcome');
  return { ...outcome, findings: answer.explanation.findings };
}

test('dumps below nodes/NAME are another node’s, and the packet goes on there and comes back', async () => {
  const state = await statesOf(fixture('vxlan-service')).newest();
  expect(state.others.map((o) => o.name)).toEqual(['node-b']);
  const { onward, reply } = await explained(fixture('vxlan-service'));
  expect(onward?.legs).toMatchObject([{ node: 'node-b', disposition: { kind: 'delivered' } }]);
  expect(onward?.legs[0]?.how).toMatch(/bridge-fdb\.json:\d+/);
  expect(reply).toMatchObject({ verdict: 'returns' });
});

test('an outer packet that the other node drops is said, with a finding', async () => {
  const { onward, findings } = await explained(fixture('vxlan-blocked'));
  expect(onward?.legs).toEqual([]);
  expect(onward?.stopped).toMatch(/does not get into node-b/);
  expect(findings.map((f) => [f.id, f.confidence])).toEqual([['lost-on-other-node', 'proved']]);
});

test('where every node has a folder, a packet begins on the one that has its pod', async () => {
  const named = (p: string) => (p.startsWith('nodes/') ? p.replace('node-b', 'node-0') : `nodes/node-1/${p}`);
  const r = fixture('vxlan-service');
  const pod = r.dumps
    .find((d) => d.path.endsWith('node-a/pods.txt'))
    ?.text.split(' ')
    .at(-1)
    ?.trim();
  const { onward } = await explained(r, named, `tcp 10.244.1.2:40123 > 10.96.0.80:80 from pod ${pod}`);
  expect(onward?.legs.map((l) => l.disposition.kind)).toEqual(['delivered']);
});

test('without the other node’s forwarding entries the path says what is missing', async () => {
  const r = fixture('vxlan-service');
  const { onward, findings } = await explained({
    ...r,
    dumps: r.dumps.filter((d) => !/^node-a.bridge-fdb/.test(d.path)),
  });
  expect(onward?.stopped).toMatch(/bridge -j fdb/);
  expect(findings.every((f) => f.confidence !== 'proved')).toBe(true);
});
