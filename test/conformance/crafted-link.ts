// Protocols of the link layer made by hand: LLC, STP, LLDP, MPLS, PPPoE and PPP, EAPOL, and Ethernet types nobody reads.
import * as f from './frames.ts';

type Bytes = readonly number[];

const z = (n: number): Bytes => new Array<number>(n).fill(0);
const eth = (type: number, payload: Bytes): Bytes => f.ethernet(type, payload);
const len = (payload: Bytes): Bytes => f.ethernet(payload.length, payload);
const packet = f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(1000, 47_777, f.ascii('hi')));
const packet6 = f.ip6('fd00::1', 'fd00::2', 17, f.udp(1000, 47_777, f.ascii('hi')));
const bpdu = (type: number, version: number, body: Bytes): Bytes => [0x42, 0x42, 3, 0, 0, version, type, ...body];
const conf = (flags: number): Bytes => [
  flags,
  0x80,
  0,
  2,
  0,
  0,
  0,
  0,
  1,
  ...f.u32(4),
  0x80,
  1,
  2,
  0,
  0,
  0,
  0,
  2,
  0x80,
  3,
  1,
  0,
  20,
  0,
  2,
  0,
  15,
  0,
];
const tlv = (type: number, value: Bytes): Bytes => [(type << 1) | (value.length >> 8), value.length & 255, ...value];
const lldp = (...tlvs: readonly Bytes[]): Bytes => f.ethernet(0x88cc, tlvs.flat());

const LINK: readonly Bytes[] = [
  len([0xaa, 0xaa, 3, 0, 0, 0, 8, 0, ...packet]),
  len([0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd, ...packet6]),
  len([0xaa, 0xaa, 3, 0x11, 0x22, 0x33, 1, 2, 3, 4]),
  len([0x42, 0x42, 3]),
  len([0xf0, 0xf0, 0x0f, 1]),
  len([0x06, 0x06, 3, ...packet]),
  len([0x10, 0x20, 1, 2, 3, 4]),
  len(bpdu(0, 0, conf(0))),
  len(bpdu(0, 0, conf(1))),
  len(bpdu(0x80, 0, [])),
  len(bpdu(2, 2, [...conf(0x3c), 0])),
  len(bpdu(2, 2, [...conf(0x0e), 0])),
  len([...bpdu(0, 0, conf(0)), ...z(8)]),
  len(bpdu(2, 3, [...conf(0x7c), 0, 0, 64, 0, ...z(32), ...z(4), 0x80, 0, 2, 0, 0, 0, 0, 9, 20])),
  lldp(
    tlv(1, [4, 2, 0, 0, 0, 0, 1]),
    tlv(2, [5, ...f.ascii('eth0')]),
    tlv(3, [0, 120]),
    tlv(4, f.ascii('port')),
    tlv(5, f.ascii('switch1')),
    tlv(6, f.ascii('desc')),
    tlv(7, [0, 20, 0, 4]),
    tlv(8, [5, 1, 10, 0, 0, 1, 2, 0, 0, 0, 1, 0]),
    tlv(127, [0, 0x12, 0x0f, 1, 3, 0x6c, 0, 0, 0x10]),
    tlv(0, []),
  ),
  lldp(tlv(1, [7, ...f.ascii('node')]), tlv(2, [3, 2, 0, 0, 0, 0, 9]), tlv(3, [0, 0]), tlv(0, [])),
  lldp(
    tlv(1, [5, 1, 10, 0, 0, 1]),
    tlv(2, [7, ...f.ascii('1')]),
    tlv(3, [0, 20]),
    tlv(127, [0, 0x80, 0xc2, 1, 0, 100]),
    tlv(0, []),
  ),
  eth(0x8847, [...f.u32((100 << 12) | (1 << 8) | 64), ...packet]),
  eth(0x8847, [...f.u32((100 << 12) | 64), ...f.u32((200 << 12) | 0x100 | 63), ...packet6]),
  eth(0x8848, [...f.u32((16 << 12) | 0x100 | 1), ...packet]),
  eth(0x8847, [...f.u32((300 << 12) | 0x100 | 9), 0x90, 1, 2, 3]),
  eth(0x8847, [...f.u32((0 << 12) | 0x100 | 9), ...packet]),
  eth(0x8863, [0x11, 9, 0, 0, 0, 12, 1, 1, 0, 0, 1, 3, 0, 4, 1, 2, 3, 4]),
  eth(0x8863, [0x11, 7, 0, 0, 0, 16, 1, 1, 0, 0, 1, 2, 0, 2, 65, 67, 1, 4, 0, 2, 9, 9]),
  eth(0x8863, [0x11, 0x19, 0, 0, 0, 4, 1, 1, 0, 3, 105, 115, 112]),
  eth(0x8863, [0x11, 0x65, 0, 17, 0, 4, 1, 1, 0, 0]),
  eth(0x8863, [0x11, 0xa7, 0, 17, 0, 0]),
  eth(0x8864, [0x11, 0, 0, 17, ...f.u16(packet.length + 2), 0, 0x21, ...packet]),
  eth(0x8864, [0x11, 0, 0, 17, ...f.u16(packet6.length + 2), 0, 0x57, ...packet6]),
  eth(0x8864, [0x11, 0, 0, 17, 0, 12, 0xc0, 0x21, 1, 1, 0, 10, 1, 4, 5, 0xd4, 5, 6, 1, 2]),
  eth(0x8864, [0x11, 0, 0, 17, 0, 10, 0xc0, 0x21, 9, 2, 0, 8, 1, 2, 3, 4]),
  eth(0x8864, [0x11, 0, 0, 17, 0, 12, 0x80, 0x21, 1, 1, 0, 10, 3, 6, 0, 0, 0, 0]),
  eth(0x8864, [0x11, 0, 0, 17, 0, 12, 0xc0, 0x23, 1, 1, 0, 10, 1, 97, 1, 98]),
  eth(0x8864, [0x11, 0, 0, 17, 0, 6, 0x80, 0x57, 1, 1, 0, 4]),
  eth(0x8864, [0x11, 0, 0, 17, 0, 6, 0xc2, 0x23, 3, 1, 0, 4]),
  eth(0x888e, [1, 1, 0, 0]),
  eth(0x888e, [2, 0, 0, 5, 1, 7, 0, 5, 1]),
  eth(0x888e, [2, 0, 0, 10, 2, 7, 0, 10, 1, ...f.ascii('alice')]),
  eth(0x888e, [1, 0, 0, 4, 3, 7, 0, 4]),
  eth(0x888e, [2, 3, 0, 95, 2, 0, 0x8a, 0, 16, ...z(90)]),
  eth(0x888e, [2, 3, 0, 95, 2, 1, 0x0a, 0, 0, ...z(90)]),
  eth(0x888e, [2, 3, 0, 95, 2, 0x13, 0xca, 0, 16, ...z(90)]),
  eth(0x888e, [2, 3, 0, 95, 2, 3, 0x0a, 0, 0, ...z(90)]),
  eth(0x888e, [1, 2, 0, 0]),
  eth(0x888e, [2, 0, 0, 6, 1, 8, 0, 6, 25, 0x20]),
  eth(0x888e, [2, 0, 0, 6, 1, 8, 0, 6, 13, 0x20]),
  eth(0x8100, [0, 5, 8, 0, ...packet]),
  eth(0x88a8, [0, 5, 0x81, 0, 0, 6, 8, 0, ...packet]),
  eth(0x9100, [0, 5, 8, 0, ...packet]),
  eth(0x5dd, [1, 2]),
  eth(0x1234, [1, 2, 3]),
];

export const linkFrames = (): Uint8Array[] => LINK.map((bytes) => f.frame(bytes));

const little = (n: number): Bytes => [n & 255, n >> 8];
const attribute = (t: number, v: Bytes): Bytes => [...little(v.length + 4), ...little(t), ...v, ...z(-v.length & 3)];
const syn = f.ip4('10.0.0.1', '10.0.0.2', 6, f.tcp(1000, 47_777, { seq: 1, flags: 2 }));
const datagram = f.ip6('fd00::1', 'fd00::2', 17, f.udp(1, 47_777, [1]));

/** Link type 239. */
export const nflogFrames = (): Uint8Array[] =>
  [
    [
      ...[2, 0, 0, 5, ...attribute(1, [8, 0, 1, 0]), ...attribute(10, [...f.ascii('drop: '), 0])],
      ...[...attribute(4, f.u32(2)), ...attribute(9, syn)],
    ],
    [10, 0, 0, 5, ...attribute(9, datagram)],
    [2, 0, 0, 0, ...attribute(10, [65, 0])],
    [7, 0, 0, 1, ...attribute(9, [1, 2, 3])],
  ].map((bytes) => f.frame(bytes));

/** Link type 9: with and without address and control, and with a protocol of one byte. */
export const pppFrames = (): Uint8Array[] =>
  [
    [0xff, 3, 0, 0x21, ...syn],
    [0x21, ...syn],
    [0, 0x21, ...syn],
    [0xff, 3, 0xc0, 0x21, 9, 1, 0, 8, 1, 2, 3, 4],
    [0xff, 3, 0, 0x57, ...datagram],
    [0xff, 3, 0x12, 0x35, 1, 2],
  ].map((bytes) => f.frame(bytes));
