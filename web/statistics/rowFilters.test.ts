import { expect, it } from 'vitest';
import { compileFilter } from '../../parsers/filter/compile-filter.ts';
import {
  conversationFilter,
  endpointFilter,
  intervalFilter,
  lengthFilter,
  narrowed,
  niceInterval,
  protocolFilter,
} from './rowFilters.ts';

const counts = { packetsAToB: 1, bytesAToB: 60, packetsBToA: 0, bytesBToA: 0, startNs: 0, durationNs: 0 };
const sums = { packetsSent: 1, bytesSent: 60, packetsReceived: 0, bytesReceived: 0 };
const range = { packets: 0, average: null, shortest: null, longest: null, rate: null, share: 0 };
const burst = { burstRate: null, burstStartNs: null };

it('writes filters that the language takes', () => {
  const found = [
    conversationFilter('tcp', { ...counts, addressA: 'fd00::1', portA: 4000, addressB: 'fd00::2', portB: 80 }),
    conversationFilter('eth', {
      ...counts,
      addressA: '02:00:00:00:00:01',
      portA: null,
      addressB: 'ff:ff:ff:ff:ff:ff',
      portB: null,
    }),
    endpointFilter('udp', { ...sums, address: '10.0.0.1', port: 53 }),
    endpointFilter('ip', { ...sums, address: '10.0.0.1', port: null }),
    lengthFilter({ ...range, ...burst, from: 40, to: 79 }),
    lengthFilter({ ...range, ...burst, from: 5120, to: null }),
    intervalFilter('1700000000000000001', 10_000_000, 2),
    protocolFilter('http') ?? '',
  ];
  expect(found[0]).toBe('ipv6.addr == fd00::1 && ipv6.addr == fd00::2 && tcp.port == 4000 && tcp.port == 80');
  expect(found[6]).toBe('frame.time_epoch >= 1700000000.020000001 && frame.time_epoch < 1700000000.030000001');
  for (const filter of found)
    expect([filter, compileFilter(narrowed('tcp or udp', filter)).ok]).toEqual([filter, true]);
  expect(narrowed('tcp or udp', 'dns')).toBe('(tcp or udp) && dns');
  expect(protocolFilter('_ws.short')).toBeNull();
});

it.each([
  [10e9, 200, 0.05],
  [38_000_000, 200, 0.0002],
  [86_400e9, 200, 500],
  [0, 200, 0.000001],
  [200e9, 200, 1],
])('%d ns in at most %d intervals of %d s', (durationNs, most, seconds) => {
  expect(niceInterval(durationNs, most)).toBe(seconds);
});
