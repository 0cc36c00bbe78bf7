// The CNI plugins whose pods have no port on a bridge, and the one that paces them, with pods made through CRI: what discovery says of each,
// a capture at the points it offers, and the diagnosis of the pace.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CapturePoint, Pod } from '../../api/live.ts';
import { diagnose } from '../../netpath/diagnose/diagnose.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { PodFinder } from '../../server/pods/pods.ts';
import { takeSnapshot } from '../../server/snapshot/snapshot.ts';
import { realSystem } from '../../server/system/real.ts';
import { ContainerdNode, missingForContainerd, type RunningPod } from './containerd.fixture.ts';

const usable = missingForContainerd().length === 0 || process.env['CI'] !== undefined;
const root = path.resolve(import.meta.dirname, '../..');

describe.skipIf(!usable)('pods of other CNI plugins', () => {
  let node: ContainerdNode;
  let finder: PodFinder;
  const pods: Record<string, RunningPod> = {};
  const running = (name: string): RunningPod => {
    const pod = pods[name];
    if (pod === undefined) throw new Error(`no pod ${name}`);
    return pod;
  };

  beforeAll(async () => {
    node = await ContainerdNode.start();
    for (const network of ['ptp', 'macvlan', 'bandwidth'] as const)
      pods[network] = await node.runPod({ name: `on-${network}`, namespace: node.id, network });
    const places = {
      criSockets: [node.socket],
      cniResultFolders: ['/var/lib/cni/results'],
      kubeconfigs: [],
      dockerSocket: '/nowhere',
    };
    finder = new PodFinder(node.system(realSystem(root)), { places });
  });
  afterAll(async () => {
    await finder?.close();
    await node?.stop();
  });

  const found = async (name: string): Promise<Pod> => {
    const pod = (await finder.list()).pods.find((p) => p.id === running(name).id);
    if (pod === undefined) throw new Error(`${name} was not found`);
    return pod;
  };
  const selected = (points: readonly CapturePoint[]) => points.filter((p) => p.selected).map((p) => p.kind);

  /** Lines tcpdump prints of three pings at a point, as our capture enters it. */
  async function seenAt(point: CapturePoint, from: RunningPod, to: string): Promise<string[]> {
    const enter = `--net=${point.netns ?? node.netns}`;
    const args = [enter, 'tcpdump', '-p', '-n', '-l', '-i', point.device, '-c', '2', 'icmp'];
    const dump = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    dump.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await once(dump.stderr, 'data');
    const ended = once(dump, 'exit');
    await new Promise((resolve) => setTimeout(resolve, 300));
    try {
      node.inPod(from, 'ping', ['-q', '-c', '3', '-i', '0.2', '-W', '1', to]);
    } catch {
      // its exit status is not the question
    }
    const timer = setTimeout(() => dump.kill('SIGINT'), 2000);
    await ended;
    clearTimeout(timer);
    return said.split('\n').filter((line) => line.includes('ICMP'));
  }

  test('ptp: a host side without a bridge, routed to, and captured there', async () => {
    const pod = await found('ptp');
    expect(pod.disagreements).toEqual([]);
    const [eth0] = pod.interfaces;
    expect(eth0).toMatchObject({ name: 'eth0', kind: 'veth', bridge: null });
    expect(eth0?.hostInterface).toMatch(/^veth/);
    expect(eth0?.how).toMatch(/is on no bridge: the node routes to it\.$/);
    const points = await finder.points([pod.id]);
    expect(selected(points)).toEqual(['pod', 'veth', 'uplink']);
    const veth = points.find((p) => p.kind === 'veth');
    const seen = veth === undefined ? [] : await seenAt(veth, running('ptp'), node.outside);
    expect(seen.join('\n')).toContain(`${running('ptp').address} > ${node.outside}: ICMP echo request`);
    // Masqueraded behind it: the uplink sees the node's address.
    const uplink = points.find((p) => p.kind === 'uplink');
    const outside = uplink === undefined ? [] : await seenAt(uplink, running('ptp'), node.outside);
    expect(outside.join('\n')).toContain(`${node.address} > ${node.outside}: ICMP echo request`);
  });

  test('macvlan: no host side; said, with where to capture instead, and captured in the pod', async () => {
    const pod = await found('macvlan');
    const [net] = pod.interfaces;
    expect(net).toMatchObject({ name: 'eth0', kind: 'macvlan', hostInterface: null, bridge: null });
    expect(net?.how).toBe(
      'eth0 is a macvlan on eth0: there is no host side. Capture in the pod, or at eth0 for what leaves the node; what it exchanges with other macvlans of eth0 never passes eth0 itself.',
    );
    const points = await finder.points([pod.id]);
    expect(selected(points)).toEqual(['pod', 'uplink']);
    const inside = points.find((p) => p.kind === 'pod');
    const seen = inside === undefined ? [] : await seenAt(inside, running('macvlan'), node.outside);
    expect(seen.join('\n')).toContain(`${running('macvlan').address} > ${node.outside}: ICMP echo request`);
  });

  test('bandwidth: the pod is on its bridge, and both buckets are found with their rates', async () => {
    const pod = await found('bandwidth');
    expect(pod.interfaces[0]).toMatchObject({ name: 'eth0', kind: 'veth', bridge: 'cni1' });
    expect(pod.disagreements).toEqual([]);
    const { files } = await takeSnapshot(node.system(realSystem(root)), { podNetns: [] });
    const findings = diagnose(readSnapshot(files)).filter((f) => f.id === 'bandwidth-limit');
    expect(findings.map((f) => f.title).sort()).toEqual([
      `traffic from pod ${pod.id} is limited to 4 Mbit/s`,
      `traffic to pod ${pod.id} is limited to 2 Mbit/s`,
    ]);
    const veth = pod.interfaces[0]?.hostInterface ?? '';
    expect(findings.find((f) => f.title.includes(' to pod '))?.summary).toContain(
      `A token bucket (tbf) on ${veth}: rate 2 Mbit/s, burst`,
    );
  });
});
