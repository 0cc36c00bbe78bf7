// What Windows machines say to one another, made by hand: SMB 1 and 2 over NetBIOS sessions, Kerberos, LDAP over TCP and UDP, datagrams.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

type Bytes = readonly number[];

const z = (n: number): Bytes => new Array<number>(n).fill(0);
const le16 = (v: number): Bytes => [v & 255, (v >> 8) & 255];
const le32 = (v: number): Bytes => [v & 255, (v >> 8) & 255, (v >> 16) & 255, (v >>> 24) & 255];
const utf16 = (text: string): Bytes => [...text].flatMap((c) => le16(c.charCodeAt(0)));
const nbss = (body: Bytes): Bytes => [0, 0, ...f.u16(body.length), ...body];
const smb2 = (command: number, flags: number, body: Bytes, status = 0, id = command + 1): Bytes => [
  0xfe,
  ...f.ascii('SMB'),
  ...le16(64),
  ...le16(1),
  ...le32(status),
  ...le16(command),
  ...le16(1),
  ...le32(flags),
  ...le32(0),
  ...le32(id),
  ...le32(0),
  ...le32(0xfeff),
  ...le32(5),
  ...le32(0x11),
  ...le32(0),
  ...z(16),
  ...body,
];
const smb1 = (command: number, flags: number, body: Bytes, status = 0): Bytes => [
  0xff,
  ...f.ascii('SMB'),
  command,
  ...le32(status),
  flags,
  ...le16(0xc801),
  ...z(12),
  ...le16(1),
  ...le16(0xfeff),
  ...le16(1),
  ...le16(command + 1),
  ...body,
];
const q = (command: number, body: Bytes): Turn => ['>', nbss(smb2(command, 0, body))];
const a = (command: number, body: Bytes, status = 0): Turn => ['<', nbss(smb2(command, 1, body, status))];
const error = [...le16(9), 0, 0, ...le32(0), 0];
const share = utf16('\\\\srv\\share');
const file = utf16('dir\\a.txt');
const fid = [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];

const SMB2: Turn[] = [
  q(0, [...le16(36), ...le16(2), ...le16(1), 0, 0, ...le32(0x7f), ...z(16), ...z(8), ...le16(0x202), ...le16(0x210)]),
  a(0, [
    ...le16(65),
    ...le16(1),
    ...le16(0x210),
    ...le16(0),
    ...z(16),
    ...le32(7),
    ...le32(65536),
    ...le32(65536),
    ...le32(65536),
    ...z(8),
    ...z(8),
    ...le16(128),
    ...le16(0),
    ...le32(0),
  ]),
  q(3, [...le16(9), 0, 0, ...le16(72), ...le16(share.length), ...share]),
  a(3, [...le16(16), 1, 0, ...le32(0), ...le32(0), ...le32(0x1f01ff)]),
  q(5, [
    ...le16(57),
    0,
    0,
    ...le32(2),
    ...z(8),
    ...z(8),
    ...le32(0x12019f),
    ...le32(0),
    ...le32(7),
    ...le32(1),
    ...le32(0),
    ...le16(120),
    ...le16(file.length),
    ...le32(0),
    ...le32(0),
    ...file,
  ]),
  a(5, [
    ...le16(89),
    0,
    0,
    ...le32(1),
    ...z(32),
    ...z(8),
    ...z(8),
    ...le32(32),
    ...le32(0),
    ...fid,
    ...le32(0),
    ...le32(0),
  ]),
  a(5, error, 0xc0000034),
  q(8, [
    ...le16(49),
    80,
    0,
    ...le32(100),
    ...z(8),
    ...fid,
    ...le32(0),
    ...le32(0),
    ...le32(0),
    ...le16(0),
    ...le16(0),
    0,
  ]),
  a(8, [...le16(17), 80, 0, ...le32(4), ...le32(0), ...le32(0), ...f.ascii('data')]),
  q(9, [
    ...le16(49),
    ...le16(112),
    ...le32(4),
    ...z(8),
    ...fid,
    ...le32(0),
    ...le32(0),
    ...le16(0),
    ...le16(0),
    ...le32(0),
    ...f.ascii('data'),
  ]),
  a(9, [...le16(17), ...le16(0), ...le32(4), ...le32(0), ...le16(0), ...le16(0)]),
  q(6, [...le16(24), ...le16(0), ...le32(0), ...fid]),
  a(6, [...le16(60), ...le16(0), ...le32(0), ...z(52)]),
  q(13, [...le16(4), 0, 0]),
  a(13, [...le16(4), 0, 0]),
  q(4, [...le16(4), 0, 0]),
  a(4, [...le16(4), 0, 0]),
  q(2, [...le16(4), 0, 0]),
  a(2, [...le16(4), 0, 0]),
];
const SMB1: Turn[] = [
  ['>', nbss(smb1(0x72, 0x18, [0, ...le16(12), 2, ...f.ascii('NT LM 0.12'), 0]))],
  ['<', nbss(smb1(0x72, 0x98, [1, ...le16(0), ...le16(0)]))],
  ['>', nbss(smb1(0x71, 0x18, [0, 0, 0]))],
  ['<', nbss(smb1(0x71, 0x98, [0, 0, 0]))],
  ['>', nbss(smb1(0x2b, 0x18, [1, ...le16(1), ...le16(2), 1, 2]))],
  ['<', nbss(smb1(0x2b, 0x98, [1, ...le16(1), ...le16(2), 1, 2]))],
];
const half = (text: string, suffix: number): Bytes => {
  const padded = [...f.ascii(text.padEnd(15)), suffix];
  return [32, ...padded.flatMap((c) => [0x41 + (c >> 4), 0x41 + (c & 15)]), 0];
};
const SESSION: Turn[] = [
  ['>', [0x81, 0, 0, 68, ...half('SRV', 0x20), ...half('CLIENT', 0)]],
  ['<', [0x82, 0, 0, 0]],
  ['>', [0x85, 0, 0, 0]],
  ['<', [0x83, 0, 0, 1, 0x82]],
];
const ber = (tag: number, ...content: readonly Bytes[]): Bytes => {
  const body = content.flat();
  return body.length < 128 ? [tag, body.length, ...body] : [tag, 0x82, ...f.u16(body.length), ...body];
};
const kdc = (app: number, type: number): Bytes =>
  ber(
    0x60 + app,
    ber(
      0x30,
      ber(0xa1, ber(2, [5])),
      ber(0xa2, ber(2, [type])),
      ber(
        0xa4,
        ber(
          0x30,
          ber(0xa0, ber(3, [0, 0x40, 0, 0, 0])),
          ber(0xa2, ber(0x1b, f.ascii('EXAMPLE'))),
          ber(0xa5, ber(0x18, f.ascii('20370913024805Z'))),
          ber(0xa7, ber(2, [1])),
          ber(0xa8, ber(0x30, ber(2, [18]))),
        ),
      ),
    ),
  );
const kdcRep = (app: number, type: number): Bytes =>
  ber(
    0x60 + app,
    ber(
      0x30,
      ber(0xa0, ber(2, [5])),
      ber(0xa1, ber(2, [type])),
      ber(0xa3, ber(0x1b, f.ascii('EXAMPLE'))),
      ber(0xa4, ber(0x30, ber(0xa0, ber(2, [1])), ber(0xa1, ber(0x30, ber(0x1b, f.ascii('bob')))))),
    ),
  );
const kerror = (code: number): Bytes =>
  ber(
    0x7e,
    ber(
      0x30,
      ber(0xa0, ber(2, [5])),
      ber(0xa1, ber(2, [30])),
      ber(0xa4, ber(0x18, f.ascii('20200101000000Z'))),
      ber(0xa5, ber(2, [1])),
      ber(0xa6, ber(2, [code])),
      ber(0xa9, ber(0x1b, f.ascii('EXAMPLE'))),
      ber(0xaa, ber(0x30, ber(0xa0, ber(2, [2])), ber(0xa1, ber(0x30, ber(0x1b, f.ascii('krbtgt')))))),
    ),
  );
const over = (message: Bytes): Bytes => [...f.u32(message.length), ...message];
const KERBEROS: Turn[] = [
  ['>', over(kdc(10, 10))],
  ['<', over(kerror(25))],
  ['>', over(kdc(12, 12))],
  ['<', over(kdcRep(13, 13))],
];
const ldap = (id: number, op: Bytes): Bytes => ber(0x30, ber(2, [id]), op);
const text = (value: string): Bytes => ber(4, f.ascii(value));
const result = (tag: number, code: number, message = ''): Bytes => ber(tag, ber(10, [code]), text(''), text(message));
const search = (base: string, scope: number): Bytes =>
  ber(
    0x63,
    text(base),
    ber(10, [scope]),
    ber(10, [0]),
    ber(2, [0]),
    ber(2, [0]),
    ber(1, [0]),
    ber(0x87, f.ascii('objectClass')),
    ber(0x30, text('cn')),
  );
const entry = ber(0x64, text('cn=b'), ber(0x30, ber(0x30, text('cn'), ber(0x31, text('b')))));
const LDAP: Turn[] = [
  ['>', ldap(1, ber(0x60, ber(2, [3]), text(''), ber(0x80)))],
  ['<', ldap(1, result(0x61, 0))],
  ['>', ldap(2, ber(0x60, ber(2, [3]), text('cn=admin,dc=x'), ber(0x80, f.ascii('pw'))))],
  ['<', ldap(2, result(0x61, 49, 'bad'))],
  ['>', ldap(3, search('', 0))],
  [
    '<',
    [
      ...ldap(3, ber(0x64, text('cn=a,dc=x'), ber(0x30, ber(0x30, text('cn'), ber(0x31, text('a')))))),
      ...ldap(3, result(0x65, 0)),
    ],
  ],
  ['>', ldap(4, search('dc=example,dc=com', 2))],
  ['<', ldap(4, result(0x65, 0))],
  ['>', ldap(9, search('dc=example,dc=com', 1))],
  ['<', [...ldap(9, entry), ...ldap(9, entry)]],
  ['<', ldap(9, result(0x65, 32, 'no'))],
  ['>', ldap(5, ber(0x4a, f.ascii('cn=a,dc=x')))],
  ['<', ldap(5, result(0x6b, 0))],
  ['>', ldap(6, [0x42, 0])],
];
const udp = (sport: number, dport: number, payload: Bytes): Uint8Array =>
  f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.255', 17, f.udp(sport, dport, payload))));
const datagram = (type: number, body: Bytes): Bytes => [
  type,
  2,
  0,
  1,
  ...f.address('10.0.0.1'),
  0,
  138,
  ...f.u16(body.length + 68),
  0,
  0,
  ...half('CLIENT', 0),
  ...half('WORKGROUP', 0x1d),
  ...body,
];
const trans = (data: Bytes): Bytes => {
  const name = f.ascii('\\MAILSLOT\\BROWSE\0');
  const at = 32 + 1 + 34 + 2 + name.length;
  return smb1(0x25, 0, [
    17,
    ...le16(0),
    ...le16(data.length),
    ...z(16).slice(0, 4),
    0,
    0,
    ...le16(0),
    ...le32(1000),
    0,
    0,
    ...le16(0),
    ...le16(0),
    ...le16(data.length),
    ...le16(at),
    3,
    0,
    ...le16(1),
    ...le16(0),
    ...le16(2),
    ...le16(name.length + data.length),
    ...name,
    ...data,
  ]);
};
const announce = (command: number): Bytes => [
  command,
  0,
  ...le32(60000),
  ...[...f.ascii('CLIENT'), ...z(10)],
  10,
  0,
  ...le32(0x00001003),
  15,
  1,
  0x55,
  0xaa,
  0,
];

export function windowsFrames(): Uint8Array[] {
  const talks: readonly (readonly [number, readonly Turn[]])[] = [
    [445, SMB2],
    [445, SMB1],
    [139, SESSION],
    [88, KERBEROS],
    [389, LDAP],
  ];
  return [
    ...talks.flatMap(([port, turns], i) => talk(45_000 + i, port, turns)),
    udp(40_000, 88, kdc(10, 10)),
    udp(88, 40_000, kdcRep(11, 11)),
    udp(88, 40_000, kerror(24)),
    udp(88, 40_000, kerror(6)),
    udp(88, 40_000, kerror(52)),
    udp(40_000, 389, ldap(1, search('', 0))),
    udp(389, 40_000, [
      ...ldap(1, ber(0x64, text(''), ber(0x30, ber(0x30, text('cn'), ber(0x31, text('a')))))),
      ...ldap(1, result(0x65, 0)),
    ]),
    udp(138, 138, datagram(0x11, trans(announce(1)))),
    udp(138, 138, datagram(0x11, trans(announce(15)))),
    udp(138, 138, datagram(0x11, trans([8, 1, ...le32(0), ...le32(0), 0, 0, 0, 0, ...f.ascii('CLIENT'), 0]))),
    udp(138, 138, datagram(0x11, trans([2, 0, ...f.ascii('CLIENT'), 0]))),
    udp(138, 138, datagram(0x10, [1, 2, 3])),
  ];
}
