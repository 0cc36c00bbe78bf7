import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pod } from '../../api/live.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { PodFinder } from '../../server/pods/pods.ts';
import { podNetnsOf, takeSnapshot } from '../../server/snapshot/snapshot.ts';
import { watchRules } from '../../server/snapshot/watch-rules.ts';
import { realSystem } from '../../server/system/real.ts';
import { systemIn } from './system-in.ts';

const id = `vs${randomBytes(3).toString('hex')}`;
const root = path.resolve(import.meta.dirname, '../..');
const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const name = (n: string) => `${id}-${n}`;
const netns = (n: string) => `/var/run/netns/${name(n)}`;
const on = (n: string, program: string, ...args: string[]) => run('nsenter', [`--net=${netns(n)}`, program, ...args]);

/** A veth between two of our namespaces; ifindexes can be chosen. */
function veth(a: { ns: string; dev: string; index?: number }, b: { ns: string; dev: string; index?: number }): void {
  const index = (x: { index?: number }) => (x.index === undefined ? [] : ['index', String(x.index)]);
  run('ip', [
    ...['link', 'add', a.dev, 'netns', name(a.ns), ...index(a)],
    ...['type', 'veth', 'peer', 'name', b.dev, 'netns', name(b.ns), ...index(b)],
  ]);
  on(a.ns, 'ip', 'link', 'set', a.dev, 'up');
  on(b.ns, 'ip', 'link', 'set', b.dev, 'up');
}

describe('pods made of namespaces and veths', () => {
  const system = systemIn(realSystem(root), netns('node'));
  const nowhere = { criSockets: [], cniResultFolders: [], kubeconfigs: [], dockerSocket: '/nowhere' };
  const finder = new PodFinder(system, { places: nowhere });
  const all = ['node', 'bridged', 'ptp', 'mac', 'ipv', 'two', 'same', 'renamed', 'far', 'elsewhere', 'odd', 'empty'];
  let hasIpvlan = false;
  const podOf = async (n: string): Promise<Pod | undefined> =>
    (await finder.list()).pods.find((p) => p.netns === netns(n));

  beforeAll(() => {
    for (const n of all) run('ip', ['netns', 'add', name(n)]);
    on('node', 'ip', 'link', 'set', 'lo', 'up');
    veth({ ns: 'node', dev: 'eth0' }, { ns: 'elsewhere', dev: 'eth0' });
    on('node', 'ip', 'addr', 'add', '192.0.2.2/24', 'dev', 'eth0');
    on('node', 'ip', 'route', 'add', 'default', 'via', '192.0.2.1');
    on('node', 'ip', 'link', 'add', 'cni0', 'type', 'bridge');
    on('node', 'ip', 'link', 'set', 'cni0', 'up');
    on('node', 'ip', 'link', 'add', 'flannel.1', 'type', 'vxlan', 'id', '1', 'dstport', '8472', 'dev', 'eth0');

    veth({ ns: 'bridged', dev: 'eth0' }, { ns: 'node', dev: 'veth0a' });
    on('node', 'ip', 'link', 'set', 'veth0a', 'master', 'cni0');
    on('bridged', 'ip', 'addr', 'add', '10.77.0.2/24', 'dev', 'eth0');

    veth({ ns: 'ptp', dev: 'eth0' }, { ns: 'node', dev: 'cali0123456789a' });
    on('ptp', 'ip', 'addr', 'add', '10.77.0.3/32', 'dev', 'eth0');
    on('node', 'ip', 'route', 'add', '10.77.0.3/32', 'dev', 'cali0123456789a');

    on('node', 'ip', 'link', 'add', 'link', 'eth0', 'name', 'tmp0', 'type', 'macvlan');
    on('node', 'ip', 'link', 'set', 'tmp0', 'netns', name('mac'), 'name', 'eth0');
    on('mac', 'ip', 'link', 'set', 'eth0', 'up');
    // A device carries macvlans or ipvlans, not both.
    on('node', 'ip', 'link', 'add', 'parent1', 'type', 'veth', 'peer', 'name', 'parent2');
    try {
      on('node', 'ip', 'link', 'add', 'link', 'parent1', 'name', 'tmp0', 'type', 'ipvlan');
      on('node', 'ip', 'link', 'set', 'tmp0', 'netns', name('ipv'), 'name', 'eth0');
      hasIpvlan = true;
    } catch {
      // this kernel has none; the unit test of pair.ts has one
    }

    veth({ ns: 'two', dev: 'eth0' }, { ns: 'node', dev: 'veth2a' });
    veth({ ns: 'two', dev: 'net1' }, { ns: 'node', dev: 'veth2b' });
    on('two', 'ip', 'addr', 'add', '10.77.0.5/24', 'dev', 'eth0');

    // The same ifindex on both sides; and another pod whose pair has these numbers crosswise.
    veth({ ns: 'same', dev: 'eth0', index: 70 }, { ns: 'node', dev: 'veth70', index: 70 });
    veth({ ns: 'renamed', dev: 'eth0' }, { ns: 'node', dev: 'before' });
    on('node', 'ip', 'link', 'set', 'before', 'name', 'veth0b');
    on('renamed', 'ip', 'link', 'set', 'eth0', 'down');
    on('renamed', 'ip', 'link', 'set', 'eth0', 'name', 'veth0a');
    on('renamed', 'ip', 'link', 'set', 'veth0a', 'up');
    // Its other side is not on the node, although the node has a veth with that number that names this one's.
    veth({ ns: 'far', dev: 'eth0', index: 70 }, { ns: 'elsewhere', dev: 'veth70', index: 70 });
    // Names that a pod with NET_ADMIN can give.
    veth({ ns: 'odd', dev: '-z' }, { ns: 'node', dev: 'veth0c' });
    veth({ ns: 'odd', dev: 'a;rm\u001b[1m' }, { ns: 'node', dev: '$(id)' });
  });
  afterAll(async () => {
    await finder.close();
    for (const n of all) {
      try {
        run('ip', ['netns', 'del', name(n)]);
      } catch {
        // was never made
      }
    }
  });

  const sides = (pod: Pod | undefined) => pod?.interfaces.map((i) => [i.name, i.kind, i.hostInterface, i.bridge]);

  test('a veth on a bridge, and one that the node routes to', async () => {
    expect(sides(await podOf('bridged'))).toEqual([['eth0', 'veth', 'veth0a', 'cni0']]);
    const ptp = await podOf('ptp');
    expect(sides(ptp)).toEqual([['eth0', 'veth', 'cali0123456789a', null]]);
    expect(ptp?.interfaces[0]?.how).toContain('is on no bridge: the node routes to it');
    expect(ptp?.addresses).toEqual(['10.77.0.3']);
  });

  test('a macvlan has no host side, and it says where to capture instead', async () => {
    const mac = await podOf('mac');
    expect(sides(mac)).toEqual([['eth0', 'macvlan', null, null]]);
    expect(mac?.interfaces[0]?.how).toMatch(/macvlan on eth0: there is no host side\. Capture in the pod, or at eth0/);
    expect((await finder.points([mac?.id ?? ''])).filter((p) => p.selected).map((p) => p.id)).toEqual([
      'pod:eth0',
      'vxlan:flannel.1',
      'uplink:eth0',
    ]);
  });

  test('ipvlan likewise', async ({ skip }) => {
    if (!hasIpvlan) skip('this kernel has no ipvlan');
    const ipv = await podOf('ipv');
    expect(sides(ipv)).toEqual([['eth0', 'ipvlan', null, null]]);
    expect((await finder.points([ipv?.id ?? ''])).map((p) => p.id)).toContain('uplink:parent1');
  });

  test('all interfaces of a pod', async () => {
    expect(sides(await podOf('two'))).toEqual([
      ['eth0', 'veth', 'veth2a', null],
      ['net1', 'veth', 'veth2b', null],
    ]);
  });

  test('numbers and names that mislead', async () => {
    expect(sides(await podOf('same'))).toEqual([['eth0', 'veth', 'veth70', null]]);
    // It has the name of another pod's host side, and its own was renamed.
    expect(sides(await podOf('renamed'))).toEqual([['veth0a', 'veth', 'veth0b', null]]);
    const far = await podOf('far');
    expect(sides(far)).toEqual([['eth0', 'veth', null, null]]);
    expect(far?.interfaces[0]?.how).toContain('in another namespace than the node’s: capture in the pod');
  });

  test('interface names that could be options or commands are shown, and never handed to a program', async () => {
    const odd = await podOf('odd');
    expect(sides(odd)).toEqual([
      ['-z', 'veth', 'veth0c', null],
      ['a;rm\u001b[1m', 'veth', '$(id)', null],
    ]);
    const points = await finder.points([odd?.id ?? '']);
    expect(points.map((p) => p.device)).toEqual(
      ['veth0c', 'cni0', 'flannel.1', 'eth0', 'lo', 'any'].filter((d) => d !== 'cni0'),
    );
    await expect(finder.points(['default/x; rm -rf /'])).rejects.toMatchObject({ code: 'no-pod' });
    await expect(finder.points(['-z\n../../etc'])).rejects.toMatchObject({ code: 'no-pod' });
  });

  test('an empty namespace and the node itself are no pods', async () => {
    const { pods } = await finder.list();
    expect(pods.map((p) => p.netns)).not.toContain(netns('empty'));
    expect(pods.map((p) => p.netns)).not.toContain(netns('node'));
  });

  test('points: all on the path, the bridge off with its reason once it runs the rules', async () => {
    const ids = async () => {
      const pod = await podOf('bridged');
      return (await finder.points([pod?.id ?? ''])).map((p) => [p.id, p.selected, p.warning !== null]);
    };
    const bridgeNf = (value: string) => on('node', 'sysctl', '-qw', `net.bridge.bridge-nf-call-iptables=${value}`);
    bridgeNf('0');
    const path = [
      ['pod:eth0', true, false],
      ['veth:veth0a', true, false],
      ['bridge:cni0', true, false],
      ['vxlan:flannel.1', true, false],
      ['uplink:eth0', true, false],
      ['lo', false, true],
      ['any', false, true],
    ];
    expect(await ids()).toEqual(path);
    bridgeNf('1');
    expect(await ids()).toEqual(path.map((p) => (p[0] === 'bridge:cni0' ? ['bridge:cni0', false, true] : p)));
    const both = [await podOf('bridged'), await podOf('two')].map((p) => p?.id ?? '');
    const several = await finder.points(both);
    expect(several.filter((p) => p.kind === 'pod').map((p) => p.id)).toEqual([
      `pod:${both[0]}:eth0`,
      `pod:${both[1]}:eth0`,
      `pod:${both[1]}:net1`,
    ]);
  });

  test('a snapshot of this node is read without remainder, its pods included', async () => {
    on(
      'node',
      'iptables-nft',
      '-t',
      'nat',
      '-A',
      'PREROUTING',
      '-p',
      'tcp',
      '--dport',
      '80',
      '-j',
      'DNAT',
      '--to',
      '10.77.0.2:8080',
    );
    const pods = (await finder.list()).pods.filter((p) => p.netns?.startsWith(`/var/run/netns/${id}`));
    const steps: string[] = [];
    const { files, problems } = await takeSnapshot(
      system,
      { podNetns: pods.map((p) => podNetnsOf(p.id, p.netns ?? '')), cniResultFolders: [] },
      (p) => steps.push(`${p.done}/${p.total}`),
    );
    expect(problems).toEqual([]);
    expect(steps.at(-1)?.split('/')[0]).toBe(String(steps.length));
    const state = readSnapshot(files);
    expect(state.files.filter((f) => f.format === null).map((f) => f.path)).toEqual([]);
    expect(state.files.flatMap((f) => f.warnings.map((w) => `${f.path}: ${w.message}: ${w.source.text}`))).toEqual([]);
    expect(state.iptables.map((d) => d.file)).toContain('iptables-nft-save.txt');
    expect(state.netns.get(name('bridged'))?.addresses?.map((a) => a.device)).toContain('eth0');
    expect([...state.netns.keys()]).toHaveLength(pods.length);
  });

  test('a changed rule is told', async () => {
    const told: string[] = [];
    const stop = watchRules(system, (what) => told.push(what));
    await new Promise((resolve) => setTimeout(resolve, 500));
    on('node', 'iptables-nft', '-t', 'filter', '-A', 'FORWARD', '-j', 'ACCEPT');
    await expect.poll(() => told, { timeout: 5000 }).toEqual(['the rules changed']);
    // Legacy tables and sets have no events.
    on('node', 'iptables-legacy', '-t', 'filter', '-A', 'FORWARD', '-j', 'ACCEPT');
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(2);
    on('node', 'ipset', 'create', 'watched', 'hash:ip');
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(3);
    stop();
  });
});
