// Neighbour discovery with its options, redirects, and multicast listener messages of both versions.
// Listener messages go behind a hop-by-hop header with a router alert, as on the wire.
import * as f from './frames.ts';

const A = 'fe80::1';
const B = 'fe80::2';
const ALL = 'ff02::1';
const GROUP = 'ff02::1:ff00:9';
const MAC = [2, 0, 0, 0, 0, 9];
const SOURCE_MAC = [1, 1, ...MAC];
const TARGET_MAC = [2, 1, ...MAC];
const zeros = (n: number): number[] => new Array<number>(n).fill(0);

const send = (type: number, code: number, rest: readonly number[], to = B, from = A): Uint8Array =>
  f.frame(f.ethernet(0x86dd, f.ip6(from, to, 58, f.icmp6(from, to, type, code, rest))));
const listen = (type: number, rest: readonly number[], to = GROUP): Uint8Array =>
  f.frame(f.ethernet(0x86dd, f.ip6(A, to, 0, [58, 0, 5, 2, 0, 0, 1, 0, ...f.icmp6(A, to, type, 0, rest)])));

const prefix = (flags: number, net: string): number[] => [
  ...[3, 4, 64, flags, ...f.u32(86_400), ...f.u32(14_400), 0, 0, 0, 0, ...f.address(net)],
];
const router = (flags: number, options: readonly number[]): Uint8Array =>
  send(134, 0, [64, flags, ...f.u16(1800), ...f.u32(30_000), ...f.u32(1000), ...options], ALL);
const dns = [25, 5, 0, 0, ...f.u32(1200), ...f.address('fd00::53'), ...f.address('fd00::54')];
const search = [31, 4, 0, 0, ...f.u32(1200), ...f.dnsName('cluster.local'), 0, ...zeros(8)].slice(0, 32);
const record = (kind: number, group: string, sources: readonly string[]): number[] => [
  ...[kind, 0, ...f.u16(sources.length), ...f.address(group), ...sources.flatMap((s) => [...f.address(s)])],
];
const report = (...records: readonly (readonly number[])[]): Uint8Array =>
  listen(143, [0, 0, ...f.u16(records.length), ...records.flat()], 'ff02::16');

export function icmpv6Frames(): Uint8Array[] {
  const target = f.address('fd00::9');
  return [
    router(0, []),
    router(0xc0, [...SOURCE_MAC, 5, 1, 0, 0, ...f.u32(1500), ...prefix(0xc0, 'fd00::'), ...dns]),
    router(0x48, [...prefix(0x80, 'fd01::'), ...prefix(0x60, 'fd02::'), ...search]),
    router(0x18, [24, 2, 48, 8, ...f.u32(600), ...f.address('fd03::').slice(0, 8), 24, 1, 0, 0, ...f.u32(9)]),
    router(0, [14, 1, 1, 2, 3, 4, 5, 6, 200, 1, 0, 0, 0, 0, 0, 0]),
    send(133, 0, [...f.u32(0), ...SOURCE_MAC], 'ff02::2'),
    send(135, 0, [...f.u32(0), ...target], GROUP, '::'),
    send(135, 0, [...f.u32(0), ...target, 14, 1, 1, 2, 3, 4, 5, 6], GROUP, '::'),
    send(135, 0, [...f.u32(0), ...target, ...SOURCE_MAC], GROUP),
    send(136, 0, [0x20, 0, 0, 0, ...target, ...TARGET_MAC], ALL),
    send(136, 0, [0, 0, 0, 0, ...target]),
    send(136, 0, [0x40, 0, 0, 0, ...target, ...SOURCE_MAC]),
    send(137, 0, [...f.u32(0), ...f.address(B), ...target]),
    send(137, 0, [...f.u32(0), ...f.address(B), ...target, ...TARGET_MAC]),
    listen(130, [...f.u16(10_000), 0, 0, ...f.address('::')], ALL),
    listen(130, [...f.u16(1000), 0, 0, ...f.address(GROUP)]),
    listen(131, [0, 0, 0, 0, ...f.address(GROUP)]),
    listen(132, [0, 0, 0, 0, ...f.address(GROUP)], 'ff02::2'),
    listen(130, [...f.u16(10_000), 0, 0, ...f.address('::'), 0x0a, 125, ...f.u16(0)], ALL),
    listen(130, [...f.u16(1000), 0, 0, ...f.address(GROUP), 2, 125, ...f.u16(2), ...target, ...f.address(B)]),
    listen(130, [...f.u16(0x8500), 0, 0, ...f.address('::'), 2, 0x85, ...f.u16(0)], ALL),
    report(record(4, GROUP, [])),
    report(record(3, GROUP, []), record(4, 'ff02::fb', [])),
    report(
      record(1, 'ff05::2', [A, B]),
      record(2, 'ff05::3', []),
      record(5, 'ff05::4', [A]),
      record(6, 'ff05::5', [A]),
    ),
    report(record(1, 'ff05::2', []), record(9, 'ff05::6', [])),
    report(),
  ];
}
