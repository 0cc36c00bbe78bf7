// Dumps of several nodes in one snapshot, as recorded on a kernel (fixtures/cluster): who is whose, and where the packet goes on.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { explanation } from '../../api/explanation.ts';
import { explainPacket } from '../../netpath/explain/explain.ts';
import { explanationText } from '../commands/explanation-text.ts';
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

async function whole(r: Recorded) {
  const answer = explainPacket(await statesOf(r).newest(), r.packet);
  if (!answer.ok) throw new Error(answer.message);
  return explanation.parse(answer.explanation);
}

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

/** The other node with rules of its own, and without the connection that its dump has. */
const withRules = (r: Recorded, rules: string): Recorded => ({
  ...r,
  dumps: r.dumps
    .filter((d) => !/^nodes.*(conntrack|nft-ruleset)/.test(d.path))
    .map((d) => (d.path.includes('node-b/iptables') ? { ...d, text: rules } : d)),
});

test('every outcome on the other node is a way of its own, with how likely it is', async () => {
  const rules =
    '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate NEW -m statistic --mode random --probability 0.25 -j DROP\n-A FORWARD -m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x1/0x1\nCOMMIT\n';
  const r = withRules(fixture('vxlan-service'), rules);
  const { onward, findings, diagram, reply } = await explained(r);
  const ends = [onward, ...(onward?.others ?? [])].map((way) => way?.legs.at(-1));
  // both marks end alike
  expect(ends.map((l) => [l?.disposition.kind, l?.outcome, l?.outcomes, l?.probability])).toEqual([
    ['delivered', 1, 2, 0.75],
    ['dropped', 2, 2, 0.25],
  ]);
  expect(onward?.answer).toMatchObject({ verdict: 'returns' });
  expect(reply).toMatchObject({ verdict: 'returns', reason: expect.stringMatching(/^Where it arrives: /) });
  const { badges, headline } = await whole(r);
  expect(badges.map(({ text }) => text)).toEqual(['1 outcome', '2 outcomes on other nodes']);
  expect(headline.text).toContain('On node-b (outcome 1 of 2 there, 75 %): ');
  expect(onward?.leftOut).toBe(0);
  expect(findings.map((f) => [f.id, f.confidence])).toEqual([['lost-on-other-node', 'possible']]);
  const ways = diagram.edges.filter(({ from }) => from === 'node-0').map(({ to, label }) => [to, label]);
  expect(ways).toEqual([
    ['receiver', '75 %'],
    ['way-0-end', '25 %'],
  ]);
  expect(diagram.stages.find(({ id }) => id === 'node-0')).toMatchObject({ title: 'node-b', insideNode: false });
  expect(diagram.stages.find(({ id }) => id === 'way-0-end')).toMatchObject({ title: 'dropped', lane: 'side' });
  const text = explanationText(await whole(r), (_, t) => t);
  expect(text).toContain('On node-b, outcome 2 of 2 (25 %)');
});

test('of more outcomes than are followed it says how many were left out', async () => {
  const targets = Array.from(
    { length: 11 },
    (_, i) =>
      `-A PREROUTING -p tcp -m statistic --mode random --probability 0.1 -j DNAT --to-destination 192.0.2.${i + 1}\n`,
  );
  const rules = `*nat\n:PREROUTING ACCEPT [0:0]\n${targets.join('')}COMMIT\n`;
  const { onward } = await explained(withRules(fixture('vxlan-service'), rules));
  expect(onward?.others).toHaveLength(7);
  expect(onward?.leftOut).toBe((onward?.legs[0]?.outcomes ?? 0) - 8);
  expect(onward?.leftOut).toBeGreaterThan(0);
});

test.each([
  [
    'its own node',
    '-A FORWARD -p tcp --sport 8080 -m statistic --mode random --probability 0.25 -j DROP',
    25,
    'node-b',
  ],
  ['no chance', '-A FORWARD -p tcp --sport 8080 -j ACCEPT', null, 'node-a'],
])('each outcome of the answer is followed: broken by %s', async (_, rule, percent, node) => {
  const r = withRules(fixture('vxlan-service'), `*filter\n:FORWARD ACCEPT [0:0]\n${rule}\nCOMMIT\n`);
  const { onward, findings } = await explained(r);
  if (percent === null) {
    expect(onward?.answer).toMatchObject({ verdict: 'returns', reason: expect.stringMatching(`^${node}: `) });
    expect(findings).toEqual([]);
    return;
  }
  expect(onward?.answer).toMatchObject({ verdict: 'unknown' });
  expect(onward?.answer?.reason).toBe(
    `Whether the answer comes back depends on chance. In ${percent} % of cases: ${node}: The answer does not come back: A rule in filter FORWARD drops it.`,
  );
});

test('an answer that both nodes may drop: their odds are of the whole way', async () => {
  const drop = (p: number) =>
    `*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp --sport 8080 -m statistic --mode random --probability ${p} -j DROP\nCOMMIT\n`;
  const r = withRules(fixture('vxlan-service'), drop(0.5));
  const nat = `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.96.0.80/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.2.2:8080\nCOMMIT\n`;
  const dumps = r.dumps.filter((d) => !/^node-a.(conntrack|nft-ruleset)/.test(d.path));
  const of = dumps.map((d) => (/^node-a.iptables/.test(d.path) ? { ...d, text: nat + drop(0.5) } : d));
  const { onward } = await explained({ ...r, dumps: of });
  // half of all at node B, and half of what is left at node A
  expect(onward?.answer?.reason).toContain('In 75 % of cases: node-b: ');
});

test('nobody answers a packet that every outcome of the other node drops', async () => {
  const r = withRules(fixture('vxlan-service'), '*filter\n:FORWARD DROP [0:0]\nCOMMIT\n');
  const { onward, reply, findings } = await explained(r);
  expect(onward?.legs.map((l) => l.disposition.kind)).toEqual(['dropped']);
  expect(reply).toBeNull();
  expect(findings.map((f) => [f.id, f.confidence])).toEqual([['lost-on-other-node', 'proved']]);
});
