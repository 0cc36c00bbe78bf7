import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { expr } from './rt.ts';

const ask = (key: string, given: Given = {}) => expr.evaluate({ kind: 'rt', key }, contextOf(given));

test('the next hop of a routed packet: a gateway, or the destination itself', () => {
  const forward = { hook: 'FORWARD' } as const;
  expect(ask('ip nexthop', { ...forward, packet: { to: '192.0.2.1' } })).toMatchObject({ value: { d: 0x0a000001 } });
  expect(ask('nexthop', { ...forward, packet: { to: '10.0.0.9' } })).toMatchObject({ value: { d: 0x0a000009 } });
  expect(ask('ip6 nexthop', forward)).toBeNull();
});

test('before routing there is none, but through lo a packet keeps its own', () => {
  expect(ask('nexthop')).toBeNull();
  expect(ask('classid', { packet: { inIf: 'lo' } })).toMatchObject({ settle: 'ip -d route' });
});
