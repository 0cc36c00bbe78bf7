// Services of a network over UDP made by hand: DHCP of both families, LLMNR, NetBIOS names, SSDP, syslog, TFTP.
import * as f from './frames.ts';

type Bytes = readonly number[];

const A = f.address;
const z = (n: number): Bytes => new Array<number>(n).fill(0);
const udp4 = (src: string, s: number, dst: string, d: number, payload: Bytes): Bytes =>
  f.ethernet(0x800, f.ip4(src, dst, 17, f.udp(s, d, payload)));
const udp6 = (src: string, s: number, dst: string, d: number, payload: Bytes): Bytes =>
  f.ethernet(0x86dd, f.ip6(src, dst, 17, f.udp(s, d, payload)));
const opt = (t: number, v: Bytes): Bytes => [t, v.length, ...v];
interface Dhcp {
  readonly src?: string;
  readonly dst?: string;
  readonly hops?: number;
  readonly secs?: number;
  readonly flags?: number;
  readonly ci?: string;
  readonly yi?: string;
  readonly si?: string;
  readonly gi?: string;
  readonly sname?: string;
  readonly file?: string;
  readonly plain?: boolean;
}
const padded = (text: string, size: number): Bytes => [...f.ascii(text), ...z(size - text.length)];
function dhcp(op: number, options: readonly Bytes[], c: Dhcp = {}): Bytes {
  const none = '0.0.0.0';
  const fixed = [
    op,
    1,
    6,
    c.hops ?? 0,
    ...f.u32(0x12345678),
    ...f.u16(c.secs ?? 0),
    ...f.u16(c.flags ?? 0),
    ...A(c.ci ?? none),
    ...A(c.yi ?? none),
    ...A(c.si ?? none),
    ...A(c.gi ?? none),
    2,
    0,
    0,
    0,
    0,
    1,
    ...z(10),
    ...padded(c.sname ?? '', 64),
    ...padded(c.file ?? '', 128),
  ];
  const rest = c.plain ? z(64) : [0x63, 0x82, 0x53, 0x63, ...options.flat(), 255];
  const [sport, dport] = op === 1 ? [68, 67] : [67, 68];
  return udp4(c.src ?? none, sport, c.dst ?? '255.255.255.255', dport, [...fixed, ...rest]);
}
const o6 = (t: number, v: Bytes): Bytes => [...f.u16(t), ...f.u16(v.length), ...v];
const d6 = (t: number, xid: number, ...o: readonly Bytes[]): Bytes =>
  udp6('fe80::1', 546, 'ff02::1:2', 547, [t, ...f.u32(xid).slice(1), ...o.flat()]);
const duid = [0, 1, 0, 1, ...f.u32(0x2b000000), 2, 0, 0, 0, 0, 1];
const nbname = (name: string, suffix: number): Bytes => {
  const raw = [...f.ascii(name.padEnd(15)), suffix];
  return [32, ...raw.flatMap((b) => [65 + (b >> 4), 65 + (b & 15)]), 0];
};
const dm = f.dnsMessage;

const SERVICES: readonly Bytes[] = [
  dhcp(1, [
    opt(53, [1]),
    opt(61, [1, 2, 0, 0, 0, 0, 1]),
    opt(50, A('10.0.0.9')),
    opt(12, f.ascii('host')),
    opt(55, [1, 3, 6, 15, 28, 42, 51, 58, 59, 119, 121]),
    opt(57, f.u16(1500)),
    opt(60, f.ascii('vendor')),
  ]),
  dhcp(
    2,
    [
      opt(53, [2]),
      opt(54, A('10.0.0.1')),
      opt(51, f.u32(3600)),
      opt(1, A('255.255.255.0')),
      opt(3, A('10.0.0.1')),
      opt(6, [...A('8.8.8.8'), ...A('1.1.1.1')]),
      opt(15, f.ascii('lan.local')),
      opt(28, A('10.0.0.255')),
      opt(42, A('10.0.0.2')),
      opt(58, f.u32(1800)),
      opt(59, f.u32(3150)),
      opt(26, f.u16(1400)),
    ],
    { yi: '10.0.0.9', si: '10.0.0.1', src: '10.0.0.1' },
  ),
  dhcp(1, [opt(53, [3]), opt(50, A('10.0.0.9')), opt(54, A('10.0.0.1'))], { flags: 0x8000, secs: 3 }),
  dhcp(
    2,
    [
      opt(53, [5]),
      opt(121, [24, 10, 1, 1, ...A('10.0.0.1'), 0, ...A('10.0.0.1')]),
      opt(43, [1, 2, 3, 4]),
      opt(82, [1, 4, 1, 2, 3, 4]),
      opt(119, [3, ...f.ascii('lan'), 0]),
    ],
    { yi: '10.0.0.9', src: '10.0.0.1', sname: 'srv', file: 'pxe.0' },
  ),
  dhcp(2, [opt(53, [6]), opt(56, f.ascii('no'))], { src: '10.0.0.1' }),
  dhcp(1, [opt(53, [7])], { ci: '10.0.0.9', src: '10.0.0.9', dst: '10.0.0.1' }),
  dhcp(1, [opt(53, [8])], { gi: '10.5.5.5', hops: 1 }),
  dhcp(1, [opt(53, [4]), opt(52, [3])]),
  dhcp(1, [opt(12, f.ascii('x'))]),
  dhcp(2, [], { plain: true }),
  dhcp(1, [], { plain: true }),
  dhcp(1, [
    opt(53, [1]),
    opt(81, [0, 0, 0, ...f.ascii('h.local')]),
    opt(93, [0, 0]),
    opt(97, [0, ...z(16)]),
    opt(200, [1, 2]),
  ]),
  dhcp(1, [opt(53, [99])]),
  d6(1, 0xabcdef, o6(1, duid), o6(6, [0, 23, 0, 24]), o6(8, [0, 0]), o6(3, [...f.u32(1), ...f.u32(0), ...f.u32(0)])),
  d6(
    2,
    0xabcdef,
    o6(1, duid),
    o6(2, duid),
    o6(3, [...f.u32(1), ...f.u32(100), ...f.u32(200), ...o6(5, [...A('fd00::9'), ...f.u32(300), ...f.u32(400)])]),
  ),
  d6(3, 1, o6(1, duid)),
  d6(7, 2, o6(1, duid), o6(23, A('fd00::53')), o6(24, [3, ...f.ascii('lan'), 0])),
  d6(8, 3),
  d6(11, 4),
  d6(5, 5),
  d6(9, 6),
  d6(4, 7),
  d6(6, 8),
  udp6('fd00::1', 547, 'fd00::2', 547, [
    12,
    0,
    ...A('fd00::5'),
    ...A('fe80::9'),
    ...o6(9, [1, 0xab, 0xcd, 0xef, ...o6(1, duid)]),
  ]),
  udp4('10.0.0.1', 5355, '224.0.0.252', 5355, dm(7, 0, [1, 0, 0, 0], [...f.dnsName('host'), 0, 1, 0, 1])),
  udp4(
    '10.0.0.2',
    5355,
    '10.0.0.1',
    40000,
    dm(7, 0x8000, [1, 1, 0, 0], [...f.dnsName('host'), 0, 1, 0, 1, ...f.dnsRecord(1, A('10.0.0.7'))]),
  ),
  udp4('10.0.0.1', 137, '10.0.0.255', 137, dm(9, 0x0110, [1, 0, 0, 0], [...nbname('WORKGROUP', 0x1b), 0, 32, 0, 1])),
  udp4(
    '10.0.0.1',
    137,
    '10.0.0.255',
    137,
    dm(
      10,
      0x2910,
      [1, 0, 0, 1],
      [...nbname('PC', 0), 0, 32, 0, 1, 0xc0, 12, 0, 32, 0, 1, ...f.u32(300), 0, 6, 0, 0, ...A('10.0.0.1')],
    ),
  ),
  udp4(
    '10.0.0.2',
    137,
    '10.0.0.1',
    137,
    dm(9, 0x8500, [0, 1, 0, 0], [...nbname('SRV', 0x20), 0, 32, 0, 1, ...f.u32(300), 0, 6, 0, 0, ...A('10.0.0.2')]),
  ),
  udp4(
    '10.0.0.1',
    137,
    '10.0.0.2',
    137,
    dm(11, 0, [1, 0, 0, 0], [32, 0x43, 0x4b, ...new Array(30).fill(0x41), 0, 0, 33, 0, 1]),
  ),
  udp4(
    '10.0.0.1',
    137,
    '10.0.0.2',
    137,
    dm(
      11,
      0x3000,
      [1, 0, 0, 1],
      [...nbname('PC', 0), 0, 32, 0, 1, 0xc0, 12, 0, 32, 0, 1, ...f.u32(0), 0, 6, 0x60, 0, ...A('10.0.0.1')],
    ),
  ),
  udp4(
    '10.0.0.1',
    40000,
    '239.255.255.250',
    1900,
    f.ascii(
      'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n',
    ),
  ),
  udp4(
    '10.0.0.1',
    1900,
    '239.255.255.250',
    1900,
    f.ascii('NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n\r\n'),
  ),
  udp4('10.0.0.2', 1900, '10.0.0.1', 40000, f.ascii('HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n')),
  udp4('10.0.0.1', 40000, '10.0.0.2', 514, f.ascii('<34>Oct 11 22:14:15 host su: failed')),
  udp4('10.0.0.1', 40000, '10.0.0.2', 514, f.ascii('no priority')),
  udp4('10.0.0.1', 40000, '10.0.0.2', 514, f.ascii('<165>1 2003-10-11T22:14:15.003Z host app 1 ID47 - hello')),
  udp4('10.0.0.1', 40001, '10.0.0.2', 69, [0, 1, ...f.ascii('file.txt'), 0, ...f.ascii('octet'), 0]),
  udp4('10.0.0.1', 40002, '10.0.0.2', 69, [
    0,
    2,
    ...f.ascii('up.txt'),
    0,
    ...f.ascii('netascii'),
    0,
    ...f.ascii('blksize'),
    0,
    ...f.ascii('1428'),
    0,
  ]),
  udp4('10.0.0.1', 40003, '10.0.0.2', 69, [0, 5, 0, 1, ...f.ascii('nope'), 0]),
  udp4('10.0.0.1', 40003, '10.0.0.2', 69, [0, 3, 0, 1, 1, 2, 3]),
  udp4('10.0.0.1', 40003, '10.0.0.2', 69, [0, 4, 0, 1]),
];

export const serviceFrames = (): Uint8Array[] => SERVICES.map((bytes) => f.frame(bytes));
