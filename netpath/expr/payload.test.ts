import { expect, test } from 'vitest';
import type { Context } from '../kernel/clause.ts';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { expr } from './payload.ts';

const ask = (protocol: string, field: string, given: Given = {}) =>
  expr.evaluate({ kind: 'payload', protocol, field }, contextOf(given));

test('fields of a header that the packet has', () => {
  expect(ask('ip', 'ttl')).toMatchObject({ value: 64 });
  expect(ask('tcp', 'dport')).toMatchObject({ value: 80 });
  expect(ask('th', 'sport')).toMatchObject({ value: 40000 });
  expect(ask('ip', 'dscp', { packet: { tos: 0x20 } })).toMatchObject({ value: 8 });
});

test('a header that it has not ends the rule', () => {
  expect(ask('udp', 'dport')).toBeNull();
  expect(ask('ip6', 'daddr')).toBeNull();
  expect(ask('th', 'dport', { packet: { protocol: 47 } })).toBeNull();
});

test('th of ICMP reads type and code where the source port would be', () => {
  const icmp = { packet: { protocol: 1, sport: null, dport: null, icmpType: 8, icmpCode: 0 } };
  expect(ask('th', 'sport', icmp)).toMatchObject({ value: 0x0800 });
  expect(ask('th', 'dport', icmp)).toMatchObject({ unknown: expect.stringContaining('checksum') });
});

test('a VLAN tag: none on a packet as given, unknown where a device may have added or taken one', () => {
  const links = (filtering: string) => [
    JSON.stringify([
      { ifindex: 2, ifname: 'eth0', flags: ['UP'], mtu: 1500, link_type: 'ether', address: '02:00:00:00:00:01' },
      { ifindex: 3, ifname: 'trunk', flags: ['UP'], mtu: 1500, link_type: 'ether', linkinfo: { info_kind: 'vlan' } },
      {
        ...{ ifindex: 4, ifname: 'br0', flags: ['UP'], mtu: 1500, link_type: 'ether' },
        linkinfo: { info_kind: 'bridge', info_data: filtering === '' ? {} : { vlan_filtering: Number(filtering) } },
      },
      {
        ifindex: 5,
        ifname: 'port',
        master: 'br0',
        flags: ['UP'],
        mtu: 1500,
        link_type: 'ether',
        linkinfo: { info_kind: 'veth' },
      },
    ]),
  ];
  const at = (hook: Context['hook'], inIf: string, filtering: string) =>
    ask('vlan', 'id', { hook, packet: { inIf }, dumps: links(filtering) });
  expect(at('INGRESS', 'eth0', '1')).toBeNull();
  expect(at('FORWARD', 'eth0', '1')).toBeNull();
  expect(at('BRIDGE FORWARD', 'port', '0')).toBeNull();
  expect(at('BRIDGE PREROUTING', 'port', '1')).toBeNull();
  expect(at('BRIDGE FORWARD', 'port', '1')).toMatchObject({ unknown: expect.stringContaining('br0 gives') });
  expect(at('BRIDGE FORWARD', 'port', '')).toMatchObject({ settle: 'ip -j -d link' });
  expect(at('INGRESS', 'trunk', '0')).toMatchObject({ unknown: expect.stringContaining('at trunk') });
  expect(at('FORWARD', 'trunk', '0')).toMatchObject({ unknown: expect.stringContaining('VLAN tag') });
});

test('what the packet does not tell is unknown', () => {
  expect(ask('ip', 'id')).toMatchObject({ unknown: expect.stringContaining('ip id') });
  expect(ask('ether', 'saddr')).toMatchObject({ settle: expect.stringContaining('mac') });
});
