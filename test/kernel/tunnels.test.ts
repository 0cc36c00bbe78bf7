// Tunnels to the next node, on a guest kernel that has them all: what the sending node's dumps foretell of the outer packet is what stands on the
// wire, and the device that takes it out on the other node is the one that we name.
//   a 192.168.60.11 ── eth0 ── 192.168.60.12 b, which has 10.244.2.2 and fd02::2
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { onwardBy, tunnelEnd } from '../../netpath/kernel/tunnel.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { ipBytes, ipText, parseIp } from '../../parsers/core/address.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { missingForGuest, runInGuest } from './guest/guest.fixture.ts';

interface Case {
  readonly what: string;
  readonly up: { readonly a: readonly string[]; readonly b: readonly string[] };
  readonly down: readonly string[];
  readonly dst: '10.244.2.2' | 'fd02::2';
}
interface Result {
  readonly refused: string | null;
  readonly dumps: { path: string; text: string }[];
  readonly other: { path: string; text: string }[];
  readonly frames: string[];
  readonly took: string[];
}

/** A tunnel that is made alike on both nodes: `make` gets a node's own number and the other's. */
function pair(
  what: string,
  make: (own: 11 | 12, other: 11 | 12) => readonly string[],
  route: readonly string[],
  device: string,
  dst: Case['dst'] = '10.244.2.2',
): Case {
  const a = [...make(11, 12), `ip link set ${device} up`, ...route];
  return { what, up: { a, b: [...make(12, 11), `ip link set ${device} up`] }, down: downOf(device), dst };
}

/** Fallback devices stay for ever, whatever `del` says; their routes go when they are down. */
const downOf = (device: string): string[] => [`ip link set ${device} down`, `ip link del ${device}`];
const outer = (n: number) => `192.168.60.${n}`;
const MAC = (n: number) => `02:00:00:00:00:${n}`;
const V4 = '10.244.2.0/24';
const V6 = 'fd02::/64';

const CASES: readonly Case[] = [
  pair('ipip by the next hop (Calico)', () => [], [`ip route add ${V4} via ${outer(12)} dev tunl0 onlink`], 'tunl0'),
  pair(
    'ipip with a remote',
    (own, other) => [`ip link add ip1 type ipip local ${outer(own)} remote ${outer(other)}`],
    [`ip route add ${V4} dev ip1`],
    'ip1',
  ),
  pair(
    'ipip by encap of the route',
    () => ['ip link add ipx type ipip external'],
    [`ip route add ${V4} encap ip src ${outer(11)} dst ${outer(12)} dev ipx`],
    'ipx',
  ),
  pair(
    'gre with a key',
    (own, other) => [`ip link add gr1 type gre local ${outer(own)} remote ${outer(other)} key 7`],
    [`ip route add ${V4} dev gr1`],
    'gr1',
  ),
  pair(
    'gre by its neighbours',
    (own) => [`ip link add grn type gre local ${outer(own)}`],
    [
      `ip route add ${V4} via 10.9.9.2 dev grn onlink`,
      `ip neigh add 10.9.9.2 lladdr ${outer(12)} dev grn nud permanent`,
    ],
    'grn',
  ),
  pair(
    'Geneve with a remote',
    (_, other) => [`ip link add gn1 address ${MAC(other)} type geneve id 7 remote ${outer(other)}`],
    [`ip route add ${V4} via 10.9.9.2 dev gn1 onlink`, `ip neigh add 10.9.9.2 lladdr ${MAC(11)} dev gn1`],
    'gn1',
  ),
  pair(
    'Geneve over IPv6',
    (own, other) => [`ip link add gn6 address ${MAC(own)} type geneve id 9 remote fd60::${other} dstport 6082`],
    [`ip route add ${V4} via 10.9.9.2 dev gn6 onlink`, `ip neigh add 10.9.9.2 lladdr ${MAC(12)} dev gn6`],
    'gn6',
  ),
  pair(
    'Geneve by encap of the route',
    (own) => [`ip link add gnx address ${MAC(own)} type geneve external`],
    [
      'ip addr add 10.9.9.1/24 dev gnx',
      `ip route add ${V4} encap ip id 77 src ${outer(11)} dst ${outer(12)} via 10.9.9.2 dev gnx`,
      `ip neigh add 10.9.9.2 lladdr ${MAC(12)} dev gnx`,
    ],
    'gnx',
  ),
  pair(
    'VXLAN by neighbour and forwarding entry (flannel)',
    (own) => [
      `ip link add flannel.1 address ${MAC(own)} type vxlan id 1 dev eth0 local ${outer(own)} dstport 8472 nolearning`,
    ],
    [
      `ip route add ${V4} via 10.244.2.0 dev flannel.1 onlink`,
      `ip neigh add 10.244.2.0 lladdr ${MAC(12)} dev flannel.1`,
      `bridge fdb append ${MAC(12)} dev flannel.1 dst ${outer(12)} self permanent`,
    ],
    'flannel.1',
  ),
  pair(
    'VXLAN by the only entry that is flooded',
    (own, other) => [
      `ip link add vx5 address ${MAC(own)} type vxlan id 5 local ${outer(own)} dstport 4789 nolearning`,
      `bridge fdb append 00:00:00:00:00:00 dev vx5 dst ${outer(other)}`,
    ],
    [`ip route add ${V4} via 10.9.9.2 dev vx5 onlink`, `ip neigh add 10.9.9.2 lladdr ${MAC(12)} dev vx5`],
    'vx5',
  ),
  pair(
    'VXLAN by encap of the route',
    (own) => [`ip link add vxx address ${MAC(own)} type vxlan external dstport 4789`],
    [
      'ip addr add 10.9.9.1/24 dev vxx',
      `ip route add ${V4} encap ip id 42 dst ${outer(12)} via 10.9.9.2 dev vxx`,
      `ip neigh add 10.9.9.2 lladdr ${MAC(12)} dev vxx`,
    ],
    'vxx',
  ),
  pair(
    'sit with a remote',
    (own, other) => [`ip link add si1 type sit local ${outer(own)} remote ${outer(other)}`],
    [`ip -6 route add ${V6} dev si1`],
    'si1',
    'fd02::2',
  ),
  pair('sit by the next hop', () => [], [`ip -6 route add ${V6} via ::${outer(12)} dev sit0`], 'sit0', 'fd02::2'),
  pair(
    'IPv4 in ip6tnl',
    (own, other) => [`ip link add t6 type ip6tnl mode any local fd60::${own} remote fd60::${other}`],
    [`ip route add ${V4} dev t6`],
    't6',
  ),
  pair(
    'IPv6 in ip6tnl',
    (own, other) => [`ip link add t6 type ip6tnl mode any local fd60::${own} remote fd60::${other}`],
    [`ip -6 route add ${V6} dev t6`],
    't6',
    'fd02::2',
  ),
  pair(
    'ip6gre',
    (own, other) => [`ip link add g6 type ip6gre local fd60::${own} remote fd60::${other}`],
    [`ip route add ${V4} dev g6`],
    'g6',
  ),
];

const PLAN = {
  setup: {
    a: [
      'ip link set lo up',
      'ip link add eth0 type veth peer name eth0 netns b',
      `ip addr add ${outer(11)}/24 dev eth0`,
      'ip addr add fd60::11/64 dev eth0 nodad',
      'ip link set eth0 up',
      'for m in ipip ip_gre sit; do modprobe $m; done',
      'ip addr add 10.244.1.2/32 dev lo',
      'ip addr add fd01::2/128 dev lo',
    ],
    b: [
      'ip link set lo up',
      `ip addr add ${outer(12)}/24 dev eth0`,
      'ip addr add fd60::12/64 dev eth0 nodad',
      'ip link set eth0 up',
      'ip addr add 10.244.2.2/32 dev lo',
      'ip addr add fd02::2/128 dev lo',
    ],
  },
  filter:
    'ip proto 4 or ip proto 41 or ip proto 47 or ip6 proto 4 or ip6 proto 41 or ip6 proto 47 or ip6 proto 60 or udp',
  dumps: [
    ['ip-link.json', 'ip', '-j', '-d', 'link'],
    ['ip-addr.json', 'ip', '-j', 'addr'],
    ['ip-route.json', 'ip', '-j', 'route', 'show', 'table', 'all'],
    ['ip6-route.json', 'ip', '-j', '-6', 'route', 'show', 'table', 'all'],
    ['ip-neigh.json', 'ip', '-j', 'neigh'],
    ['bridge-fdb.json', 'bridge', '-j', 'fdb'],
  ],
  scenarios: CASES,
};

/** The outer packet of a frame: addresses, protocol, and of UDP the port and the id behind it. */
function outerOf(frame: Buffer) {
  const v6 = frame.readUInt16BE(12) === 0x86dd;
  const text = (from: number, length: number) =>
    ipText(
      length === 4
        ? { family: 4, a: 0, b: 0, c: 0, d: frame.readUInt32BE(from) }
        : {
            family: 6,
            a: frame.readUInt32BE(from),
            b: frame.readUInt32BE(from + 4),
            c: frame.readUInt32BE(from + 8),
            d: frame.readUInt32BE(from + 12),
          },
    );
  const [src, dst] = v6 ? [text(22, 16), text(38, 16)] : [text(26, 4), text(30, 4)];
  let protocol = frame.readUInt8(v6 ? 20 : 23);
  let at = v6 ? 54 : 14 + (frame.readUInt8(14) & 15) * 4;
  if (protocol === 60) {
    // ip6tnl puts the limit of encapsulations into destination options
    protocol = frame.readUInt8(at);
    at += 8 + frame.readUInt8(at + 1) * 8;
  }
  const keyed = protocol === 47 && (frame.readUInt8(at) & 0x20) !== 0;
  const port = protocol === 17 ? frame.readUInt16BE(at + 2) : null;
  const id = protocol === 17 ? frame.readUInt32BE(at + 12) >>> 8 : keyed ? frame.readUInt32BE(at + 4) : null;
  return { src, dst, protocol, port, id };
}

/** The destination that was sent to, as it stands in the frame. */
function inner(dst: Case['dst']): Buffer {
  const ip = parseIp(dst);
  return Buffer.from(ip ? ipBytes(ip) : []);
}

const lacking = missingForGuest();
if (lacking !== null && process.env['CI']) throw new Error(`the guest kernel needs ${lacking}`);

describe.skipIf(lacking !== null)('tunnels', () => {
  let results: Result[] = [];
  beforeAll(() => {
    results = runInGuest(path.join(import.meta.dirname, 'guest/tunnels-driver.mjs'), PLAN, 300_000) as Result[];
  }, 310_000);

  test.each(CASES.map((c, i) => [c.what, c, i] as const))('%s', (_, c, i) => {
    const r = results[i];
    if (!r || r.refused !== null) throw new Error(r?.refused ?? 'no result');
    const state = readSnapshot(r.dumps);
    expect(state.files.flatMap((f) => f.warnings)).toEqual([]);
    const machine = new Machine(state);
    const spec = parsePacketSpec(`udp *:40000 > ${c.dst.includes(':') ? `[${c.dst}]` : c.dst}:9 local`);
    if (!spec.ok) throw new Error(spec.message);
    const result = simulate(machine, spec.value);
    if (!result.ok) throw new Error(result.message);
    const [trace] = result.simulation.traces;
    const { crossing, to } = trace ?? {};
    if (!crossing?.nextHop || !to?.interface) throw new Error(trace?.disposition.reason);
    const onward = onwardBy(machine, to.interface, crossing.nextHop, crossing.encap);
    if (onward.kind !== 'tunnel') throw new Error(JSON.stringify(onward));
    const { src, dst, protocol, port, id } = onward.outer;
    // others are of neighbour discovery, inside the tunnel too
    const frame = r.frames.map((f) => Buffer.from(f, 'base64')).find((f) => f.includes(inner(c.dst)));
    if (frame === undefined) throw new Error(`${r.frames.length} frames stood on the wire, none with the datagram`);
    const seen = outerOf(frame);
    // where no dump names the source, the node's routes choose it
    const ours = { src: src ? ipText(src) : seen.src, dst: ipText(dst), protocol, port, id };
    expect(ours).toEqual(seen);
    const end = tunnelEnd(new Machine(readSnapshot(r.other)), onward.outer);
    expect(r.took).toContain(end?.name);
  });
});
