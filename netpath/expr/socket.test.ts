import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { expr } from './socket.ts';

const listener = (address: string, more = ' ino:7 sk:1 <->\n\tinet-sockopt: ( is_icsk transparent)\n') => ({
  dumps: [
    `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\ntcp   LISTEN 0  128  ${address}:80  0.0.0.0:*  users:(("envoy",pid=7,fd=3))${more}`,
  ],
});
const ask = (key: string, given: Given = {}, level: number | null = null) =>
  expr.evaluate({ kind: 'socket', key, level }, contextOf(given));

test('of a listener the dump tells whether it is transparent, bound to an address, and its mark', () => {
  expect(ask('transparent', listener('10.0.0.2'))).toMatchObject({ value: 1 });
  expect(ask('transparent', listener('10.0.0.2', ' ino:7 <->\n\tinet-sockopt: ( is_icsk)\n'))).toMatchObject({
    value: 0,
  });
  expect(ask('wildcard', listener('10.0.0.2'))).toMatchObject({ value: 0 });
  expect(ask('wildcard', listener('0.0.0.0'))).toMatchObject({ value: 1 });
  expect(ask('mark', listener('10.0.0.2'))).toMatchObject({ value: 0 });
  expect(ask('mark', listener('10.0.0.2', ' ino:7 fwmark:0x7 <->\n'))).toMatchObject({ value: 7 });
});

test('without a socket the rule ends', () => {
  expect(ask('transparent', listener('10.0.0.3'))).toBeNull();
  expect(
    ask('mark', { ...listener('10.0.0.2'), packet: { protocol: 1, icmpType: 8, sport: null, dport: null } }),
  ).toBeNull();
  expect(ask('transparent', { ...listener('10.0.0.2%eth9') })).toBeNull();
});

test('cgroups by level, as deep as the socket stands', () => {
  const given = listener('10.0.0.2', ' ino:7 cgroup:/system.slice/nginx.service <->\n');
  expect(ask('cgroupv2', given, 1)).toMatchObject({ value: 'system.slice' });
  expect(ask('cgroupv2', given, 2)).toMatchObject({ value: 'system.slice/nginx.service' });
  expect(ask('cgroupv2', given, 3)).toBeNull();
});

test('what the dump does not tell is unknown, and who is connected always is', () => {
  expect(ask('transparent', listener('10.0.0.2', '\n'))).toMatchObject({ settle: 'ss -lntupe --inet-sockopt' });
  expect(ask('transparent', { ...listener('10.0.0.3'), connection: { state: 'established' } })).toMatchObject({
    unknown: expect.stringContaining('local socket'),
  });
  expect(ask('transparent', { hook: 'OUTPUT' })).toMatchObject({ unknown: expect.stringContaining('transparent') });
});
