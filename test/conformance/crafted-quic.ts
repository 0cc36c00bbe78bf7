// QUIC made by hand with Node's cryptography, which shares nothing with ours: versions 1, 2 and draft 29, Retry, version negotiation,
// coalesced packets, a ClientHello over several packets and out of order.
import { createCipheriv, createHmac } from 'node:crypto';
import * as f from './frames.ts';

type Bytes = readonly number[];

const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const IPV4 = 0x0800;

interface Version {
  readonly number: number;
  readonly salt: string;
  readonly label: string;
  /** Packet types on the wire: Initial, 0-RTT, Handshake, Retry. */
  readonly types: readonly [number, number, number, number];
}

const V1: Version = { number: 1, salt: '38762cf7f55934b34d179ae6a4c80cadccbb7f0a', label: 'quic', types: [0, 1, 2, 3] };
const V2: Version = {
  number: 0x6b3343cf,
  salt: '0dede3def700a6db819381be6e269dcbf9bd2ed9',
  label: 'quicv2',
  types: [1, 2, 3, 0],
};
const DRAFT_29: Version = { ...V1, number: 0xff00001d, salt: 'afbfec289993d24c9e9786f19c6111e04390a899' };

const hmac = (key: Uint8Array, data: Uint8Array): Uint8Array => createHmac('sha256', key).update(data).digest();

function expand(secret: Uint8Array, label: string, size: number): Uint8Array {
  const full = f.ascii(`tls13 ${label}`);
  return hmac(secret, Uint8Array.from([...f.u16(size), full.length, ...full, 0, 1])).subarray(0, size);
}

export const varint = (value: number): Bytes =>
  value < 64 ? [value] : value < 16_384 ? f.u16(value | 0x4000) : f.u32((value | 0x8000_0000) >>> 0);

interface Long {
  readonly version: Version;
  /** 0 Initial, 1 0-RTT, 2 Handshake. */
  readonly kind: 0 | 1 | 2;
  readonly fromServer?: boolean;
  /** The ID that the keys come from. */
  readonly keyId: Bytes;
  readonly dcid: Bytes;
  readonly scid: Bytes;
  readonly token?: Bytes;
  readonly pn: number;
  readonly payload: Bytes;
}

/** A long header packet, protected with the keys of Initial packets whatever its kind. */
function long({ version, kind, fromServer = false, keyId, dcid, scid, token = [], pn, payload }: Long): Bytes {
  const initial = hmac(Buffer.from(version.salt, 'hex'), Uint8Array.from(keyId));
  const secret = expand(initial, fromServer ? 'server in' : 'client in', 32);
  const first = 0xc0 | (version.types[kind] << 4) | 1;
  const header = [
    first,
    ...f.u32(version.number),
    dcid.length,
    ...dcid,
    scid.length,
    ...scid,
    ...(kind === 0 ? [...varint(token.length), ...token] : []),
    ...f.u16(0x4000 | (payload.length + 2 + 16)),
    ...f.u16(pn),
  ];
  const nonce = Uint8Array.from(expand(secret, `${version.label} iv`, 12));
  nonce[11] = (nonce[11] ?? 0) ^ (pn & 255);
  nonce[10] = (nonce[10] ?? 0) ^ (pn >> 8);
  const cipher = createCipheriv('aes-128-gcm', expand(secret, `${version.label} key`, 16), nonce);
  cipher.setAAD(Uint8Array.from(header));
  const sealed = [...cipher.update(Uint8Array.from(payload)), ...cipher.final(), ...cipher.getAuthTag()];
  const mask = createCipheriv('aes-128-ecb', expand(secret, `${version.label} hp`, 16), null).update(
    Uint8Array.from(sealed.slice(2, 18)),
  );
  const packet = [...header, ...sealed];
  const at = header.length - 2;
  packet[0] = first ^ ((mask[0] ?? 0) & 15);
  packet[at] = (packet[at] ?? 0) ^ (mask[1] ?? 0);
  packet[at + 1] = (packet[at + 1] ?? 0) ^ (mask[2] ?? 0);
  return packet;
}

const crypto = (offset: number, data: Bytes): Bytes => [6, ...varint(offset), ...varint(data.length), ...data];
const padded = (payload: Bytes, size = 1150): Bytes => [
  ...payload,
  ...new Array<number>(Math.max(0, size - payload.length)).fill(0),
];

const extension = (type: number, body: Bytes): Bytes => [...f.u16(type), ...f.u16(body.length), ...body];
const vector16 = (body: Bytes): Bytes => [...f.u16(body.length), ...body];

function handshake(type: number, body: Bytes): Bytes {
  return [type, ...f.u32(body.length).slice(1), ...body];
}

function clientHello(name: string, filler = 0): Bytes {
  const extensions = [
    ...extension(0, vector16([0, ...vector16(f.ascii(name))])),
    ...extension(16, vector16([2, ...f.ascii('h3'), 5, ...f.ascii('h3-29')])),
    ...extension(43, [2, 3, 4]),
    ...extension(51, vector16([...f.u16(29), ...vector16(new Array<number>(32).fill(7))])),
    ...extension(57, [1, 2, 0x40, 0x64, 15, 0]),
    ...(filler > 0 ? extension(21, new Array<number>(filler).fill(0)) : []),
  ];
  return handshake(1, [
    3,
    3,
    ...new Array<number>(32).fill(9),
    0,
    ...vector16([0x13, 1, 0x13, 2]),
    1,
    0,
    ...vector16(extensions),
  ]);
}

function serverHello(): Bytes {
  const extensions = [
    ...extension(43, [3, 4]),
    ...extension(51, [...f.u16(29), ...vector16(new Array<number>(32).fill(8))]),
  ];
  return handshake(2, [3, 3, ...new Array<number>(32).fill(5), 0, 0x13, 1, 0, ...vector16(extensions)]);
}

/** IDs are a connection's own: tshark finds connections by them, wherever they turn up. */
let connections = 0;
const ids = (): { readonly DCID: Bytes; readonly CLIENT_ID: Bytes; readonly SERVER_ID: Bytes } => {
  connections++;
  return {
    DCID: [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, connections],
    CLIENT_ID: [1, 2, 3, 4, connections],
    SERVER_ID: [0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, connections],
  };
};

type Datagram = readonly ['>' | '<', Bytes];

/** A short header packet, whose content nobody can read. */
const short = (dcid: Bytes, size = 40): Bytes => [
  0x43,
  ...dcid,
  ...Array.from({ length: size }, (_, i) => (i * 37) & 255),
];

function connection(version: Version, name: string): Datagram[] {
  const { DCID, CLIENT_ID, SERVER_ID } = ids();
  const base = { version, keyId: DCID, scid: CLIENT_ID };
  const back = { version, keyId: DCID, dcid: CLIENT_ID, scid: SERVER_ID, fromServer: true };
  return [
    ['>', long({ ...base, kind: 0, dcid: DCID, pn: 0, payload: padded(crypto(0, clientHello(name))) })],
    [
      '<',
      [
        ...long({ ...back, kind: 0, pn: 0, payload: [2, 0, 0, 0, 0, ...crypto(0, serverHello())] }),
        ...long({ ...back, kind: 2, pn: 0, payload: padded([], 300) }),
        ...short(CLIENT_ID),
      ],
    ],
    [
      '>',
      [
        ...long({ ...base, kind: 0, dcid: SERVER_ID, pn: 1, payload: [2, 0, 0, 0, 0] }),
        ...long({ ...base, kind: 2, dcid: SERVER_ID, pn: 0, payload: padded([], 60) }),
      ],
    ],
    ['>', short(SERVER_ID)],
    ['<', short(CLIENT_ID, 100)],
    ['<', [...long({ ...back, kind: 2, pn: 1, payload: padded([], 20) }), ...short(CLIENT_ID)]],
  ];
}

/** A ClientHello in three packets of which the last comes first, with its frames out of order and one again. */
function scattered(): Datagram[] {
  const { DCID, CLIENT_ID } = ids();
  const hello = clientHello('scattered.example', 1500);
  const part = (from: number, to: number): Bytes => crypto(from, hello.slice(from, to));
  const base = { version: V1, kind: 0 as const, keyId: DCID, dcid: DCID, scid: CLIENT_ID };
  return [
    ['>', long({ ...base, pn: 2, payload: padded(part(1200, hello.length)) })],
    ['>', long({ ...base, pn: 0, payload: padded([...part(300, 600), 1, ...part(0, 300), 0, 0, ...part(550, 600)]) })],
    ['>', long({ ...base, pn: 1, payload: padded([1, ...part(600, 1200)]) })],
    ['>', long({ ...base, pn: 3, payload: padded([...part(0, 300)]) })],
  ];
}

type Ids = ReturnType<typeof ids>;

function first({ DCID, CLIENT_ID }: Ids) {
  return { version: V1, kind: 0 as const, keyId: DCID, dcid: DCID, scid: CLIENT_ID };
}

const hello = padded(crypto(0, clientHello('other.example')));

function others(): Datagram[][] {
  const token = f.ascii('a token that the server gave');
  const close = [0x1c, ...varint(0x10a), 6, ...varint(5), ...f.ascii('sorry')];
  const each: ((own: Ids) => Datagram[])[] = [
    (own) => {
      const { DCID, CLIENT_ID } = own;
      const offered = [...f.u32(1), ...f.u32(0xff00001d), ...f.u32(0x0a1a2a3a)];
      return [
        ['>', long({ ...first(own), pn: 0, payload: hello })],
        ['<', [0x80, ...f.u32(0), 5, ...CLIENT_ID, 8, ...DCID, ...offered]],
        ['>', long({ ...first(own), pn: 1, payload: hello })],
      ];
    },
    (own) => {
      const { CLIENT_ID, SERVER_ID } = own;
      const tag = new Array<number>(16).fill(0x11);
      const answer = [2, 1, 0, 0, 1, ...crypto(0, serverHello())];
      const again = { ...first(own), keyId: SERVER_ID };
      return [
        ['>', long({ ...first(own), pn: 0, payload: hello })],
        ['<', [0xf0, ...f.u32(1), 5, ...CLIENT_ID, 8, ...SERVER_ID, ...token, ...tag]],
        ['>', long({ ...again, dcid: SERVER_ID, token, pn: 1, payload: hello })],
        ['<', long({ ...again, dcid: CLIENT_ID, scid: SERVER_ID, fromServer: true, pn: 0, payload: answer })],
      ];
    },
    // No connection ID at the client; the server closes.
    (own) => {
      const answer = { ...first(own), dcid: [], scid: own.SERVER_ID, fromServer: true };
      return [
        ['>', long({ ...first(own), scid: [], pn: 0, payload: hello })],
        ['<', long({ ...answer, pn: 0, payload: [2, 0, 0, 0, 0, ...close] })],
        ['<', short([])],
      ];
    },
    // 0-RTT behind an Initial; a packet that does not decrypt; one that ends early.
    (own) => [
      [
        '>',
        [
          ...long({ ...first(own), pn: 0, payload: crypto(0, clientHello('early.example')) }),
          ...long({ ...first(own), kind: 1, pn: 0, payload: padded([], 100) }),
        ],
      ],
      ['>', long({ ...first(own), keyId: own.SERVER_ID, pn: 1, payload: hello })],
      ['>', long({ ...first(own), pn: 2, payload: hello }).slice(0, 700)],
    ],
    // Frames of every kind that an Initial may carry.
    (own) => {
      const frames = [1, 0, 2, 10, 5, 1, 2, 1, 1, 3, 10, 5, 0, 2, 1, 2, 3, 0x1c, 1, 0, 0];
      return [['>', long({ ...first(own), pn: 0, payload: padded(frames) })]];
    },
    // The first that we see is the server's.
    (own) => {
      const answer = { ...first(own), dcid: own.CLIENT_ID, scid: own.SERVER_ID, fromServer: true };
      return [['<', long({ ...answer, pn: 0, payload: [2, 0, 0, 0, 0, ...crypto(0, serverHello())] })]];
    },
    // Padding behind the packet.
    (own) => {
      const packet = long({ ...first(own), pn: 0, payload: crypto(0, clientHello('padded.example')) });
      return [['>', [...packet, ...new Array<number>(500).fill(0)]]];
    },
  ];
  return each.map((make) => make(ids()));
}

/** Every connection on a port of its own. */
export function quicFrames(): Uint8Array[] {
  const all = [
    connection(V1, 'one.example'),
    connection(V2, 'two.example'),
    connection(DRAFT_29, 'draft.example'),
    scattered(),
    ...others(),
  ];
  return all.flatMap((datagrams, i) =>
    datagrams.map(([way, bytes]) => {
      const back = way === '<';
      const port = 42_000 + i;
      const segment = back ? f.udp(443, port, bytes) : f.udp(port, 443, bytes);
      return f.frame(f.ethernet(IPV4, f.ip4(back ? SERVER : CLIENT, back ? CLIENT : SERVER, 17, segment), back));
    }),
  );
}
