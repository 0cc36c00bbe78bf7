import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { expr } from './fib.ts';

const ask = (flags: readonly string[], result: string, given: Given = {}) =>
  expr.evaluate({ kind: 'fib', flags, result }, contextOf(given));

test('the type of an address, and on which device it is local', () => {
  expect(ask(['daddr'], 'type')).toMatchObject({ value: 'local' });
  expect(ask(['daddr'], 'type', { packet: { to: '10.0.0.255' } })).toMatchObject({ value: 'broadcast' });
  expect(ask(['saddr'], 'type')).toMatchObject({ value: 'unicast' });
  expect(ask(['daddr', 'iif'], 'type')).toMatchObject({ value: 'local' });
  expect(ask(['daddr', 'iif'], 'type', { packet: { inIf: 'eth1' } })).toMatchObject({ value: 'unicast' });
});

test('the way back: its device, none for an address without a route, lo for what came in by lo', () => {
  expect(ask(['saddr', 'iif'], 'oif')).toMatchObject({ value: 'eth0' });
  expect(ask(['saddr'], 'oif', { packet: { from: '10.9.0.1' } })).toMatchObject({ value: 'eth1' });
  expect(ask(['saddr', 'iif'], 'oif', { packet: { inIf: 'eth1' } })).toMatchObject({ value: '' });
  expect(ask(['saddr', 'iif'], 'oif', { packet: { from: '10.9.0.1', inIf: 'lo' } })).toMatchObject({ value: 'lo' });
});

test('without addresses or routes it is unknown, and says which dump settles it', () => {
  expect(ask(['daddr'], 'type', { dumps: [] })).toMatchObject({ settle: expect.stringContaining('ip -j addr') });
});
