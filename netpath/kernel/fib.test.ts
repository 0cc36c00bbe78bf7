// Which address MASQUERADE takes. The IPv6 choices were met on a kernel by test/kernel/counters.test.ts (seeds 20015, 20028, 20030).
import { describe, expect, test } from 'vitest';
import { ipText, parseIp } from '../../parsers/core/address.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { Machine } from './machine.ts';

const inet6 = (local: string, prefixlen: number, scope: string) => ({ family: 'inet6', local, prefixlen, scope });
const text = JSON.stringify([
  {
    ifindex: 1,
    ifname: 'lo',
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }, inet6('::1', 128, 'host')],
  },
  {
    ifindex: 2,
    ifname: 'eth0',
    addr_info: [
      { family: 'inet', local: '10.0.0.2', prefixlen: 24, scope: 'global' },
      { family: 'inet', local: '192.168.9.2', prefixlen: 24, scope: 'global' },
      inet6('2001:db8::2', 64, 'global'),
      inet6('2001:db8:9::2', 64, 'global'),
      inet6('fe80::2', 64, 'link'),
    ],
  },
  { ifindex: 3, ifname: 'eth1', addr_info: [inet6('fd77::3', 64, 'global'), inet6('fe80::3', 64, 'link')] },
]);
const { fib } = new Machine(readSnapshot([{ path: 'ip-addr.json', text }]));
const ip = (address: string) => parseIp(address) ?? { family: 4 as const, a: 0, b: 0, c: 0, d: 0 };
const chosen = (device: string, dst: string, near = dst) => {
  const found = fib.masqueradeOf(device, ip(dst), ip(near));
  return found === null ? null : ipText(found.ip);
};

describe('the address that MASQUERADE takes', () => {
  test.each([
    ['the subnet of the next hop', 'eth0', '8.8.8.8', '192.168.9.1', '192.168.9.2'],
    ['the first primary', 'eth0', '8.8.8.8', '8.8.8.8', '10.0.0.2'],
    ['another device, where this one has none that leaves the host', 'lo', '127.0.0.1', '127.0.0.1', '10.0.0.2'],
  ])('IPv4: %s', (_, device, dst, near, wanted) => expect(chosen(device, dst, near)).toBe(wanted));

  test.each([
    ['the destination itself', 'lo', '::1', '::1'],
    ['the destination itself, on whatever device', 'lo', 'fd77::3', 'fd77::3'],
    ['the device it leaves by', 'eth1', '2001:db8::9', 'fd77::3'],
    ['the longest common prefix on that device', 'eth0', '2001:db8:9::1', '2001:db8:9::2'],
    ['a link address for a neighbour', 'eth1', 'fe80::99', 'fe80::3'],
    ['never a link address for the world', 'eth0', '2a00::1', '2001:db8::2'],
  ])('IPv6: %s', (_, device, dst, wanted) => expect(chosen(device, dst)).toBe(wanted));
});
