// Rules of frames, on a node with a bridge. What the kernel does with them is test/kernel/frames.test.ts; here stand the places of the hooks.
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import type { Trace } from '../trace.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

const link = (index: number, name: string, more: object) => ({
  ...{ ifindex: index, ifname: name, flags: ['UP'], mtu: 1500, linkmode: 'DEFAULT', link_type: 'ether' },
  ...{ address: `02:00:00:00:00:0${index}`, ...more },
});
const port = (n: number, name: string) =>
  link(n, name, {
    master: 'br0',
    linkinfo: { info_kind: 'veth', info_slave_kind: 'bridge', info_slave_data: { hairpin: false } },
  });
const NODE: Readonly<Record<string, unknown>> = {
  'ip-link.json': [
    link(2, 'br0', { linkinfo: { info_kind: 'bridge', info_data: { vlan_filtering: 0 } } }),
    port(3, 'pa'),
    port(4, 'pb'),
    link(5, 'eth0', {}),
  ],
  'ip-addr.json': [
    { ...link(2, 'br0', {}), addr_info: [{ family: 'inet', local: '10.77.1.1', prefixlen: 24, scope: 'global' }] },
    { ...link(5, 'eth0', {}), addr_info: [{ family: 'inet', local: '10.77.2.1', prefixlen: 24, scope: 'global' }] },
  ],
  'ip-route.json': [
    { dst: '10.77.1.0/24', dev: 'br0', flags: [] },
    { dst: '10.77.2.0/24', dev: 'eth0', flags: [] },
    { type: 'local', dst: '10.77.1.1', dev: 'br0', table: 'local', flags: [] },
    { type: 'local', dst: '10.77.2.1', dev: 'eth0', table: 'local', flags: [] },
  ],
  'ip-neigh.json': [
    { dst: '10.77.1.2', dev: 'br0', lladdr: '02:00:00:00:00:0a', state: ['PERMANENT'] },
    { dst: '10.77.1.3', dev: 'br0', lladdr: '02:00:00:00:00:0b', state: ['PERMANENT'] },
  ],
};
const FDB = [
  { mac: '02:00:00:00:00:0a', ifname: 'pa', flags: [], master: 'br0', state: '' },
  { mac: '02:00:00:00:00:0b', ifname: 'pb', flags: [], master: 'br0', state: '' },
];

function traces(
  rules: string,
  spec: string,
  { nf = 1, fdb = true }: { nf?: number; fdb?: boolean } = {},
): readonly Trace[] {
  const files = Object.entries(fdb ? { ...NODE, 'bridge-fdb.json': FDB } : NODE).map(([path, value]) => ({
    path,
    text: JSON.stringify(value),
  }));
  const sysctl = `net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = ${nf}\n`;
  const state = readSnapshot([...files, { path: 'sysctl.txt', text: sysctl }, { path: 'nft', text: rules }]);
  expect(state.files.flatMap((f) => f.warnings.map((w) => w.message))).toEqual([]);
  const p = parsePacketSpec(spec);
  const r = p.ok ? simulate(new Machine(state), p.value) : p;
  if (!r.ok || !('simulation' in r)) throw new Error('not simulated');
  return r.simulation.traces;
}

/** Hooks and ports of the policies met: `BRIDGE FORWARD pa>pb`. */
const met = (t: Trace | undefined) =>
  (t?.steps ?? [])
    .filter((s) => s.kind === 'policy')
    .map((s) => `${s.hook}${s.family === 'ip' ? '' : ` ${s.packet.in ?? ''}>${s.packet.out ?? ''}`}`);

const chain = (name: string, hook: string, priority: number | string, rules = '') =>
  `\tchain ${name} {\n\t\ttype filter hook ${hook} priority ${priority}; policy accept;\n${rules === '' ? '' : `\t\t${rules}\n`}\t}\n`;
const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const ALL = [
  `table bridge b {\n${HOOKS.map((h) => chain(h, h, -5)).join('')}${chain('late', 'prerouting', 10)}}\n`,
  `table ip i {\n${HOOKS.map((h) => chain(h, h, -5)).join('')}}\n`,
  `table netdev n {\n${chain('in', 'ingress devices = { pa, "br0" }', 'filter')}${chain('out', 'egress device "pb"', 0)}}\n`,
].join('');

describe('the hooks in their order', () => {
  test('a frame from port to port, with br_netfilter and without', () => {
    const spec = 'tcp 10.77.1.2:40000 > 10.77.1.3:80 in pa';
    expect(met(traces(ALL, spec)[0])).toEqual([
      ...['INGRESS pa>', 'BRIDGE PREROUTING pa>', 'PREROUTING', 'BRIDGE PREROUTING pa>'],
      ...['BRIDGE FORWARD pa>pb', 'FORWARD', 'BRIDGE POSTROUTING >pb', 'POSTROUTING', 'EGRESS >pb'],
    ]);
    expect(met(traces(ALL, spec, { nf: 0 })[0])).toEqual([
      ...['INGRESS pa>', 'BRIDGE PREROUTING pa>', 'BRIDGE PREROUTING pa>'],
      ...['BRIDGE FORWARD pa>pb', 'BRIDGE POSTROUTING >pb', 'EGRESS >pb'],
    ]);
  });

  test('a frame for the node: the IP hooks run in the bridge, or after it', () => {
    const spec = 'tcp 10.77.1.2:40000 > 10.77.1.1:80 in pa';
    const bridge = ['INGRESS pa>', 'BRIDGE PREROUTING pa>'];
    const up = ['BRIDGE PREROUTING pa>', 'BRIDGE INPUT pa>', 'INGRESS br0>'];
    expect(met(traces(ALL, spec)[0])).toEqual([...bridge, 'PREROUTING', ...up, 'INPUT']);
    expect(met(traces(ALL, spec, { nf: 0 })[0])).toEqual([...bridge, ...up, 'PREROUTING', 'INPUT']);
  });

  test('what the node sends by the bridge passes OUTPUT of the bridge after all IP hooks', () => {
    expect(met(traces(ALL, 'tcp 10.77.1.1:40000 > 10.77.1.3:80 local')[0])).toEqual([
      ...['OUTPUT', 'POSTROUTING', 'BRIDGE OUTPUT >pb', 'BRIDGE POSTROUTING >pb', 'EGRESS >pb'],
    ]);
  });
});

describe('what rules of frames do', () => {
  const drop = (table: string, hook: string, rule: string) => `table ${table} t {\n${chain('c', hook, 0, rule)}}\n`;
  const bridged = 'tcp 10.77.1.2:40000 > 10.77.1.3:80 in pa mac 02:00:00:00:00:0a';
  const end = (rules: string, spec = bridged, more = {}) => traces(rules, spec, more).map((t) => t.disposition.kind);

  test('a bridge drops by port, bridge, MAC and type', () => {
    for (const rule of [
      'iifname "pa" oifname "pb" drop',
      'meta ibrname "br0" meta obrname "br0" drop',
      'ether saddr 02:00:00:00:00:0a ether daddr 02:00:00:00:00:0b drop',
      'ether type ip meta pkttype other drop',
    ])
      expect(end(drop('bridge', 'forward', rule)), rule).toEqual(['dropped']);
    for (const rule of [
      'iifname "br0" drop',
      'ether type arp drop',
      'vlan id 5 drop',
      'ether saddr 02:00:00:00:00:0b drop',
    ])
      expect(end(drop('bridge', 'forward', rule)), rule).toEqual(['delivered']);
  });

  test('ingress drops before everything, at its own device only', () => {
    expect(end(drop('netdev', 'ingress device "pa"', 'ip daddr 10.77.1.3 drop'))).toEqual(['dropped']);
    expect(end(drop('netdev', 'ingress device "p*"', 'ip daddr 10.77.1.3 drop'))).toEqual(['dropped']);
    expect(end(drop('inet', 'ingress device "pa"', 'drop'))).toEqual(['dropped']);
    expect(end(drop('netdev', 'ingress device "pb"', 'drop'))).toEqual(['delivered']);
    expect(end(drop('netdev', 'egress device "pb"', 'drop'))).toEqual(['dropped']);
  });

  test('fwd sends it out of another device, past the bridge', () => {
    const [t] = traces(drop('netdev', 'ingress device "pa"', 'fwd to "eth0"'), bridged);
    expect(t).toMatchObject({ disposition: { kind: 'leavesNode' }, to: { interface: 'eth0' } });
    expect(t?.steps.find((s) => s.kind === 'rule')).toMatchObject({ verdict: 'STOLEN' });
  });

  test('fwd: the egress of that device stands in the trace before the rule, as it runs inside it', () => {
    const rules =
      'table netdev t {\n  chain i {\n    type filter hook ingress device "pa" priority 0; policy accept;\n    fwd to "eth0"\n  }\n' +
      '  chain e {\n    type filter hook egress device "eth0" priority 0; policy accept;\n    accept\n  }\n}\n';
    const [t] = traces(rules, bridged);
    expect(t?.steps.flatMap((s) => (s.kind === 'rule' ? [`${s.chain} ${s.verdict}`] : []))).toEqual([
      'e ACCEPT',
      'i STOLEN',
    ]);
  });

  test('a bridged frame has its MAC at POSTROUTING of IP, though no input device; what the node sends has none there', () => {
    const rules =
      'table ip t {\n  chain p {\n    type filter hook postrouting priority 0; policy accept;\n' +
      '    iifname "br0" accept\n    ether saddr 02:00:00:00:00:0a drop\n  }\n}\n';
    expect(end(rules, `${bridged} mac 02:00:00:00:00:0a`)).toEqual(['dropped']);
    expect(end(rules, `${bridged} mac 02:00:00:00:00:0c`)).toEqual(['delivered']);
    expect(end(rules, 'tcp 10.77.1.1:40000 > 10.77.1.3:80 local')).toEqual(['delivered']);
  });

  test('a port that no dump tells is a world for each, where rules could tell them apart', () => {
    const spec = 'tcp 10.77.1.1:40000 > 10.77.1.3:80 local';
    expect(end(drop('bridge', 'output', 'oifname "pb" drop'), spec, { fdb: false })).toEqual(['delivered', 'dropped']);
    expect(end('', spec, { fdb: false })).toEqual(['delivered']);
  });

  test('JSON of nft 1.0.6 has lost the devices: both ways are followed', () => {
    const json = (dev: object) =>
      JSON.stringify({
        nftables: [
          { table: { family: 'netdev', name: 't' } },
          {
            chain: {
              family: 'netdev',
              table: 't',
              name: 'c',
              type: 'filter',
              hook: 'ingress',
              prio: 0,
              policy: 'drop',
              ...dev,
            },
          },
        ],
      });
    expect(end(json({}))).toEqual(['delivered', 'dropped']);
    expect(end(json({ dev: 'pa' }))).toEqual(['dropped']);
    expect(end(json({ dev: ['pb', 'eth0'] }))).toEqual(['delivered']);
  });
});

test('without a user of conntrack no nat chain is asked, and no packet has a connection', () => {
  const nat =
    'table ip t {\n\tchain c {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tRULE\n\t}\n}\n';
  const empty = '# Generated by iptables-save v1.8.9\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';
  const run = (rule: string) => {
    const files = Object.entries(NODE).map(([path, v]) => ({ path, text: JSON.stringify(v) }));
    const state = readSnapshot([
      ...files,
      { path: 'nft', text: nat.replace('RULE', rule) },
      { path: 'iptables-save', text: empty },
    ]);
    const p = parsePacketSpec('tcp 10.77.2.9:40000 > 10.77.2.1:80 in eth0');
    const r = p.ok ? simulate(new Machine(state), p.value) : null;
    return r?.ok ? r.simulation.traces[0]?.steps.some((s) => s.table === 't') : null;
  };
  expect(run('tcp dport 80 counter')).toBe(false);
  expect(run('ct state new counter')).toBe(true);
  expect(run('tcp dport 81 dnat to 10.77.1.3')).toBe(true);
});
