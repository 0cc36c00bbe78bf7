import fs from 'node:fs';
import { expect, test } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { ethernet, frame, icmp, ip4, ip6, tcp, u16, u32, udp } from '../../test/conformance/frames.ts';
import { joinCaptures, type NamedCapture } from './captures.fixture.ts';
import { rewritesOf } from './conntrack-pairs.ts';
import { lossesOf, type PointFacts } from './losses.ts';

const folder = (name: string, without: RegExp = /any/): NamedCapture[] =>
  fs
    .readdirSync(`fixtures/${name}`)
    .filter((file) => file.endsWith('.pcap') && !without.test(file))
    .map((file) => ({ name: file.replace('.pcap', ''), bytes: fs.readFileSync(`fixtures/${name}/${file}`) }));

/** How many packets took each way, `3 pod-client veth-client`. */
function waysOf(captures: readonly NamedCapture[]): string[] {
  const counts = new Map<string, number>();
  for (const path of joinCaptures(captures).paths) {
    const way = path.join(' ').replaceAll('node-', '');
    counts.set(way, (counts.get(way) ?? 0) + 1);
  }
  return [...counts].map(([way, packets]) => `${packets} ${way}`).sort();
}

function pairsOf(captures: readonly NamedCapture[]): string[] {
  const { join, points } = joinCaptures(captures);
  return [...join.conversations.pairs].map(([text, { packets, connections, from, to }]) =>
    `${text} ${packets}/${connections} ${points[from]} ${points[to]}`.replaceAll('node-', ''),
  );
}

function lossTexts(captures: readonly NamedCapture[], facts: (point: string) => PointFacts = () => ({ dropped: 0 })) {
  const { join, points } = joinCaptures(captures);
  return [...join.conversations.list()].flatMap((conversation) =>
    lossesOf(conversation, join.conversations, (point) => facts(points[point] ?? '')).map(
      ({ toServer, from, to, packets, of, verdict, why }) =>
        `${toServer ? 'to server' : 'to client'} ${points[from]} > ${points[to]} ${packets}/${of} ${verdict}: ${why}`,
    ),
  );
}

// ---- recorded: real kernels, real NAT ----

test('DNAT and SNAT to another node: every packet at all its points, in order', () => {
  expect(waysOf(folder('points/ipvs-nft.remote'))).toEqual([
    '5 pod-client veth-client cni0 eth0 node2-eth0 pod-web-r',
    '5 pod-web-r node2-eth0 eth0 cni0 veth-client pod-client',
  ]);
  expect(joinCaptures(folder('points/ipvs-nft.remote')).packets[0]).toEqual([
    'pod-client 10.244.1.2:40400 > 10.96.0.87:9006 ttl 64',
    'node-veth-client 10.244.1.2:40400 > 10.96.0.87:9006 ttl 64',
    'node-cni0 10.244.1.2:40400 > 10.96.0.87:9006 ttl 64',
    'node-eth0 192.168.50.11:40400 > 10.244.2.3:8080 ttl 63',
    'node2-eth0 192.168.50.11:40400 > 10.244.2.3:8080 ttl 63',
    'pod-web-r 192.168.50.11:40400 > 10.244.2.3:8080 ttl 62',
  ]);
  expect(pairsOf(folder('points/ipvs-nft.remote'))).toEqual([
    'destination 6 10.96.0.87:9006 10.244.2.3:8080 10/1 cni0 eth0',
    'source 6 10.244.1.2 192.168.50.11 10/1 cni0 eth0',
  ]);
});

test('the clash of a hostPort with a service: what the node made of the address, from packets alone', () => {
  expect(pairsOf(folder('samples/ipvs-nft.seed-clash/pcap'))).toEqual([
    'destination 6 10.96.0.80:80 10.244.1.5:8088 10/1 veth-client veth-hostport-web',
    'source 6 10.244.1.2 10.244.1.1 10/1 veth-client veth-hostport-web',
  ]);
});

test('round robin: four connections keep apart, each rewrite has its two', () => {
  const pairs = pairsOf(folder('points/ipvs-nft.rr'));
  expect(pairs).toEqual([
    'destination 6 10.96.0.81:9000 10.244.1.4:8080 20/2 cni0 cni0',
    'destination 6 10.96.0.81:9000 10.244.1.3:8080 20/2 cni0 cni0',
  ]);
});

test('what there is no room for is counted: conversations by the oldest, rewrites not at all', () => {
  const captures = folder('points/ipvs-nft.rr');
  const all = joinCaptures(captures).join.conversations;
  expect([[...all.list()].length, all.pairs.size, all.forgotten, all.pairsAreCut]).toEqual([6, 2, 0, false]);
  const few = joinCaptures(captures, [], { conversations: 2, pairs: 1 }).join.conversations;
  const kept = [...few.list()].length;
  expect([kept <= 2, few.pairs.size, few.pairsAreCut]).toEqual([true, 1, true]);
  // One that comes back after it was given up is a new one.
  expect(kept + few.forgotten).toBeGreaterThanOrEqual(6);
});

test('hairpin and NodePort to another node: one point sees a packet before and after', () => {
  expect(waysOf(folder('points/iptables-nft.hairpin'))).toEqual(['10 pod-web-1 veth-web-1 veth-web-1 pod-web-1']);
  expect(waysOf(folder('points/iptables-nft.nodeport-remote'))).toEqual([
    '5 ext-eth0 eth0 eth0 node2-eth0 pod-web-r',
    '5 pod-web-r node2-eth0 eth0 eth0 ext-eth0',
  ]);
});

test('UDP through a service; SYN and the ICMP error that answers it', () => {
  expect(waysOf(folder('samples/ipvs-nft.clash-dns-udp/pcap'))).toEqual([
    '1 pod-client veth-client cni0 veth-hostport-dns pod-hostport-dns',
    '1 pod-hostport-dns veth-hostport-dns veth-client pod-client',
  ]);
  expect(waysOf(folder('points/iptables-nft.empty'))).toEqual([
    '1 cni0 veth-client pod-client',
    '1 pod-client veth-client cni0',
  ]);
});

test('duplicate frames are packets of their own, and no packet has a point twice alike', () => {
  const { packets, paths } = joinCaptures(folder('points/ipvs-nft-promisc.seed-clash'));
  expect(paths.flat().length).toBe(packets.flat().length);
  for (const seen of packets) expect(new Set(seen).size).toBe(seen.length);
  // 11 of the client's came from the pod itself, once each.
  expect(paths.filter((path) => path[0] === 'pod-client')).toHaveLength(11);
});

test('a capture on any shows each interface that the packet passed', () => {
  const ways = waysOf(folder('points/iptables-nft.hairpin', /node-veth/));
  expect(ways).toEqual(['10 pod-web-1 any:8:3 any:8:4 pod-web-1']);
});

test('nothing is lost in any of the recordings', () => {
  for (const name of fs.readdirSync('fixtures/points').filter((n) => !n.endsWith('.md')))
    expect([name, lossTexts(folder(`points/${name}`))]).toEqual([name, []]);
});

// ---- made by hand: what no recording shows ----

const at = (us: number) => 1_700_000_000_000_000_000n + BigInt(us) * 1000n;
const v4 = 0x0800;
const v6 = 0x86dd;
interface At {
  readonly us: number;
  readonly bytes: Uint8Array;
}
const capture = (name: string, packets: readonly At[], snaplen = 262_144): NamedCapture => ({
  name,
  bytes: writePcap(
    { linkType: 1, nano: true },
    packets.map(({ us, bytes }) => ({ ns: at(us), bytes: bytes.subarray(0, snaplen), length: bytes.length })),
  ),
});
const segment = (src: string, dst: string, sport: number, seq: number, id: number, size = 0, ttl = 64, flags = 0x10) =>
  frame(
    ethernet(
      v4,
      ip4(src, dst, 6, tcp(sport, 80, { seq, ack: 900, flags, payload: new Array<number>(size).fill(7) }), { id, ttl }),
    ),
  );

test('a retransmission is another packet, and one that was lost on the way is pinned to its stretch', () => {
  const pod = (us: number, seq: number, id: number, flags = 0x10) => ({
    us,
    bytes: segment('10.1.0.2', '10.9.0.1', 4000, seq, id, 100, 64, flags),
  });
  const out = (us: number, seq: number, id: number, flags = 0x10) => ({
    us,
    bytes: segment('192.0.2.1', '198.51.100.7', 61000, seq, id, 100, 63, flags),
  });
  const captures = [
    capture('pod', [pod(0, 1, 1, 2), pod(1000, 101, 2), pod(2000, 201, 3), pod(300_000, 101, 4), pod(400_000, 301, 5)]),
    capture('uplink', [out(50, 1, 1, 2), out(2060, 201, 3), out(300_040, 101, 4), out(400_050, 301, 5)]),
  ];
  expect(waysOf(captures)).toEqual(['1 pod', '4 pod uplink']);
  expect(lossTexts(captures)).toEqual(['to server pod > uplink 1/5 proved: others passed']);
  expect(lossTexts(captures, () => ({ dropped: 3 }))).toEqual([
    'to server pod > uplink 1/5 unknown: point dropped packets',
  ]);
});

test('a packet after the other point’s last, or before its first, says nothing', () => {
  const p = (us: number, id: number) => ({ us, bytes: segment('10.1.0.2', '10.9.0.1', 4000, 1 + id, id) });
  expect(lossTexts([capture('a', [p(0, 1), p(1000, 2), p(9000, 3)]), capture('b', [p(10, 1), p(1010, 2)])])).toEqual([
    'to server a > b 1/3 unknown: capture ended',
  ]);
  expect(lossTexts([capture('a', [p(0, 1), p(1000, 2), p(2000, 3)]), capture('b', [p(1010, 2), p(2010, 3)])])).toEqual([
    'to server a > b 1/3 unknown: capture began later',
  ]);
});

test('a point that misses packets which a later one saw proves nothing, the later one does', () => {
  const p = (us: number, id: number) => ({ us, bytes: segment('10.1.0.2', '10.9.0.1', 4000, 1 + id, id) });
  const captures = [
    capture('a', [p(0, 1), p(1000, 2), p(2000, 3), p(3000, 4)]),
    capture('b', [p(10, 1), p(3010, 4)]),
    capture('c', [p(20, 1), p(1020, 2), p(3020, 4)]),
  ];
  expect(lossTexts(captures)).toEqual(['to server a > c 1/4 proved: others passed']);
});

test('a segment that was cut into others on the way is not lost', () => {
  const part = (us: number, seq: number, size: number, id: number) => ({
    us,
    bytes: segment('10.1.0.2', '10.9.0.1', 4000, seq, id, size),
  });
  const whole = [part(0, 1, 10, 1), part(1000, 11, 3000, 2), part(5000, 3011, 10, 4)];
  const cut = [part(10, 1, 10, 1), part(1010, 11, 1500, 2), part(1020, 1511, 1500, 3), part(5010, 3011, 10, 4)];
  expect(lossTexts([capture('pod', whole), capture('veth', cut)])).toEqual([]);
  expect(lossTexts([capture('pod', whole), capture('veth', [...cut.slice(0, 2), ...cut.slice(3)])])).toEqual([
    'to server pod > veth 1/4 proved: others passed',
  ]);
});

test('IPv6: no identification, but sequence numbers and flow label; UDP by its payload', () => {
  const seg = (src: string, dst: string, sport: number, seq: number) =>
    frame(ethernet(v6, ip6(src, dst, 6, tcp(sport, 443, { seq, ack: 5, flags: 0x18, payload: [1, 2, 3] }))));
  const text = (n: number) => Array.from({ length: 40 }, (_, i) => (i === 20 ? n : i));
  const datagram = (src: string, dst: string, n: number) =>
    frame(ethernet(v6, ip6(src, dst, 17, udp(900, 53, text(n)))));
  const captures = [
    capture('pod', [
      { us: 0, bytes: seg('fd00::2', 'fd00:9::1', 4000, 77) },
      { us: 100, bytes: datagram('fd00::2', 'fd00:9::53', 1) },
      { us: 200, bytes: datagram('fd00::2', 'fd00:9::53', 2) },
    ]),
    capture('uplink', [
      { us: 30, bytes: seg('2001:db8::1', '2001:db8:9::8', 4001, 77) },
      { us: 130, bytes: datagram('fd00::2', 'fd00:5::53', 1) },
      { us: 230, bytes: datagram('fd00::2', 'fd00:5::53', 2) },
    ]),
  ];
  expect(waysOf(captures)).toEqual(['3 pod uplink']);
  expect(pairsOf(captures)).toContain('destination 17 [fd00:9::53]:53 [fd00:5::53]:53 2/1 pod uplink');
});

test('fragments keep their identification; the later ones have no ports and are joined all the same', () => {
  const piece = (src: string, offset: number, more: boolean, ttl: number) =>
    frame(
      ethernet(
        v4,
        ip4(
          src,
          '198.51.100.9',
          17,
          offset === 0 ? udp(9, 9, new Array<number>(32).fill(3)) : new Array<number>(40).fill(5),
          {
            id: 4711,
            fragment: (more ? 0x2000 : 0) | (offset / 8),
            ttl,
          },
        ),
      ),
    );
  const captures = [
    capture('pod', [
      { us: 0, bytes: piece('10.1.0.2', 0, true, 64) },
      { us: 1, bytes: piece('10.1.0.2', 40, false, 64) },
    ]),
    capture('uplink', [
      { us: 20, bytes: piece('192.0.2.1', 0, true, 63) },
      { us: 21, bytes: piece('192.0.2.1', 40, false, 63) },
    ]),
  ];
  expect(waysOf(captures)).toEqual(['2 pod uplink']);
});

test('a datagram that is put together on the way and cut again is lost nowhere', () => {
  const piece = (us: number, id: number, offset: number, size: number, more: boolean) => {
    const fragment = (more ? 0x2000 : 0) | (offset / 8);
    const bytes = ip4('10.1.0.2', '10.9.0.1', 1, new Array<number>(size).fill(8), { id, fragment });
    return { us, bytes: frame(ethernet(v4, bytes)) };
  };
  const whole = (us: number, id: number) => piece(us, id, 0, 1600, false);
  const cut = (us: number, id: number) => [piece(us, id, 0, 800, true), piece(us + 1, id, 800, 800, false)];
  const small = (us: number, id: number) => piece(us, id, 0, 60, false);
  const captures = [
    capture('veth', [small(0, 1), ...cut(1000, 2), ...cut(2000, 3), small(9000, 9)]),
    capture('br0', [small(10, 1), whole(1010, 2), whole(2010, 3), small(9010, 9)]),
    capture('uplink', [small(20, 1), ...cut(1020, 2), small(9020, 9)]),
  ];
  // The second one is lost behind the bridge, whichever form is asked.
  expect(lossTexts(captures)).toEqual([
    'to server br0 > uplink 2/8 proved: others passed',
    'to server br0 > uplink 1/8 proved: others passed',
  ]);
});

test('ping: the identifier is rewritten as a port is, sequence and data are not', () => {
  const data = Array.from({ length: 56 }, (_, i) => i);
  const ping = (src: string, ident: number, sequence: number, id: number) =>
    frame(ethernet(v4, ip4(src, '198.51.100.9', 1, icmp(8, 0, [...u16(ident), ...u16(sequence), ...data]), { id })));
  const captures = [
    capture('pod', [
      { us: 0, bytes: ping('10.1.0.2', 7, 1, 10) },
      { us: 1_000_000, bytes: ping('10.1.0.2', 7, 2, 11) },
    ]),
    capture('uplink', [
      { us: 25, bytes: ping('192.0.2.1', 61000, 1, 10) },
      { us: 1_000_025, bytes: ping('192.0.2.1', 61000, 2, 11) },
    ]),
  ];
  expect(waysOf(captures)).toEqual(['2 pod uplink']);
  expect(pairsOf(captures)).toEqual(['source 1 10.1.0.2 192.0.2.1 2/1 pod uplink']);
});

test('the ICMP error about a rewritten packet: the quote is rewritten too, its numbers stay', () => {
  const error = (dst: string, quotedSrc: string, port: number) =>
    frame(
      ethernet(
        v4,
        ip4(
          '198.51.100.1',
          dst,
          1,
          icmp(3, 4, [
            ...u32(1400),
            ...ip4(quotedSrc, '198.51.100.9', 6, tcp(port, 80, { seq: 99, flags: 16 }), { id: 5 }),
          ]),
          { id: 600 },
        ),
      ),
    );
  const captures = [
    capture('uplink', [{ us: 0, bytes: error('192.0.2.1', '192.0.2.1', 61000) }]),
    capture('pod', [{ us: 15, bytes: error('10.1.0.2', '10.1.0.2', 4000) }]),
  ];
  expect(waysOf(captures)).toEqual(['1 uplink pod']);
});

test('inside VXLAN it is the same packet', () => {
  const inner = ip4('10.1.0.2', '10.1.1.9', 6, tcp(4000, 80, { seq: 5, ack: 6, flags: 16 }), { id: 77, ttl: 63 });
  const outer = ip4('192.0.2.1', '192.0.2.2', 17, udp(50000, 8472, [8, 0, 0, 0, 0, 0, 1, 0, ...ethernet(v4, inner)]), {
    id: 1,
    ttl: 64,
  });
  const captures = [
    capture('flannel.1', [{ us: 0, bytes: frame(ethernet(v4, inner)) }]),
    capture('eth0', [{ us: 12, bytes: frame(ethernet(v4, outer)) }]),
  ];
  expect(waysOf(captures)).toEqual(['1 flannel.1 eth0']);
});

test('a capture cut short by its snaplen still joins one that is whole', () => {
  const bytes = (dst: string) =>
    frame(
      ethernet(
        v4,
        ip4(
          '10.1.0.2',
          dst,
          17,
          udp(
            900,
            53,
            Array.from({ length: 200 }, (_, i) => i),
          ),
          { id: 3 },
        ),
      ),
    );
  const captures = [
    capture('pod', [{ us: 0, bytes: bytes('10.9.0.1') }]),
    capture('veth', [{ us: 5, bytes: bytes('10.2.0.1') }], 64),
  ];
  expect(waysOf(captures)).toEqual(['1 pod veth']);
});

test('packets alike of conversations that have no end in common are not taken for rewrites', () => {
  const beat = (src: string, dst: string) =>
    frame(ethernet(v4, ip4(src, dst, 17, udp(5000, 6000, new Array<number>(20).fill(1)), { id: 0 })));
  const captures = [
    capture('veth-a', [{ us: 0, bytes: beat('10.1.0.2', '10.9.0.1') }]),
    capture('veth-b', [{ us: 40, bytes: beat('10.1.0.3', '10.9.0.2') }]),
  ];
  expect(waysOf(captures)).toEqual(['1 veth-a', '1 veth-b']);
});

test('once a connection’s rewrite is known, its packets without numbers of their own are joined too', () => {
  const beat = (src: string, dst: string, id: number) =>
    frame(ethernet(v4, ip4(src, dst, 17, udp(5000, 6000, new Array<number>(20).fill(1)), { id })));
  const captures = [
    capture('pod', [
      { us: 0, bytes: beat('10.1.0.2', '10.9.0.1', 900) },
      { us: 50_000, bytes: beat('10.1.0.2', '10.9.0.1', 0) },
    ]),
    capture('uplink', [
      { us: 9, bytes: beat('192.0.2.1', '10.2.0.8', 900) },
      { us: 50_009, bytes: beat('192.0.2.1', '10.2.0.8', 0) },
    ]),
  ];
  expect(waysOf(captures)).toEqual(['2 pod uplink']);
});

test('a rewrite that only conntrack knows joins packets without numbers of their own, both ways', () => {
  const beat = (src: string, dst: string, sport: number, dport: number) =>
    frame(ethernet(v4, ip4(src, dst, 17, udp(sport, dport, new Array<number>(20).fill(1)), { id: 0 })));
  const captures = [
    capture('pod', [
      { us: 0, bytes: beat('10.1.0.2', '10.9.0.1', 5000, 53) },
      { us: 900, bytes: beat('10.9.0.1', '10.1.0.2', 53, 5000) },
    ]),
    capture('uplink', [
      { us: 9, bytes: beat('192.0.2.1', '10.2.0.8', 41000, 5353) },
      { us: 890, bytes: beat('10.2.0.8', '192.0.2.1', 5353, 41000) },
    ]),
  ];
  expect(waysOf(captures)).toEqual(['2 pod', '2 uplink']);
  const line =
    'udp      17 29 src=10.1.0.2 dst=10.9.0.1 sport=5000 dport=53 src=10.2.0.8 dst=192.0.2.1 sport=5353 dport=41000 mark=0 use=1\n';
  const { conntrack } = readSnapshot([{ path: 'conntrack.txt', text: line }]);
  const joined = joinCaptures(captures, rewritesOf(conntrack ?? []));
  expect(joined.paths.map((path) => path.join(' ')).sort()).toEqual(['pod uplink', 'uplink pod']);
});

test('a port of masquerade that is used again belongs to the new connection', () => {
  const syn = (src: string, us: number, seq: number, id: number) => ({
    us,
    bytes: segment(src, '198.51.100.7', src.startsWith('10.') ? 4000 : 61000, seq, id, 0, 64, 2),
  });
  const captures = [
    capture('pod', [syn('10.1.0.2', 0, 1000, 1), syn('10.1.0.3', 9_000_000, 2000, 2)]),
    capture('uplink', [syn('192.0.2.1', 20, 1000, 1), syn('192.0.2.1', 9_000_020, 2000, 2)]),
  ];
  expect([...joinCaptures(captures).join.conversations.list()]).toHaveLength(2);
});

test('a flood of packets alike costs linear time, and the queue of waiting ones is bounded', () => {
  const timeOf = (count: number) => {
    const packets = Array.from({ length: count }, (_, us) => ({
      us,
      bytes: frame(ethernet(v4, ip4('10.1.0.2', '10.9.0.1', 17, udp(1, 2, [0]), { id: 0 }))),
    }));
    const captures = [capture('a', packets), capture('b', packets)];
    const started = performance.now();
    joinCaptures(captures);
    return performance.now() - started;
  };
  timeOf(2000);
  expect(timeOf(40_000)).toBeLessThan(Math.max(200, timeOf(5000) * 8 * 4));
});
