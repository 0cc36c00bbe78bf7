import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { Link } from '../../parsers/nodestate/state.ts';
import { factOf, type PodFact } from './fact.ts';
import { hostPortsInRules } from './host-ports.ts';
import { distinct, grouped, type Inside, podOf } from './join.ts';
import type { HostInterfaces, Interfaces } from './links.ts';
import { type Paired, pairsOf } from './pair.ts';
import { pointsOf } from './points.ts';
import { defaultDevices4, defaultDevices6 } from './uplinks.ts';

const root = path.resolve(import.meta.dirname, '../..');
const link = (index: number, name: string, more: Partial<Link> = {}): Link => ({
  index,
  name,
  mac: null,
  mtu: 1500,
  up: true,
  flags: ['UP'],
  kind: 'veth',
  master: null,
  peerIndex: null,
  peerNetnsId: null,
  tunnel: null,
  vlanFiltering: null,
  hairpin: null,
  source: { file: '', line: 1, text: '' },
  ...more,
});
const interfaces = (links: readonly Link[]): Interfaces => ({
  links,
  byIndex: new Map(links.map((l) => [l.index, l])),
  addresses: new Map([['eth0', ['10.1.0.2', 'fe80::1']]]),
});
const host = (links: readonly Link[], namespaces: readonly [number, string][] = []): HostInterfaces => ({
  ...interfaces(links),
  namespaces: new Map(namespaces),
});
const inPod = (more: Partial<Link> = {}) => interfaces([link(2, 'eth0', { peerIndex: 12, peerNetnsId: 0, ...more })]);
const side = (more: Partial<Link> = {}) => link(12, 'veth1', { peerIndex: 2, peerNetnsId: 5, ...more });

describe('pairs', () => {
  const one = (pod: Interfaces, node: HostInterfaces) => pairsOf(pod, 'ns', node)[0];
  test('proved by the namespace of the peer', () => {
    const found = one(inPod(), host([side({ master: 'cni0' }), link(3, 'cni0', { kind: 'bridge' })], [[5, 'ns']]));
    expect(found?.facts).toMatchObject({ hostInterface: 'veth1', hostIfindex: 12, bridge: 'cni0' });
    expect(found?.facts.how).toBe(
      'eth0 (ifindex 2) and veth1 (ifindex 12) name each other, and netnsid 5 of veth1 is this pod’s namespace.',
    );
  });
  test('the numbers alone, where the namespace could not be read, are said to be that', () => {
    const found = one(inPod(), host([side()]));
    expect(found?.facts.hostInterface).toBe('veth1');
    expect(found?.facts.how).toContain('could not be read, so this rests on the numbers');
  });
  test.each([
    ['its peer is in another namespace', side(), [[5, 'other']]],
    ['only one side names the other', side({ peerIndex: 3 }), [[5, 'ns']]],
    ['the number is no veth', side({ kind: 'bridge' }), [[5, 'ns']]],
    ['the number is another', link(13, 'veth1', { peerIndex: 2, peerNetnsId: 5 }), [[5, 'ns']]],
  ] as const)('no host side: %s', (_, nodeSide, namespaces) => {
    const found = one(inPod(), host([nodeSide], namespaces as unknown as [number, string][]));
    expect([found?.facts.hostInterface, found?.facts.how]).toEqual([
      null,
      expect.stringContaining('capture in the pod'),
    ]);
  });
  test('ipvlan, a moved device, a pair within the pod, a switch that is no bridge', () => {
    const ipvlan = one(inPod({ kind: 'ipvlan', peerIndex: 4 }), host([link(4, 'eth1', { kind: null })]));
    expect([ipvlan?.facts.kind, ipvlan?.parent, ipvlan?.facts.hostInterface]).toEqual(['ipvlan', 'eth1', null]);
    expect(ipvlan?.facts.how).toContain('ipvlan on eth1: there is no host side. Capture in the pod, or at eth1');
    expect(one(inPod({ kind: null, peerIndex: null }), host([]))?.facts.how).toContain(
      'a device of the node moved into the pod',
    );
    expect(one(inPod({ peerIndex: null }), host([]))?.facts.how).toContain('in the pod itself');
    const ovs = one(
      inPod(),
      host([side({ master: 'ovs-system' }), link(9, 'ovs-system', { kind: 'openvswitch' })], [[5, 'ns']]),
    );
    expect([ovs?.facts.bridge, ovs?.facts.how]).toEqual([
      null,
      expect.stringContaining('belongs to ovs-system, which is no Linux bridge'),
    ]);
  });
  test('loopback and idle tunnel devices are no interfaces of a pod', () => {
    const pod = interfaces([
      link(1, 'lo', { kind: 'loopback' }),
      link(2, 'tunl0', { kind: 'ipip', up: false }),
      link(3, 'eth0', { peerIndex: 12 }),
    ]);
    expect(pairsOf(pod, 'ns', host([])).map((p) => p.facts.name)).toEqual(['eth0']);
  });
});

describe('joining', () => {
  const nothing: Inside = { pairs: [], problem: null };
  const web = { namespace: 'default', name: 'web' };
  const sources = (facts: readonly PodFact[]) => grouped(facts, 'node').map((g) => g.map((f) => f.source));

  test('by container, uid, namespace and name, through any chain of them', () => {
    expect(
      sources([
        factOf('netns', { netns: '/run/netns/a', netnsId: '7' }),
        factOf('proc', { uid: 'u', netnsId: '7', containerIds: ['c2'] }),
        factOf('cni', { containerIds: ['c1'], netnsId: '7' }),
        factOf('kubernetes', { ...web, uid: 'u' }),
        factOf('cri', { ...web, uid: 'static', containerIds: ['c1'] }),
      ]),
    ).toEqual([['kubernetes', 'cri', 'cni', 'proc', 'netns']]);
  });
  test('a pod made anew under its name is another; the node’s namespace joins nobody', () => {
    const facts = [
      factOf('kubernetes', { ...web, uid: 'new' }),
      factOf('cri', { ...web, uid: 'old', state: 'finished' }),
      factOf('proc', { uid: 'a', netnsId: 'node', hostNetwork: true }),
      factOf('proc', { uid: 'b', netnsId: 'node', hostNetwork: true }),
    ];
    expect(sources(facts)).toHaveLength(4);
    const pods = distinct(grouped(facts, 'node').map((g) => podOf(g, nothing, null)));
    expect(pods.filter((p) => p.pod.id === 'default/web')).toHaveLength(1);
  });
  test('without a name: what its processes call it, or the namespace', () => {
    const id = (f: PodFact) => podOf([f], nothing, null).pod.id;
    expect(id(factOf('proc', { uid: '9e580762-c626-43f1', hostname: 'web-0' }))).toBe('_proc/web-0');
    expect(id(factOf('proc', { uid: '9e580762-c626-43f1' }))).toBe('_proc/9e580762-c62');
    expect(id(factOf('netns', { netns: '/run/netns/blue' }))).toBe('_netns/blue');
    const twice = ['u1', 'u2'].map((uid) =>
      podOf([factOf('proc', { uid, hostname: 'web', state: 'running' })], nothing, null),
    );
    expect(distinct(twice).map((p) => p.pod.id)).toEqual(['_proc/web', '_proc/web-2']);
  });
  test('disagreements are sentences', () => {
    const pairs: Paired[] = pairsOf(inPod(), 'ns', host([side()], [[5, 'ns']]));
    const { pod } = podOf(
      [
        factOf('kubernetes', { ...web, addresses: ['10.1.0.9'], hostNetwork: false, state: 'running' }),
        factOf('cri', { ...web, netns: '/run/netns/a', netnsId: '1', state: 'finished', addresses: ['10.1.0.2'] }),
        factOf('cni', { netns: '/run/netns/b', netnsId: '2', interfaces: [{ name: 'eth0', hostInterface: 'veth9' }] }),
        factOf('proc', { netns: '/proc/3/ns/net', netnsId: '3' }),
      ],
      { pairs, problem: null },
      [],
    );
    expect(pod.disagreements).toEqual([
      'The API says 10.1.0.9; inside the pod there is 10.1.0.2.',
      'The CNI result says namespace /run/netns/b (2), its processes /proc/3/ns/net (3).',
      'The CNI result pairs eth0 with veth9, the kernel with veth1.',
      'The API says running, but its sandbox has ended.',
    ]);
    expect(pod.addresses).toEqual(['10.1.0.2']);
  });
  test('hostPorts: who knows them, and who should', () => {
    const port = { hostIp: null, hostPort: 80, containerPort: 8080, protocol: 'tcp' };
    const ports = (facts: readonly PodFact[], rules: Parameters<typeof podOf>[2]) => {
      const { pod } = podOf(facts, nothing, rules);
      return [pod.hostPorts.map((p) => p.from), pod.disagreements];
    };
    const api = factOf('kubernetes', { ...web, addresses: ['10.1.0.2'], hostPorts: [port] });
    const rule = { ...port, to: '10.1.0.2' };
    expect(ports([api], [rule])).toEqual([[['kubernetes', 'rules']], []]);
    expect(ports([api], null)).toEqual([[['kubernetes']], []]);
    expect(ports([api], [])).toEqual([
      [['kubernetes']],
      ['hostPort 80/tcp is known to the spec, but no rule that could be read carries it out.'],
    ]);
    expect(ports([{ ...api, hostPorts: [] }], [rule])).toEqual([
      [['rules']],
      ['hostPort 80/tcp is known to a rule, but the pod’s spec does not have it.'],
    ]);
  });
});

test('hostPorts of a recorded node, and not the endpoints of its services', () => {
  const file = path.join(root, 'fixtures/samples/native.hostport-outside/bundle/iptables-save.txt');
  const state = readSnapshot([{ path: 'iptables-save.txt', text: fs.readFileSync(file, 'utf8') }]);
  expect(hostPortsInRules(state)).toEqual([
    { to: '10.244.1.5', hostIp: null, hostPort: 53, containerPort: 5353, protocol: 'udp' },
    { to: '10.244.1.3', hostIp: null, hostPort: 80, containerPort: 8088, protocol: 'tcp' },
  ]);
  const byHand = `*nat\n:PREROUTING ACCEPT [0:0]\n:X - [0:0]
-A PREROUTING -d 192.0.2.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination [fd00::2]:8443
-A PREROUTING -p tcp -m tcp ! --dport 443 -j DNAT --to-destination 10.0.0.1
-A X -p udp -m multiport --dports 1,2:9 -j DNAT --to-destination 10.0.0.1\nCOMMIT\n`;
  expect(hostPortsInRules(readSnapshot([{ path: 'x', text: byHand }]))).toEqual([
    { to: 'fd00::2', hostIp: '192.0.2.1', hostPort: 443, containerPort: 8443, protocol: 'tcp' },
    { to: '10.0.0.1', hostIp: null, hostPort: 1, containerPort: 1, protocol: 'udp' },
  ]);
});

test('uplinks from /proc/net, the lowest metric first', () => {
  const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  const route = (dev: string, destination: string, flags: string, metric: number, mask: string) =>
    `${dev}\t${destination}\t0101A8C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;
  const text = [
    header,
    route('wlan0', '00000000', '0003', 600, '00000000'),
    route('eth0', '00000000', '0003', 100, '00000000'),
    route('down0', '00000000', '0002', 1, '00000000'),
    route('tun0', '00000000', '0001', 0, '00000080'),
  ].join('');
  expect(defaultDevices4(text)).toEqual(['eth0', 'wlan0']);
  const any = '0'.repeat(32);
  const six = (length: string, dev: string) =>
    `${any} ${length} ${any} 00 ${any} 00000400 00000001 00000000 00450003     ${dev}\n`;
  expect(defaultDevices6(six('00', 'eth0') + six('00', 'lo') + six('40', 'eth1'))).toEqual(['eth0']);
});

describe('points answer the two field questions', () => {
  const group = [factOf('cri', { namespace: 'a', name: 'web', netns: '/run/netns/a', netnsId: 'ns' })];
  const node = host(
    [side({ master: 'cni0' }), link(3, 'cni0', { kind: 'bridge' }), link(4, 'eth0', { kind: null })],
    [[5, 'ns']],
  );
  const found = podOf(group, { pairs: pairsOf(inPod(), 'ns', node), problem: null }, null);
  const at = (kind: string, bridgeNf: boolean | null) =>
    pointsOf([found], { host: node, uplinks: ['eth0'], bridgeNf }).find((p) => p.kind === kind);

  test('host NIC or veth: which addresses each point shows', () => {
    expect(at('uplink', null)?.sees).toContain('the pod’s address is gone and the node’s stands in its place');
    expect(at('uplink', null)?.sees).toContain('Traffic between pods of this node');
    expect(at('veth', null)?.sees).toContain('Always both directions');
    expect(at('pod', null)?.sees).toContain('before any NAT of the node');
  });
  test('why did tcpdump on the bridge not see it', () => {
    expect(at('bridge', null)?.sees).toContain('go from port to port and are not seen here');
    expect(at('bridge', false)).toMatchObject({ selected: true, warning: null });
    expect(at('bridge', true)).toMatchObject({
      selected: false,
      warning: expect.stringContaining(
        'With such a bridged DNAT cni0 sees one direction or nothing; the veths see both.',
      ),
    });
  });
  test('a pod of the node’s network has no veth: uplink and loopback are its points', () => {
    const agent = podOf(
      [factOf('cri', { namespace: 'a', name: 'agent', hostNetwork: true })],
      { pairs: [], problem: null },
      null,
    );
    const points = pointsOf([agent], { host: node, uplinks: ['eth0'], bridgeNf: null });
    expect(points.filter((p) => p.selected).map((p) => p.id)).toEqual(['uplink:eth0', 'lo']);
    expect(points[0]?.sees).toContain('This pod uses the node’s network');
  });
});
