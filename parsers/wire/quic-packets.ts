// The headers of QUIC's packets that nobody encrypts, the packets of one datagram, and its versions (RFC 9000 section 17, RFC 8999).
// Surprise: a short header does not say how long its ID is; whoever reads it must have seen the other side choose that ID.

export interface Version {
  readonly number: number;
  readonly salt: Uint8Array;
  readonly label: string;
  /** Packet type by the two bits of the header. */
  readonly kinds: readonly Kind[];
}

export type Kind = 'Initial' | '0-RTT' | 'Handshake' | 'Retry' | 'Version Negotiation' | 'Short';

const KINDS: readonly Kind[] = ['Initial', '0-RTT', 'Handshake', 'Retry'];
const KINDS_V2: readonly Kind[] = ['Retry', 'Initial', '0-RTT', 'Handshake'];
const V2 = 0x6b3343cf;
const FIRST_DRAFT = 0xff000017;
const LAST_DRAFT = 0xff000022;

const salts = {
  draft23: 'c3eef712c72ebb5a11a7d2432bb46365bef9f502',
  draft29: 'afbfec289993d24c9e9786f19c6111e04390a899',
  v1: '38762cf7f55934b34d179ae6a4c80cadccbb7f0a',
  v2: '0dede3def700a6db819381be6e269dcbf9bd2ed9',
};

const saltBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const versions = new Map<number, Version>();
const add = (number: number, salt: string, label = 'quic', kinds = KINDS): void => {
  versions.set(number, { number, salt: saltBytes(salt), label, kinds });
};
add(1, salts.v1);
add(V2, salts.v2, 'quicv2', KINDS_V2);
for (let draft = FIRST_DRAFT; draft <= LAST_DRAFT; draft++)
  add(draft, draft < 0xff00001d ? salts.draft23 : draft < 0xff000021 ? salts.draft29 : salts.v1);

/** Null for a version that we cannot read. */
export function versionOf(number: number): Version | null {
  return versions.get(number) ?? null;
}

export function versionName(number: number): string {
  if (number === 0) return 'Version Negotiation';
  if (number === 1) return '1';
  if (number === V2) return '2';
  if (number >= FIRST_DRAFT && number <= LAST_DRAFT) return `draft-${number - 0xff000000}`;
  return 'Unknown';
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Packet {
  readonly kind: Kind;
  readonly at: number;
  readonly end: number;
  readonly version: number;
  readonly dcid: Range | null;
  readonly scid: Range | null;
  readonly token: Range | null;
  /** What its length field says follows it; -1 without one. */
  readonly length: number;
  readonly lengthAt: number;
  /** Where the packet number begins, or what there is instead. */
  readonly numberAt: number;
}

const MAX_PACKETS = 20;
const MAX_ID = 20;
const LONG = 0x80;
const FIXED = 0x40;

export interface Varint {
  readonly value: number;
  readonly end: number;
}

/** An integer of 1, 2, 4 or 8 bytes (RFC 9000, section 16); null when it is cut. */
export function varint(bytes: Uint8Array, at: number, limit: number): Varint | null {
  const first = bytes[at] ?? 0;
  const end = at + (1 << (first >> 6));
  if (at >= limit || end > limit) return null;
  let value = first & 0x3f;
  for (let i = at + 1; i < end; i++) value = value * 256 + (bytes[i] ?? 0);
  return { value, end };
}

/** True when the datagram begins with a long header that can be nothing else. */
export function startsLikeQuic(bytes: Uint8Array | DataView, at: number, end: number): boolean {
  const read = (i: number): number => (bytes instanceof DataView ? bytes.getUint8(i) : (bytes[i] ?? 0));
  if (at + 7 > end || (read(at) & LONG) === 0) return false;
  const version = word(read, at + 1);
  const idSize = read(at + 5);
  const source = at + 6 + idSize;
  if (idSize > MAX_ID || source >= end || read(source) > MAX_ID) return false;
  const rest = source + 1 + read(source);
  if (rest > end) return false;
  if (version === 0) {
    // Nothing but versions, and one of them known.
    if ((end - rest) % 4 !== 0) return false;
    for (let i = rest; i < end; i += 4) if (versions.has(word(read, i))) return true;
    return false;
  }
  // Versions of this pattern are offered to see them refused, in datagrams of full size.
  const isReserved = (version & 0x0f0f0f0f) === 0x0a0a0a0a && end - at >= 1200;
  return (read(at) & FIXED) !== 0 && (versions.has(version) || isReserved);
}

function word(read: (i: number) => number, at: number): number {
  return ((read(at) << 24) | (read(at + 1) << 16) | (read(at + 2) << 8) | read(at + 3)) >>> 0;
}

/** The packets of a datagram; `idSize` is the length of IDs in short headers sent this way. Ends where no packet begins. */
export function readPackets(bytes: Uint8Array, idSize: number): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length && packets.length < MAX_PACKETS; ) {
    const packet = readPacket(bytes, at, idSize);
    if (packet === null) break;
    packets.push(packet);
    at = packet.end;
  }
  return packets;
}

function readPacket(bytes: Uint8Array, at: number, idSize: number): Packet | null {
  const first = bytes[at] ?? 0;
  const end = bytes.length;
  if ((first & LONG) === 0) {
    if ((first & FIXED) === 0 || at + 1 + idSize > end) return null;
    const dcid = { from: at + 1, to: at + 1 + idSize };
    const rest = { version: 0, scid: null, token: null, length: -1, lengthAt: 0 };
    return { ...rest, kind: 'Short', at, end, dcid, numberAt: dcid.to };
  }
  if (at + 7 > end) return null;
  const version = word((i) => bytes[i] ?? 0, at + 1);
  const dcid = { from: at + 6, to: at + 6 + (bytes[at + 5] ?? 0) };
  const scid = { from: dcid.to + 1, to: dcid.to + 1 + (bytes[dcid.to] ?? 0) };
  if (dcid.to - dcid.from > MAX_ID || scid.to - scid.from > MAX_ID || scid.to > end) return null;
  const plain = { at, version, dcid, scid, token: null, length: -1, lengthAt: scid.to, numberAt: scid.to };
  if (version === 0) return { ...plain, kind: 'Version Negotiation', end };
  if ((first & FIXED) === 0) return null;
  const kind = (versionOf(version)?.kinds ?? KINDS)[(first >> 4) & 3] ?? 'Initial';
  if (kind === 'Retry') return { ...plain, kind, end };
  let token: Range | null = null;
  let lengthAt = scid.to;
  if (kind === 'Initial') {
    const size = varint(bytes, scid.to, end);
    if (size === null || size.end + size.value > end) return { ...plain, kind, end, numberAt: end };
    token = { from: size.end, to: size.end + size.value };
    lengthAt = token.to;
  }
  const length = varint(bytes, lengthAt, end);
  if (length === null) return { ...plain, kind, end, token, lengthAt, numberAt: end };
  const stop = Math.min(end, length.end + length.value);
  return { ...plain, kind, end: stop, token, length: length.value, lengthAt, numberAt: length.end };
}

export interface CryptoFrame extends Range {
  /** In the stream of CRYPTO frames. */
  readonly offset: number;
}

/** The CRYPTO frames of a packet in the clear; what is no frame ends the list. */
export function cryptoFrames(plain: Uint8Array): CryptoFrame[] {
  const found: CryptoFrame[] = [];
  for (let at = 0; at < plain.length; ) {
    const type = plain[at] ?? 0;
    const end = type === 6 ? -1 : frameEnd(plain, at);
    if (end === null) break;
    if (end >= 0) {
      at = end;
      continue;
    }
    const offset = varint(plain, at + 1, plain.length);
    const size = offset && varint(plain, offset.end, plain.length);
    if (!offset || !size || size.end + size.value > plain.length) break;
    found.push({ offset: offset.value, from: size.end, to: size.end + size.value });
    at = size.end + size.value;
  }
  return found;
}

/** Integers that frames of a type consist of; ACK ranges, and what is counted by one of them, come on top. */
const INTEGERS: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 0],
  [2, 4],
  [3, 4],
  [0x1c, 3],
  [0x1d, 2],
]);

/** Where a frame other than CRYPTO ends; null when it is none that Initial packets carry, or is cut. */
export function frameEnd(plain: Uint8Array, at: number): number | null {
  const type = plain[at] ?? 0;
  const count = INTEGERS.get(type);
  if (count === undefined) return null;
  const { length } = plain;
  const values: number[] = [];
  let end = at + 1;
  const skip = (n: number): boolean => {
    for (let i = 0; i < n; i++) {
      const read = varint(plain, end, length);
      if (read === null) return false;
      if (values.length < 4) values.push(read.value);
      end = read.end;
    }
    return true;
  };
  if (!skip(count)) return null;
  const ranges = type === 2 || type === 3 ? (values[2] ?? 0) * 2 + (type === 3 ? 3 : 0) : 0;
  if (ranges > length || !skip(ranges)) return null;
  if (type === 0x1c || type === 0x1d) end += values[count - 1] ?? 0;
  return end > length ? null : end;
}
