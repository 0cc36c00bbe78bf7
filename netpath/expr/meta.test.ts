import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { expr } from './meta.ts';

const ask = (key: string, given: Given = {}) => expr.evaluate({ kind: 'meta', key }, contextOf(given));

test('devices: without one the name is empty and the index ends the rule', () => {
  expect(ask('iifname')).toMatchObject({ value: 'eth0' });
  expect(ask('oifname')).toMatchObject({ value: '' });
  expect(ask('oif')).toBeNull();
  expect(ask('iif', { packet: { inIf: null } })).toBeNull();
});

test('mark, protocols, length', () => {
  expect(ask('mark', { packet: { mark: 0x4000 } })).toMatchObject({ value: 0x4000 });
  expect(ask('l4proto')).toMatchObject({ value: 6 });
  expect(ask('nfproto', { packet: { family: 6 } })).toMatchObject({ value: 'ipv6' });
  expect(ask('length')).toMatchObject({ value: 60 });
  expect(ask('length', { packet: { length: null } })).toMatchObject({ settle: expect.stringContaining('length') });
});

test('the frame of a broadcast, and the user of a packet that came from outside', () => {
  expect(ask('pkttype', { packet: { to: '10.0.0.255' } })).toMatchObject({ value: 'broadcast' });
  expect(ask('skuid')).toBeNull();
  expect(ask('skuid', { packet: { inIf: null } })).toMatchObject({ unknown: expect.stringContaining('skuid') });
});
