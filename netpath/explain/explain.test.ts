import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { explanation } from '../../api/explanation.ts';
import { explanation as schema } from '../../api/explanation.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { type Explanation, explainPacket } from './explain.ts';

const lab = path.resolve(import.meta.dirname, '../../fixtures/lab');

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

function stateOf(scenario: string, leaveOut: RegExp = /^$/): NodeState {
  const bundle = path.join(lab, scenario, 'bundle');
  const files = filesBelow(bundle).map((p) => ({ path: path.relative(bundle, p), text: fs.readFileSync(p, 'utf8') }));
  return readSnapshot(files.filter((f) => !leaveOut.test(f.path)));
}

function explained(state: NodeState, spec: string): Explanation {
  const r = explainPacket(state, spec);
  if (!r.ok) throw new Error(r.message);
  return r.explanation;
}

/** Compiles only while the pure types fit the API's. */
const fits = (e: Explanation): z.infer<typeof explanation> => e;

const SEED = 'tcp 10.244.1.2:40580 > 10.96.0.80:80 in vethe0645f1d';

describe('the seed case', () => {
  const e = explained(stateOf('ipvs-nft.seed-clash'), SEED);
  const all = e.sentences.map((s) => s.text).join('\n');

  test('is answered in one sentence', () => {
    expect(e.headline.text).toBe(
      'hostport-web answered, not the service web: its hostPort 80 took the packet before IPVS could see it.',
    );
  });

  test('every sentence names its lines, and the lines say it', () => {
    for (const s of e.sentences) expect(s.sources.length, s.text).toBeGreaterThan(0);
    const texts = e.sentences.flatMap((s) => s.sources.map((r) => r.text)).join('\n');
    expect(texts).toContain('"dst":"10.96.0.80","dev":"kube-ipvs0"');
    expect(texts).toContain('-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT');
    expect(texts).toContain('-j DNAT --to-destination 10.244.1.5:8088');
    expect(texts).toContain('-A -t 10.96.0.80:80 -s rr');
  });

  test('tells the local address, the order, the rewrite, why IPVS never saw it, the source, the evidence', () => {
    expect(all).toMatch(/sits on kube-ipvs0, so it counts as local/);
    expect(all).toMatch(/stands before kube-proxy’s/);
    expect(all).toMatch(/10\.96\.0\.80:80 → 10\.244\.1\.5:8088 in nat PREROUTING at priority -100/);
    expect(all).toMatch(/waits at LOCAL_IN, priority 99, and is never reached/);
    expect(all).toMatch(/10\.244\.1\.2:40580 → 10\.244\.1\.1:40580/);
    expect(all).toMatch(/conntrack entry of this very flow agrees/);
  });

  test('why not: the rule that would have won and the real server', () => {
    expect(e.whyNot?.candidate).toBe('web-1');
    const text = e.whyNot?.sentences.map((s) => s.text).join(' ') ?? '';
    expect(text).toMatch(/was not evaluated/);
    expect(text).toMatch(/would have accepted the packet with its destination unchanged/);
  });

  test('what if: the healthy order is computed and leads to the service through IPVS', () => {
    const order = e.whatIf.find((w) => w.id === 'kube-services-first');
    expect(order).toMatchObject({
      changed: true,
      before: 'hostport-web 10.244.1.5:8088',
      after: 'web-1 10.244.1.3:8080 via IPVS',
    });
    expect(e.whatIf.find((w) => w.id === 'without-hostport')?.changed).toBe(true);
  });

  test('is drawn hook by hook, with the way not taken beside it', () => {
    const titles = e.diagram.stages.filter((s) => s.lane === 'main').map((s) => s.title);
    expect(titles).toEqual([
      'client',
      'vethe0645f1d',
      'PREROUTING',
      'route',
      'FORWARD',
      'POSTROUTING',
      'veth7f396912',
      'hostport-web',
    ]);
    expect(e.diagram.stages.filter((s) => s.lane === 'side').map((s) => s.title)).toEqual(['LOCAL_IN', 'web-1']);
    expect(e.diagram.edges.filter((x) => !x.taken)).toHaveLength(2);
  });

  test('is what the API promises', () => {
    expect(() => schema.parse(JSON.parse(JSON.stringify(fits(e))))).not.toThrow();
  });
});

test('the healthy order warns of what the other order would do', () => {
  const e = explained(stateOf('ipvs-nft.seed-healthy'), 'tcp 10.244.1.2:40040 > 10.96.0.80:80 in vethe0645f1d');
  expect(e.headline.text).toMatch(/^web-1 answered for the service web: IPVS sent the packet/);
  expect(e.whyNot).toBeNull();
  expect(e.whatIf.find((w) => w.id === 'hostport-first')).toMatchObject({
    changed: true,
    after: 'hostport-web 10.244.1.5:8088',
  });
});

test('conntrack outranks repaired rules, and the finding says so', () => {
  // The entry of the clash, met by the rules of the healthy order: what is left when the order is repaired under a live UDP flow.
  const healthy = stateOf('ipvs-nft.dns-udp', /conntrack|Lnc/);
  const clash = stateOf('ipvs-nft.clash-dns-udp');
  healthy.conntrack = clash.conntrack;
  const e = explained(healthy, 'udp 10.244.1.2:40660 > 10.96.0.10:53 in vethe0645f1d');
  expect(e.outcomes[0]?.to.pod).toBe('default/hostport-dns');
  expect(e.headline.text).toMatch(/conntrack remembers an older decision/);
  expect(e.findings.map((f) => f.id)).toContain('conntrack-outranks');
  expect(e.whatIf.find((w) => w.id === 'conntrack-deleted')?.after).toBe('dns-1 10.244.1.6:53 via IPVS');
  const rules = e.outcomes[0]?.steps.filter((s) => s.kind === 'rule').map((s) => s.rule);
  expect(rules?.some((r) => r?.includes('CNI-HOSTPORT-DNAT'))).toBe(false);
});

test('without conntrack the random choice is shown as outcomes with their probability', () => {
  const e = explained(
    stateOf('native.clusterip', /conntrack/),
    'tcp 10.244.1.7:41020 > 10.96.0.80:80 from pod default/client',
  );
  expect(e.outcomes.map((o) => [o.finalDestination, o.probability])).toEqual([
    ['10.244.1.2:8080', 0.5],
    ['10.244.1.4:8080', 0.5],
  ]);
  expect(e.headline.text).toMatch(/^One of 2 receivers/);
  expect(e.outcomes[1]?.headline.text).toMatch(/^web-5f996cd778-4lbc6 answered for the service web/);
});

describe('what is missing is said, not guessed', () => {
  test('no ipset dump: both ways, with the command that would settle it', () => {
    const e = explained(
      stateOf('ipvs-nft.seed-healthy', /ipset|conntrack|Lnc/),
      'tcp 10.244.1.2:40040 > 10.96.0.80:80 in vethe0645f1d',
    );
    expect(e.outcomes.length).toBeGreaterThan(1);
    expect(e.outcomes.every((o) => o.probability === null)).toBe(true);
    expect(e.outcomes[0]?.assumptions[0]?.why).toMatch(/ipset save/);
  });

  test('no routes: insufficientInfo names the dump', () => {
    const e = explained(
      stateOf('ipvs-nft.seed-healthy', /ip-route|ip6-route|ip-addr|conntrack|pod-netns/),
      'tcp 10.244.1.2:40040 > 10.244.1.3:80 in eth0',
    );
    expect(e.outcomes[0]?.disposition.kind).toBe('insufficientInfo');
    expect(e.outcomes[0]?.disposition.reason).toMatch(/ip -j/);
  });
});

test('a bad spec is refused with what was expected', () => {
  const state = stateOf('ipvs-nft.seed-clash');
  expect(explainPacket(state, 'tcp 10.0.0.1 > 10.0.0.2')).toMatchObject({
    ok: false,
    message: expect.stringContaining('destination port'),
  });
  expect(explainPacket(state, 'tcp 10.0.0.1 > 10.0.0.2:80 in eth9')).toMatchObject({
    ok: false,
    message: expect.stringContaining('no interface "eth9"'),
  });
});

describe('the lint', () => {
  test('finds what each hostPort takes in the clash, with both rules', () => {
    const titles = diagnose(stateOf('ipvs-nft.seed-clash')).map((f) => f.title);
    expect(titles).toContain('hostPort 80/tcp of default/hostport-web takes the service default/web');
    expect(titles).toContain('hostPort 53/udp of default/hostport-dns takes the service default/dns');
    expect(titles).toContain(
      'hostPort 30090/tcp of default/hostport-web takes the node port of the service default/np-clash',
    );
  });

  test('finds nothing on a node whose hostPorts take nothing', () => {
    // the lab has a service without endpoints; that is all there is to find
    expect(diagnose(stateOf('native.clusterip')).map((f) => f.title)).toEqual([
      'the service empty has no ready endpoint',
    ]);
  });

  test('with the healthy order only the node port is taken, in IPVS mode', () => {
    const titles = diagnose(stateOf('ipvs-nft.seed-healthy')).map((f) => f.title);
    expect(titles.some((t) => t.includes('default/web'))).toBe(false);
    expect(titles).toContain(
      'hostPort 30090/tcp of default/hostport-web takes the node port of the service default/np-clash',
    );
  });
});
