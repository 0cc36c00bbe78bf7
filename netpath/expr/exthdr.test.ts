import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import type { Packet } from '../kernel/packet.ts';
import { expr } from './exthdr.ts';

type Of = 'ip option' | 'tcp option' | 'dccp option' | 'sctp chunk' | 'exthdr';
const ask = (of: Of, name: string, field: string | null, packet: Partial<Packet> = {}) =>
  expr.evaluate({ kind: 'exthdr', of, name, field }, contextOf({ packet } satisfies Given));

const seen = (bytes: readonly number[]): Partial<Packet> => ({
  length: bytes.length,
  seen: { at: 0, bytes: Uint8Array.from(bytes), length: bytes.length, ttl: 64, tos: 0, df: true, answered: new Set() },
});
const IP = (options: readonly number[], protocol: number) => [
  ...[0x45 + options.length / 4, 0, 0, 60, 0, 1, 0x40, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
  ...options,
];
// ports, numbers, 32 bytes of header, SYN; MSS 1460, SACK permitted, NOP, window scale 7, end
const TCP = [
  ...[0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x80, 2, 0xff, 0xff, 0, 0, 0, 0],
  ...[2, 4, 5, 180, 4, 2, 1, 3, 3, 7, 0, 0],
];
const SYN = seen([...IP([], 6), ...TCP]);

test('TCP options of a captured SYN', () => {
  expect(ask('tcp option', 'maxseg', 'size', SYN)).toMatchObject({ value: 1460 });
  expect(ask('tcp option', 'window', 'count', SYN)).toMatchObject({ value: 7 });
  expect(ask('tcp option', 'sack-perm', null, SYN)).toMatchObject({ value: 1 });
  expect(ask('tcp option', 'timestamp', null, SYN)).toMatchObject({ value: 0 });
  expect(ask('tcp option', 'timestamp', 'tsval', SYN)).toBeNull();
});

test('without a capture TCP options are unknown; of other packets they are missing', () => {
  expect(ask('tcp option', 'maxseg', null)).toMatchObject({ settle: 'a capture of the packet' });
  expect(ask('tcp option', 'maxseg', null, { protocol: 17 })).toMatchObject({ value: 0 });
  expect(ask('tcp option', 'maxseg', 'size', { protocol: 17 })).toBeNull();
});

test('IP options: none unless a capture shows them', () => {
  expect(ask('ip option', 'ra', null)).toMatchObject({ value: 0 });
  const alert = seen([...IP([148, 4, 0, 5], 6), ...TCP]);
  expect(ask('ip option', 'ra', null, alert)).toMatchObject({ value: 1 });
  expect(ask('ip option', 'ra', 'value', alert)).toMatchObject({ value: 5 });
  expect(ask('ip option', 'rr', 'ptr', alert)).toBeNull();
});

test('IPv6 extension headers: none unless a capture shows them; IPv4 ends the rule', () => {
  expect(ask('exthdr', 'hbh', null, { family: 6 })).toMatchObject({ value: 0 });
  expect(ask('exthdr', 'frag', 'id')).toBeNull();
  const fragment = [44, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef];
  const six = [0x60, 0, 0, 0, 0, 28, 44, 64, ...new Array<number>(32).fill(0), 6, ...fragment.slice(1), ...TCP];
  expect(ask('exthdr', 'frag', null, { family: 6, ...seen(six) })).toMatchObject({ value: 1 });
  expect(ask('exthdr', 'frag', 'id', { family: 6, ...seen(six) })).toMatchObject({ value: 0xdeadbeef });
  expect(ask('exthdr', 'frag', 'more-fragments', { family: 6, ...seen(six) })).toMatchObject({ value: 1 });
});

test('chunks of SCTP; options that lie about their length end the search', () => {
  const sctp = seen([...IP([], 132), 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 4, 0, 3, 0, 16]);
  expect(ask('sctp chunk', 'sack', null, { protocol: 132, ...sctp })).toMatchObject({ value: 1 });
  expect(ask('sctp chunk', 'data', 'flags', { protocol: 132, ...sctp })).toMatchObject({ value: 3 });
  expect(ask('sctp chunk', 'init', null, { protocol: 132, ...sctp })).toMatchObject({ value: 0 });
  const bad = TCP.with(21, 0);
  expect(ask('tcp option', 'window', null, seen([...IP([], 6), ...bad]))).toMatchObject({ value: 0 });
});
