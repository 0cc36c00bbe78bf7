// Captures made by hand for what the recorded ones lack: IPv6, VLAN, fragments, errors, cut packets, both byte orders, several
// interfaces. tools/record-tshark.mjs writes them to fixtures/captures; a test holds the files equal to what this makes.
import { type PacketToWrite, writePcap, writePcapng } from '../../parsers/capture/writer.ts';
import { bodyFrames } from './crafted-bodies.ts';
import { databaseFrames } from './crafted-databases.ts';
import { dnsRecordFrames } from './crafted-dns.ts';
import { fragmentFrames } from './crafted-fragments.ts';
import { http2Frames } from './crafted-http2.ts';
import { icmpv6Frames } from './crafted-icmpv6.ts';
import { industryFrames } from './crafted-industry.ts';
import { lineFrames } from './crafted-lines.ts';
import { linkFrames, nflogFrames, pppFrames } from './crafted-link.ts';
import { mailFrames } from './crafted-mail.ts';
import { mediaFrames } from './crafted-media.ts';
import { networkFrames } from './crafted-protocols.ts';
import { quicFrames } from './crafted-quic.ts';
import { repeatedFrames } from './crafted-repeated.ts';
import { routingFrames } from './crafted-routing.ts';
import { serviceFrames } from './crafted-services.ts';
import { damagedTunnelFrames, tunnelFrames } from './crafted-tunnels.ts';
import { windowsFrames } from './crafted-windows.ts';
import { WLAN_LINKS, wlanFrames } from './crafted-wlan.ts';
import * as f from './frames.ts';
import { randomTcp } from './random-tcp.ts';

const START = 1_700_000_000_000_000_000n;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const A = '10.0.0.1';
const B = '10.0.0.2';
const A6 = 'fd00::1';
const B6 = 'fd00:0:0:1::2';

function packets(
  frames: readonly (Uint8Array | { readonly bytes: Uint8Array; readonly length: number })[],
  stepNs = 1_000_123n,
): PacketToWrite[] {
  return frames.map((frame, i) => ({
    ns: START + BigInt(i) * stepNs,
    ...(frame instanceof Uint8Array ? { bytes: frame } : frame),
  }));
}

const eth4 = (
  src: string,
  dst: string,
  protocol: number,
  payload: readonly number[],
  options: f.Ipv4Options = {},
): Uint8Array => f.frame(f.ethernet(IPV4, f.ip4(src, dst, protocol, payload, options), src === B));
const eth6 = (src: string, dst: string, next: number, payload: readonly number[]): Uint8Array =>
  f.frame(f.ethernet(IPV6, f.ip6(src, dst, next, payload), src === B6));
const dns = (
  id: number,
  flags: number,
  counts: readonly number[],
  body: readonly number[],
  sport = 40000,
  dport = 53,
): Uint8Array =>
  eth4(sport === 53 ? B : A, sport === 53 ? A : B, 17, f.udp(sport, dport, f.dnsMessage(id, flags, counts, body)));
const question = (name: string, type: number): readonly number[] => [...f.dnsName(name), ...f.u16(type), ...f.u16(1)];

function icmpFrames(): Uint8Array[] {
  const echo = (type: number, sequence: number, back: boolean): Uint8Array =>
    eth4(
      back ? B : A,
      back ? A : B,
      1,
      f.icmp(type, 0, [...f.u16(0x1234), ...f.u16(sequence), ...f.ascii('abcdefgh')]),
    );
  const quoted = f.ip4(A, B, 17, f.udp(40001, 53, f.ascii('x')), { ttl: 1 });
  const error = (type: number, code: number, rest: readonly number[]): Uint8Array =>
    eth4(B, A, 1, f.icmp(type, code, [...rest, ...quoted]));
  const icmp6 = (type: number, code: number, rest: readonly number[], back = false): Uint8Array =>
    eth6(back ? B6 : A6, back ? A6 : B6, 58, f.icmp6(back ? B6 : A6, back ? A6 : B6, type, code, rest));
  const echo6 = [...f.u16(7), ...f.u16(1), ...f.ascii('ping')];
  const target = f.address(B6);
  const mac = [2, 0, 0, 0, 0, 9];
  return [
    echo(8, 1, false),
    echo(0, 1, true),
    echo(8, 2, false),
    error(3, 0, f.u32(0)),
    error(3, 1, f.u32(0)),
    error(3, 3, f.u32(0)),
    error(3, 4, f.u32(1400)),
    error(3, 13, f.u32(0)),
    error(11, 0, f.u32(0)),
    error(11, 1, f.u32(0)),
    error(5, 1, f.address('10.0.0.254')),
    icmp6(128, 0, echo6),
    icmp6(129, 0, echo6, true),
    icmp6(1, 4, [...f.u32(0), ...f.ip6(B6, A6, 17, f.udp(53, 40000, f.ascii('x')))]),
    icmp6(2, 0, [...f.u32(1280), ...f.ip6(B6, A6, 17, f.udp(53, 40000, f.ascii('x')))]),
    icmp6(3, 0, [...f.u32(0), ...f.ip6(B6, A6, 17, f.udp(53, 40000, f.ascii('x')))]),
    icmp6(133, 0, f.u32(0)),
    icmp6(133, 0, [...f.u32(0), 1, 1, ...mac]),
    icmp6(135, 0, [...f.u32(0), ...target, 1, 1, ...mac]),
    icmp6(136, 0, [0x60, 0, 0, 0, ...target, 2, 1, ...mac]),
    icmp6(136, 0, [0xe0, 0, 0, 0, ...target, 2, 1, ...mac]),
  ];
}

function dnsFrames(): Uint8Array[] {
  const name = 'web.default.svc.cluster.local';
  const soa = [
    ...f.dnsName('ns.dns.cluster.local'),
    ...f.dnsName('hostmaster.cluster.local'),
    ...f.u32(1),
    ...f.u32(2),
    ...f.u32(3),
    ...f.u32(4),
    ...f.u32(5),
  ];
  return [
    dns(1, 0x0100, [1, 0, 0, 0], question(name, 1)),
    dns(1, 0x8580, [1, 1, 0, 0], [...question(name, 1), ...f.dnsRecord(1, f.address('10.96.0.80'))], 53, 40000),
    dns(2, 0x0100, [1, 0, 0, 1], [...question(name, 28), 0, ...f.u16(41), ...f.u16(1232), ...f.u32(0), ...f.u16(0)]),
    dns(2, 0x8180, [1, 1, 0, 0], [...question(name, 28), ...f.dnsRecord(28, f.address('fd00::80'))], 53, 40000),
    dns(3, 0x8183, [1, 0, 1, 0], [...question('nope.local', 1), ...f.dnsRecord(6, soa)], 53, 40000),
    dns(4, 0x8182, [1, 0, 0, 0], question(name, 1), 53, 40000),
    dns(
      5,
      0x8180,
      [1, 2, 0, 0],
      [...question(name, 1), ...f.dnsRecord(5, f.dnsName('other.local')), ...f.dnsRecord(1, f.address('10.1.2.3'))],
      53,
      40000,
    ),
    dns(
      6,
      0x8180,
      [1, 1, 0, 0],
      [
        ...question('_http._tcp.local', 33),
        ...f.dnsRecord(33, [...f.u16(0), ...f.u16(5), ...f.u16(80), ...f.dnsName('a.local')]),
      ],
      53,
      40000,
    ),
    dns(
      7,
      0x8180,
      [1, 1, 0, 0],
      [...question('local', 15), ...f.dnsRecord(15, [...f.u16(10), ...f.dnsName('mail.local')])],
      53,
      40000,
    ),
    dns(
      8,
      0x8180,
      [1, 1, 0, 0],
      [...question('1.0.0.10.in-addr.arpa', 12), ...f.dnsRecord(12, f.dnsName('host.local'))],
      53,
      40000,
    ),
    dns(9, 0x8180, [1, 1, 0, 0], [...question('local', 2), ...f.dnsRecord(2, f.dnsName('ns.local'))], 53, 40000),
    dns(10, 0x8180, [1, 1, 0, 0], [...question('local', 16), ...f.dnsRecord(16, [5, ...f.ascii('hello')])], 53, 40000),
    dns(11, 0x0000, [1, 0, 0, 0], question('printer.local', 1), 5353, 5353),
    dns(12, 0x8105, [1, 0, 0, 0], question(name, 1), 53, 40000),
  ];
}

function mixedFrames(): Uint8Array[] {
  const syn = { seq: 100, flags: 2, options: [2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7, 0, 0] };
  const inner = f.ethernet(IPV4, f.ip4('10.244.1.2', '10.244.2.3', 17, f.udp(40000, 9000, f.ascii('inner'))));
  return [
    f.frame(f.ethernet(0x8100, f.vlan(100, IPV4, f.ip4(A, B, 17, f.udp(1000, 2000, f.ascii('hello')))))),
    f.frame(f.ethernet(0x88a8, f.vlan(200, 0x8100, f.vlan(0x2064, IPV6, f.ip6(A6, B6, 6, f.tcp(40000, 443, syn)))))),
    eth6(A6, B6, 6, f.tcp(40001, 9999, syn)),
    eth6(
      B6,
      A6,
      6,
      f.tcp(9999, 40001, { seq: 500, ack: 101, flags: 0x12, options: [2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 9, 0, 0] }),
    ),
    eth6(A6, B6, 0, [17, 0, 1, 4, 0, 0, 0, 0, ...f.udp(1000, 2000, f.ascii('hop'))]),
    eth6(A6, B6, 44, [17, 0, 0, 1, 0, 0, 0, 9, ...f.udp(1000, 2000, f.ascii('frag'))]),
    eth6(A6, B6, 44, [17, 0, 0, 16, 0, 0, 0, 9, ...f.ascii('last')]),
    eth4(A, B, 17, f.udp(1000, 2000, f.ascii('first part, 16B.')), { fragment: 0x2000, id: 77 }),
    eth4(A, B, 253, f.u32(3)),
    eth4(A, B, 17, f.udp(2152, 4789, [8, 0, 0, 0, 0, 0, 42, 0, ...inner])),
    eth4(A, B, 4, f.ip4('192.168.0.1', '192.168.0.2', 17, f.udp(1000, 2000, f.ascii('tunnel')))),
    eth4(A, B, 6, f.tcp(40002, 9999, { seq: 9, flags: 0x2 }), { total: 0 }),
    // Ethernet padding: the frame is longer than the IP packet.
    f.frame(
      f.ethernet(IPV4, [...f.ip4(A, B, 6, f.tcp(40003, 9999, { seq: 9, ack: 5, flags: 0x10 })), 0, 0, 0, 0, 0, 0]),
    ),
    eth4(A, B, 6, f.tcp(40004, 9999, { seq: 1, ack: 1, flags: 0x1ff })),
    eth4(A, B, 6, f.tcp(40004, 9999, { seq: 2, ack: 1, flags: 0 })),
    eth4(
      A,
      B,
      6,
      f.tcp(40005, 9999, { seq: 1, ack: 7, flags: 0x10, options: [1, 1, 5, 10, ...f.u32(20), ...f.u32(30)] }),
    ),
    eth4(A, B, 17, f.udp(1000, 2000, []), { ttl: 3 }),
    f.frame(
      f.ethernet(0x0806, [
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
        ...f.address(A),
        0,
        0,
        0,
        0,
        0,
        0,
        ...f.address(A),
      ]),
    ),
    f.frame(
      f.ethernet(0x0806, [
        0,
        1,
        8,
        0,
        6,
        4,
        0,
        2,
        2,
        0,
        0,
        0,
        0,
        1,
        ...f.address(A),
        2,
        0,
        0,
        0,
        0,
        2,
        ...f.address(A),
      ]),
    ),
    f.frame(
      f.ethernet(0x0806, [0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...f.address(B)]),
    ),
  ];
}

function httpFrames(): Uint8Array[] {
  const texts = [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok',
    'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
    'GET /json HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}',
  ];
  let up = 1;
  let down = 1;
  return texts.map((text, i) => {
    const back = i % 2 === 1;
    const segment = { seq: back ? down : up, ack: back ? up : down, flags: 0x18, payload: f.ascii(text) };
    if (back) down += text.length;
    else up += text.length;
    return eth4(back ? B : A, back ? A : B, 6, f.tcp(back ? 80 : 40000, back ? 40000 : 80, segment));
  });
}

function cutFrames(): { readonly bytes: Uint8Array; readonly length: number }[] {
  const whole = eth4(
    A,
    B,
    6,
    f.tcp(40000, 9999, { seq: 1, flags: 2, options: [2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7, 0, 0], payload: [] }),
  );
  const data = eth4(
    A,
    B,
    6,
    f.tcp(40000, 9999, { seq: 2, ack: 1, flags: 0x18, payload: new Array<number>(100).fill(65) }),
  );
  const datagram = eth4(A, B, 17, f.udp(1000, 2000, new Array<number>(50).fill(65)));
  return [
    { bytes: whole.subarray(0, 54), length: whole.length },
    { bytes: data.subarray(0, 60), length: data.length },
    { bytes: data.subarray(0, 54), length: data.length },
    { bytes: datagram.subarray(0, 44), length: datagram.length },
  ];
}

/** Name of the file in fixtures/captures → its bytes. */
export function craftedCaptures(): ReadonlyMap<string, Uint8Array> {
  const mixed = mixedFrames();
  const tcp = randomTcp(20_231_114, 400);
  return new Map([
    ['crafted-icmp.pcap', writePcap({ linkType: 1 }, packets(icmpFrames()))],
    ['crafted-icmpv6.pcap', writePcap({ linkType: 1 }, packets(icmpv6Frames()))],
    ['crafted-dns-nano.pcap', writePcap({ linkType: 1, nano: true }, packets(dnsFrames()))],
    ['crafted-mixed-big-endian.pcap', writePcap({ linkType: 1, bigEndian: true }, packets(mixed))],
    ['crafted-http.pcap', writePcap({ linkType: 1 }, packets(httpFrames()))],
    ['crafted-tunnels.pcap', writePcap({ linkType: 1 }, packets(tunnelFrames()))],
    ['crafted-tunnels-cut.pcap', writePcap({ linkType: 1 }, packets(damagedTunnelFrames()))],
    ['crafted-network.pcap', writePcap({ linkType: 1 }, packets(networkFrames()))],
    ['crafted-link.pcap', writePcap({ linkType: 1 }, packets(linkFrames()))],
    ['crafted-http2.pcap', writePcap({ linkType: 1 }, packets(http2Frames()))],
    ['crafted-databases.pcap', writePcap({ linkType: 1 }, packets(databaseFrames()))],
    ['crafted-quic.pcap', writePcap({ linkType: 1 }, packets(quicFrames()))],
    ['crafted-lines.pcap', writePcap({ linkType: 1 }, packets(lineFrames()))],
    ['crafted-bodies.pcap', writePcap({ linkType: 1 }, packets(bodyFrames()))],
    ['crafted-industry.pcap', writePcap({ linkType: 1 }, packets(industryFrames()))],
    ['crafted-media.pcap', writePcap({ linkType: 1 }, packets(mediaFrames()))],
    ['crafted-mail.pcap', writePcap({ linkType: 1 }, packets(mailFrames()))],
    ['crafted-windows.pcap', writePcap({ linkType: 1 }, packets(windowsFrames()))],
    ['crafted-repeated.pcap', writePcap({ linkType: 1 }, packets(repeatedFrames()))],
    ['crafted-routing.pcap', writePcap({ linkType: 1 }, packets(routingFrames()))],
    ['crafted-services.pcap', writePcap({ linkType: 1 }, packets(serviceFrames()))],
    ['crafted-dns-records.pcap', writePcap({ linkType: 1 }, packets(dnsRecordFrames()))],
    ['crafted-nflog.pcap', writePcap({ linkType: 239 }, packets(nflogFrames()))],
    ['crafted-ppp.pcap', writePcap({ linkType: 9 }, packets(pppFrames()))],
    ['crafted-fragments.pcap', writePcap({ linkType: 1 }, packets(fragmentFrames()))],
    ['crafted-cut.pcap', writePcap({ linkType: 1, snaplen: 60 }, packets(cutFrames()))],
    [
      'crafted-wlan.pcapng',
      writePcapng(
        WLAN_LINKS.map((linkType) => ({ linkType })),
        wlanFrames().map((frame, i) => ({ ns: START + BigInt(i) * 1_000_000n, ...frame })),
      ),
    ],
    ['crafted-tcp-random.pcap', writePcap({ linkType: 1 }, tcp)],
    [
      'crafted-interfaces.pcapng',
      writePcapng(
        [
          { linkType: 1, name: 'veth1', description: 'veth client' },
          { linkType: 101, name: 'tun0' },
          { linkType: 113, name: 'any' },
        ],
        [
          { ns: START, bytes: eth4(A, B, 17, f.udp(1000, 2000, [1])), interfaceId: 0 },
          { ns: START + 1n, bytes: f.frame(f.ip4(A, B, 17, f.udp(1000, 2001, [1]))), interfaceId: 1 },
          { ns: START + 2n, bytes: f.frame(f.ip6(A6, B6, 17, f.udp(1000, 2002, [1]))), interfaceId: 1 },
          {
            ns: START + 3n,
            bytes: f.frame([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0], f.ip4(A, B, 17, f.udp(1000, 2003, [1]))),
            interfaceId: 2,
          },
        ],
      ),
    ],
  ]);
}
