// Fragments of IPv4 and IPv6 made by hand: in order, out of order, repeated, one missing; UDP, DNS, ICMP, TCP and tunnels inside.
import * as f from './frames.ts';

type Bytes = readonly number[];

interface Part {
  readonly at: number;
  readonly bytes: Bytes;
  readonly more: boolean;
}

/** `payload` cut into parts of these sizes, in the order asked for. */
function parts(payload: Bytes, sizes: readonly number[], order: readonly number[]): Part[] {
  let at = 0;
  const all = sizes.map((size) => {
    const from = at;
    at += size;
    return { at: from, bytes: payload.slice(from, at), more: at < payload.length };
  });
  return order.flatMap((i) => all[i] ?? []);
}

const v4 = (
  proto: number,
  payload: Bytes,
  id: number,
  sizes: readonly number[],
  order: readonly number[],
  src = '10.0.0.1',
  dst = '10.0.0.2',
): Bytes[] =>
  parts(payload, sizes, order).map(({ at, bytes, more }) =>
    f.ethernet(0x800, f.ip4(src, dst, proto, bytes, { id, fragment: (more ? 0x2000 : 0) | (at / 8) })),
  );
const v6 = (proto: number, payload: Bytes, id: number, sizes: readonly number[], order: readonly number[]): Bytes[] =>
  parts(payload, sizes, order).map(({ at, bytes, more }) =>
    f.ethernet(
      0x86dd,
      f.ip6('fd00::1', 'fd00::2', 44, [proto, 0, ...f.u16(at | (more ? 1 : 0)), ...f.u32(id), ...bytes]),
    ),
  );
const dg = f.udp(1000, 47_777, f.ascii('0123456789abcdef0123456789abcdef'));
const dns = f.udp(
  40_000,
  53,
  f.dnsMessage(5, 0x100, [1, 0, 0, 0], [...f.dnsName('a.long.name.example.com'), 0, 1, 0, 1]),
);
const icmp = f.icmp(8, 0, [...f.u16(7), ...f.u16(1), ...f.ascii('0123456789abcdef0123456789abcdef')]);
const big = f.udp(1000, 47_777, new Array<number>(992).fill(65));

export const fragmentFrames = (): Uint8Array[] =>
  [
    ...v4(17, dg, 1, [16, 24], [0, 1]),
    ...v4(17, dg, 2, [16, 24], [1, 0]),
    ...v4(17, dg, 3, [8, 16, 16], [2, 0, 1]),
    ...v4(17, dns, 4, [24, dns.length - 24], [0, 1]),
    ...v4(1, icmp, 5, [24, icmp.length - 24], [0, 1]),
    ...v4(17, dg, 6, [16, 24], [0]),
    ...v4(17, dg, 7, [16, 24], [0, 0, 1, 1]),
    ...v6(17, dg, 8, [16, 24], [0, 1]),
    ...v6(17, big, 9, [400, 400, 200], [1, 2, 0]),
    ...v6(6, f.tcp(1000, 47777, { seq: 5, flags: 2, options: [2, 4, 5, 0xb4] }), 10, [16, 8], [0, 1]),
    ...v4(6, f.tcp(1000, 47777, { seq: 5, flags: 2, options: [2, 4, 5, 0xb4] }), 11, [8, 16], [0, 1]),
    ...v4(6, f.tcp(1000, 47777, { seq: 6, flags: 16 }), 12, [8, 12], [0, 1]),
    ...v4(6, f.tcp(47777, 1000, { seq: 60, ack: 7, flags: 16 }), 11, [8, 12], [0, 1], '10.0.0.2', '10.0.0.1'),
    ...v4(4, f.ip4('192.168.0.1', '192.168.0.2', 17, dg), 20, [32, 28], [0, 1]),
    ...v4(
      17,
      f.udp(5000, 4789, [8, 0, 0, 0, 0, 0, 1, 0, ...f.ethernet(0x800, f.ip4('192.168.0.1', '192.168.0.2', 17, dg))]),
      21,
      [32, 58],
      [0, 1],
    ),
  ].map((bytes) => f.frame(bytes));
