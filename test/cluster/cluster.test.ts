// What the product makes of a real cluster's API, compared with what the API server itself says. Opt-in, and it only reads:
//   VETHSCOPE_KUBECONFIG=~/.kube/config npm run test:cluster
// Pods come and go while it runs: what was there both before and after must be there, and nothing that was there at neither time.
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { diagnose } from '../../netpath/diagnose/diagnose.ts';
import { ipText } from '../../parsers/core/address.ts';
import { podsOf } from '../../parsers/nodestate/pods.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { natPairs } from '../../server/capture/nat-pairs.ts';
import { factOfPod, KubernetesSource } from '../../server/pods/kubernetes.ts';
import { realSystem } from '../../server/system/real.ts';
import type { System } from '../../server/system/system.ts';
import { idOf, RawApi, type RawObject, Refused } from './raw-api.fixture.ts';

const file = process.env['VETHSCOPE_KUBECONFIG'] ?? '';
if (file === '') console.warn('VETHSCOPE_KUBECONFIG names no kubeconfig: nothing is asked of any cluster');

const real = realSystem(path.resolve(import.meta.dirname, '../..'));
const nodesLooked = 20;

/** As on a node of this name, with nobody else's credentials. */
function systemOf(node: string | null): System {
  const { KUBERNETES_SERVICE_HOST: _inCluster, NODE_NAME: _own, ...env } = real.process.env;
  const process = { ...real.process, env: node === null ? env : { ...env, NODE_NAME: node } };
  return { ...real, process };
}
const sourceOf = (node: string | null) => new KubernetesSource(systemOf(node), [file]);

/** Skips, and says so, where the credentials may not. */
async function permitted<T>(context: TestContext, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused && error.status === 403) context.skip(`these credentials may not list ${what}`);
    throw error;
  }
}

async function objectsOf(): Promise<{ kind: string; text: string }[]> {
  const objects = await sourceOf(null).objects();
  if (typeof objects === 'string') throw new Error(objects);
  for (const problem of objects.problems) console.warn(problem);
  return [...objects.texts];
}

const stateOf = async () =>
  readSnapshot((await objectsOf()).map(({ kind, text }) => ({ path: `kubernetes/${kind}.json`, text })));

const lists = [
  ['nodes', 'api/v1/nodes'],
  ['pods', 'api/v1/pods'],
  ['services', 'api/v1/services'],
  ['endpointslices', 'apis/discovery.k8s.io/v1/endpointslices'],
] as const;

describe.skipIf(file === '')('the cluster that VETHSCOPE_KUBECONFIG names', () => {
  let raw: RawApi;

  beforeAll(async () => {
    expect(fs.existsSync(file), `${file} does not exist`).toBe(true);
    raw = new RawApi(file);
    const version = await raw.get('version');
    console.warn(`${raw.server}, Kubernetes ${String(version['gitVersion'])}`);
  });

  test.for(lists)('%s: all of them are listed, and each name', async ([name, at], context) => {
    const before = await permitted(context, name, raw.list(at));
    const text = (await objectsOf()).find(({ kind }) => kind === name)?.text ?? '{"items":[]}';
    const after = await raw.list(at);
    const { items }: { items: RawObject[] } = JSON.parse(text);
    const listed = new Set(items.map(idOf));
    const later = new Set(after.map(idOf));
    const stable = before.map(idOf).filter((id) => later.has(id));
    expect(stable.filter((id) => !listed.has(id))).toEqual([]);
    const known = new Set([...before, ...after].map(idOf));
    expect(items.map(idOf).filter((id) => !known.has(id))).toEqual([]);
  });

  test('pods of each node, as facts: names, addresses, host network, ports, state', async (context) => {
    const nodes = await permitted(context, 'nodes', raw.list('api/v1/nodes'));
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes.slice(0, nodesLooked)) {
      const selector = `&fieldSelector=${encodeURIComponent(`spec.nodeName=${node.metadata.name}`)}`;
      const before = await permitted(context, 'pods', raw.list('api/v1/pods', selector));
      const answer = await sourceOf(node.metadata.name).find([]);
      const after = new Map((await raw.list('api/v1/pods', selector)).map((pod) => [idOf(pod), pod]));
      expect(answer.ok, answer.detail).toBe(true);
      expect(answer.node).toBe(node.metadata.name);
      const facts = new Map(answer.facts.map((fact) => [`${fact.namespace}/${fact.name}`, fact]));
      for (const pod of before) {
        const now = after.get(idOf(pod));
        if (now === undefined || JSON.stringify(now.status) !== JSON.stringify(pod.status)) continue;
        const fact = facts.get(idOf(pod));
        const { podIP, phase } = (pod.status ?? {}) as { podIP?: string; phase?: string };
        const { hostNetwork } = (pod.spec ?? {}) as { hostNetwork?: boolean };
        expect(fact, idOf(pod)).toBeDefined();
        if (podIP !== undefined) expect(fact?.addresses, idOf(pod)).toContain(podIP);
        expect([fact?.hostNetwork, fact?.node], idOf(pod)).toEqual([hostNetwork === true, node.metadata.name]);
        if (phase === 'Running') expect(fact?.state, idOf(pod)).toBe('running');
      }
    }
  });

  test('no pod of the cluster is more than we can read', async (context) => {
    const pods = await permitted(context, 'pods', raw.list('api/v1/pods'));
    expect(pods.filter((pod) => factOfPod(pod) === null).map(idOf)).toEqual([]);
  });

  test('a snapshot’s objects are read without remainder: services with their addresses and ports, endpoints, pods', async (context) => {
    const services = await permitted(context, 'services', raw.list('api/v1/services'));
    const state = await stateOf();
    expect(state.files.flatMap((f) => f.warnings.map((w) => `${f.path}: ${w.message}`))).toEqual([]);
    const read = new Map((state.services ?? []).map((s) => [`${s.namespace}/${s.name}`, s]));
    const later = new Set((await raw.list('api/v1/services')).map(idOf));
    for (const service of services.filter((s) => later.has(idOf(s)))) {
      const { clusterIPs, clusterIP, ports } = (service.spec ?? {}) as {
        clusterIPs?: string[];
        clusterIP?: string;
        ports?: { port: number }[];
      };
      const known = read.get(idOf(service));
      expect(known, idOf(service)).toBeDefined();
      const addresses = (clusterIPs ?? [clusterIP ?? '']).filter((a) => a !== '' && a !== 'None');
      expect(known?.clusterIps.map(ipText), idOf(service)).toEqual(addresses);
      expect(
        known?.ports.map((p) => p.port),
        idOf(service),
      ).toEqual((ports ?? []).map((p) => p.port));
    }
    const named = new Set(podsOf(state).map((pod) => pod.id));
    const pods = await permitted(context, 'pods', raw.list('api/v1/pods'));
    const running = pods.filter((pod) => pod.status?.['phase'] === 'Running');
    // One that started meanwhile may be missing.
    expect(running.filter((pod) => !named.has(idOf(pod))).length).toBeLessThan(Math.max(2, running.length / 10));
  });

  test('every service address with an endpoint is a rewrite that a filter is widened by', async (context) => {
    await permitted(context, 'services', raw.list('api/v1/services'));
    const state = await stateOf();
    const pairs = natPairs(state);
    for (const service of state.services ?? []) {
      const sets = (state.endpoints ?? []).filter(
        (e) => e.namespace === service.namespace && e.service === service.name && e.addresses.length > 0,
      );
      const ready = sets.some((set) => set.ports.some((p) => service.ports.some(({ name }) => name === p.name)));
      if (!ready) continue;
      for (const ip of service.clusterIps)
        expect(
          pairs.some((pair) => pair.front.address === ipText(ip)),
          `${service.namespace}/${service.name} ${ipText(ip)}`,
        ).toBe(true);
    }
  });

  test('the lint runs on the objects alone', async () => {
    for (const finding of diagnose(await stateOf())) expect(finding.summary).not.toBe('');
  });

  test('secrets stay in the cluster', async () => {
    for (const { kind, text } of await objectsOf())
      expect([kind, /"(?:env|envFrom|args|command|managedFields|annotations)":/.exec(text)?.[0]]).toEqual([
        kind,
        undefined,
      ]);
  });

  test('a watch on a node with pods tells of them', async (context) => {
    const pods = await permitted(context, 'pods', raw.list('api/v1/pods'));
    const node = pods.find((pod) => pod.spec?.['nodeName'] !== undefined)?.spec?.['nodeName'];
    if (typeof node !== 'string') context.skip('no pod of the cluster is on a node');
    const source = sourceOf(String(node));
    expect((await source.find([])).ok).toBe(true);
    let events = 0;
    const stop = await source.watch(() => {
      events += 1;
    });
    await expect.poll(() => events, { timeout: 30_000 }).toBeGreaterThan(0);
    stop();
  });
});
