// Tunnels made by hand: VXLAN, Geneve, GRE and its relatives, IP in IP of both families. Inside run a TCP connection with a
// repeated segment, UDP, ICMP with an error, ARP, and another tunnel. Every kind is followed in both directions.
import * as f from './frames.ts';

type Bytes = readonly number[];

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const OUTER = ['10.0.0.1', '10.0.0.2'] as const;
const OUTER6 = ['fd00::1', 'fd00::2'] as const;
const INNER = ['10.244.1.2', '10.244.2.3'] as const;
const INNER6 = ['fd01::1:2', 'fd01::2:3'] as const;

interface Tunnel {
  readonly etherType: number;
  /** The outer packet around an inner one of this Ethernet type. */
  readonly wrap: (inner: Bytes, type: number, back: boolean) => Bytes;
}

const outer4 = (protocol: number, payload: Bytes, back: boolean): Bytes =>
  f.ip4(OUTER[back ? 1 : 0], OUTER[back ? 0 : 1], protocol, payload);
const outer6 = (protocol: number, payload: Bytes, back: boolean): Bytes =>
  f.ip6(OUTER6[back ? 1 : 0], OUTER6[back ? 0 : 1], protocol, payload);
const overUdp = (port: number, head: Bytes, payload: Bytes, back: boolean): Bytes =>
  outer4(17, f.udp(back ? 50_001 : 50_000, port, [...head, ...payload]), back);

const option = [0x01, 0x02, 0x80, 1, 0xde, 0xad, 0xbe, 0xef, 0x01, 0x03, 0x05, 0];

const TUNNELS: readonly Tunnel[] = [
  {
    etherType: IPV4,
    wrap: (p, type, back) => overUdp(4789, [8, 0, 0, 0, 0, 0, 42, 0], f.ethernet(type, p, back), back),
  },
  {
    etherType: IPV4,
    wrap: (p, type, back) => overUdp(6081, [0, 0, 0x65, 0x58, 0, 0, 7, 0], f.ethernet(type, p, back), back),
  },
  {
    etherType: IPV4,
    wrap: (p, type, back) => overUdp(6081, [3, 0x40, ...f.u16(type), 0, 0, 7, 0, ...option], p, back),
  },
  { etherType: IPV4, wrap: (p, type, back) => outer4(47, [0, 0, ...f.u16(type), ...p], back) },
  {
    etherType: IPV4,
    wrap: (p, type, back) =>
      outer4(47, [0xb0, 0, ...f.u16(type), ...f.u32(0x12340000), ...f.u32(9), ...f.u32(3), ...p], back),
  },
  {
    etherType: IPV4,
    wrap: (p, type, back) => outer4(47, [0x20, 0, 0x65, 0x58, 0, 0, 42, 1, ...f.ethernet(type, p, back)], back),
  },
  {
    etherType: IPV4,
    wrap: (p, type, back) =>
      outer4(47, [0x10, 0, 0x88, 0xbe, ...f.u32(5), 0x10, 100, 0, 7, ...f.u32(3), ...f.ethernet(type, p, back)], back),
  },
  { etherType: IPV4, wrap: (p, type, back) => outer4(47, [0, 0, 0x88, 0xbe, ...f.ethernet(type, p, back)], back) },
  { etherType: IPV4, wrap: (p, type, back) => outer4(type === IPV6 ? 41 : 4, p, back) },
  { etherType: IPV6, wrap: (p, type, back) => outer6(type === IPV6 ? 41 : 4, p, back) },
  { etherType: IPV6, wrap: (p, type, back) => outer6(47, [0, 0, ...f.u16(type), ...p], back) },
];

function conversation(port: number): { readonly payload: Bytes; readonly type: number; readonly back: boolean }[] {
  const four = (protocol: number, payload: Bytes, back: boolean): Bytes =>
    f.ip4(INNER[back ? 1 : 0], INNER[back ? 0 : 1], protocol, payload);
  const six = (protocol: number, payload: Bytes, back: boolean): Bytes =>
    f.ip6(INNER6[back ? 1 : 0], INNER6[back ? 0 : 1], protocol, payload);
  const tcp = (t: f.TcpOptions, back: boolean) => ({
    payload: four(6, f.tcp(back ? 47_777 : port, back ? port : 47_777, t), back),
    type: IPV4,
    back,
  });
  const request = { seq: 101, ack: 501, flags: 0x18, payload: f.ascii('request') };
  const quoted = four(17, f.udp(port, 9, f.ascii('x')), false);
  return [
    tcp({ seq: 100, flags: 2, options: [2, 4, 5, 0xb4, 1, 3, 3, 7] }, false),
    tcp({ seq: 500, ack: 101, flags: 0x12, options: [2, 4, 5, 0xb4, 1, 3, 3, 8] }, true),
    tcp({ seq: 101, ack: 501, flags: 0x10 }, false),
    tcp(request, false),
    tcp(request, false),
    tcp({ seq: 501, ack: 108, flags: 0x18, payload: f.ascii('answer') }, true),
    { payload: four(17, f.udp(port, 9000, f.ascii('datagram')), false), type: IPV4, back: false },
    {
      payload: four(1, f.icmp(8, 0, [...f.u16(port), ...f.u16(1), ...f.ascii('ping')]), false),
      type: IPV4,
      back: false,
    },
    { payload: four(1, f.icmp(0, 0, [...f.u16(port), ...f.u16(1), ...f.ascii('ping')]), true), type: IPV4, back: true },
    { payload: four(1, f.icmp(3, 3, [...f.u32(0), ...quoted]), true), type: IPV4, back: true },
    { payload: six(17, f.udp(port, 9001, f.ascii('six')), false), type: IPV6, back: false },
    { payload: six(6, f.tcp(port, 8081, { seq: 7, flags: 2 }), false), type: IPV6, back: false },
  ];
}

const ARP: Bytes = [
  0,
  1,
  8,
  0,
  6,
  4,
  0,
  1,
  2,
  0,
  0,
  0,
  0,
  1,
  ...f.address(INNER[0]),
  0,
  0,
  0,
  0,
  0,
  0,
  ...f.address(INNER[1]),
];

export function tunnelFrames(): Uint8Array[] {
  const frames: Uint8Array[] = [];
  TUNNELS.forEach(({ etherType, wrap }, i) => {
    for (const { payload, type, back } of conversation(41_000 + i))
      frames.push(f.frame(f.ethernet(etherType, wrap(payload, type, back), back)));
  });
  const [vxlan, geneve, withOptions, gre] = TUNNELS;
  if (!vxlan || !geneve || !withOptions || !gre) return frames;
  frames.push(f.frame(f.ethernet(IPV4, vxlan.wrap(ARP, 0x0806, false))));
  frames.push(f.frame(f.ethernet(IPV4, gre.wrap(f.u32(1), 0x1234, false))));
  frames.push(f.frame(f.ethernet(IPV4, geneve.wrap(f.u32(1), 0x1234, false))));
  // The same conversation once more in another tunnel, and a tunnel in a tunnel.
  const [syn] = conversation(41_000);
  if (!syn) return frames;
  const inGre = gre.wrap(syn.payload, syn.type, false);
  frames.push(f.frame(f.ethernet(IPV4, inGre)));
  frames.push(f.frame(f.ethernet(IPV4, vxlan.wrap(inGre, IPV4, false))));
  return frames;
}

/** The outer packet is whole, the inner one is cut, or is not what the outer one says. */
export function damagedTunnelFrames(): Uint8Array[] {
  const [vxlan, geneve, withOptions, gre] = TUNNELS;
  const [syn] = conversation(42_000);
  if (!vxlan || !geneve || !withOptions || !gre || !syn) return [];
  const inside: Bytes[] = [
    withOptions.wrap([], IPV4, false),
    gre.wrap([0x45, 0, 0, 40], IPV4, false),
    gre.wrap(syn.payload, IPV6, false),
    outer4(4, f.ip6(INNER6[0], INNER6[1], 17, f.udp(1, 2, [3])), false),
    outer4(4, [0x55, ...syn.payload.slice(1)], false),
  ];
  return inside.map((payload) => f.frame(f.ethernet(IPV4, payload)));
}
