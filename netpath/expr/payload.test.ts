import { expect, test } from 'vitest';
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

test('what the packet does not tell is unknown', () => {
  expect(ask('ip', 'id')).toMatchObject({ unknown: expect.stringContaining('ip id') });
  expect(ask('ether', 'saddr')).toMatchObject({ settle: expect.stringContaining('mac') });
});
