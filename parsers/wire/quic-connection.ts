// A QUIC connection, datagram by datagram (RFC 9000, RFC 9001, RFC 9369): the keys of its Initial packets, which follow from an ID that the client
// chose and shows, what is in them, and the TLS messages that their CRYPTO frames make up. Everything later is encrypted for good.
// Surprise: only the client's first ID makes the keys, so a server's packet means nothing without the client's before it; and after a Retry the
// client starts again with another ID.
import { Aes128, openGcm } from '../core/aes-gcm.ts';
import { expandLabel, hmacSha256 } from '../core/sha256.ts';
import type { DatagramReader } from './datagram-reading.ts';
import { cryptoFrames, type Packet, readPackets, type Version, versionOf } from './quic-packets.ts';

const MAX_CRYPTO = 1 << 16;
const HANDSHAKE_HEADER = 4;
const SAMPLE = 16;

interface Keys {
  readonly aes: Aes128;
  readonly iv: Uint8Array;
  readonly mask: Aes128;
}

/** A TLS message that is complete with this packet. */
export interface CryptoMessage {
  /** Put together from several frames; null: it stands in this packet's plain bytes, from `from` on. */
  readonly assembled: Uint8Array | null;
  readonly from: number;
  readonly to: number;
}

export interface PacketNote {
  readonly packet: Packet;
  /** Bytes of the packet number, and what it is; null where its protection was not removed. */
  readonly number: { readonly size: number; readonly value: number } | null;
  /** First byte without its protection. */
  readonly first: number;
  /** Frames in the clear; null when they could not be read. */
  readonly plain: Uint8Array | null;
  readonly messages: readonly CryptoMessage[];
}

export interface QuicNote {
  readonly packets: readonly PacketNote[];
}

export function isQuicNote(note: unknown): note is QuicNote {
  return typeof note === 'object' && note !== null && 'packets' in note;
}

/** The stream of CRYPTO frames of one side, with what of it was used. */
class CryptoStream {
  private bytes = new Uint8Array(0);
  private have = 0;
  private used = 0;
  private held: { readonly offset: number; readonly data: Uint8Array }[] = [];

  /** Takes the frames of a packet; gives the messages that became complete. */
  take(plain: Uint8Array): CryptoMessage[] {
    const frames = cryptoFrames(plain);
    const before = this.used;
    for (const { offset, from, to } of frames) this.add(offset, plain.subarray(from, to));
    const messages: CryptoMessage[] = [];
    while (this.used + HANDSHAKE_HEADER <= this.have) {
      const at = this.used;
      const size = ((this.bytes[at + 1] ?? 0) << 16) | ((this.bytes[at + 2] ?? 0) << 8) | (this.bytes[at + 3] ?? 0);
      const end = at + HANDSHAKE_HEADER + size;
      if (end > this.have) break;
      const home = frames.find(({ offset, from, to }) => offset <= at && offset + to - from >= end && at >= before);
      const from = home === undefined ? 0 : home.from + at - home.offset;
      const assembled = home === undefined ? this.bytes.slice(at, end) : null;
      messages.push({ assembled, from, to: from + end - at });
      this.used = end;
    }
    return messages;
  }

  private add(offset: number, data: Uint8Array): void {
    if (offset + data.length > MAX_CRYPTO || offset + data.length <= this.have) return;
    if (offset > this.have) {
      if (this.held.length < 256) this.held.push({ offset, data: copy(data, 0, data.length) });
      return;
    }
    const end = offset + data.length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2, 2048));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(data, offset);
    this.have = end;
    const next = this.held.find((one) => one.offset <= this.have && one.offset + one.data.length > this.have);
    if (next === undefined) return;
    this.held = this.held.filter((one) => one !== next && one.offset + one.data.length > this.have);
    this.add(next.offset, next.data);
  }
}

/** One side of the connection. */
interface Side {
  crypto: CryptoStream;
  /** Length of the IDs that the other side puts into its short headers: this one's own. */
  idSize: number | null;
  largest: number;
}

const newSide = (): Side => ({ crypto: new CryptoStream(), idSize: null, largest: -1 });

export class QuicConnection implements DatagramReader {
  /** The ID that the keys come from, as text; null before the first Initial. */
  private keyId: Uint8Array | null = null;
  private readonly keys = new Map<string, Keys>();
  private sides: readonly [client: Side, server: Side] = [newSide(), newSide()];

  take(bytes: Uint8Array, toServer: boolean): QuicNote | null {
    const receiver = this.sides[toServer ? 1 : 0];
    const packets = readPackets(bytes, receiver.idSize ?? 0);
    if (packets.length === 0) return null;
    return { packets: packets.map((packet) => this.read(bytes, packet, toServer)) };
  }

  private read(bytes: Uint8Array, packet: Packet, toServer: boolean): PacketNote {
    const nothing = { packet, number: null, first: bytes[packet.at] ?? 0, plain: null, messages: [] };
    const version = versionOf(packet.version);
    const sender = this.sides[toServer ? 0 : 1];
    if (packet.scid !== null) sender.idSize = packet.scid.to - packet.scid.from;
    if (packet.kind !== 'Initial' || version === null || packet.dcid === null) return nothing;
    const dcid = copy(bytes, packet.dcid.from, packet.dcid.to);
    this.keyId ??= dcid;
    const known = this.open(bytes, packet, version, this.keyId, toServer);
    if (known?.plain != null || !toServer || sameBytes(dcid, this.keyId)) return known ?? nothing;
    // After a Retry, or when the ports are used again, another ID makes the keys.
    const other = this.open(bytes, packet, version, dcid, toServer);
    if (other?.plain == null) return known ?? nothing;
    this.keyId = dcid;
    return other;
  }

  private open(
    bytes: Uint8Array,
    packet: Packet,
    version: Version,
    keyId: Uint8Array,
    toServer: boolean,
  ): PacketNote | null {
    const at = packet.numberAt;
    if (at + 4 + SAMPLE > packet.end) return null;
    const { aes, iv, mask } = this.keysOf(version, keyId, toServer);
    const hidden = mask.encrypt(bytes.subarray(at + 4, at + 4 + SAMPLE));
    const first = (bytes[packet.at] ?? 0) ^ ((hidden[0] ?? 0) & 15);
    const size = (first & 3) + 1;
    const header = copy(bytes, packet.at, at + size);
    header[0] = first;
    let truncated = 0;
    for (let i = 0; i < size; i++) {
      const byte = (bytes[at + i] ?? 0) ^ (hidden[i + 1] ?? 0);
      header[at - packet.at + i] = byte;
      truncated = truncated * 256 + byte;
    }
    const isNew = this.keyId === null || !sameBytes(keyId, this.keyId);
    const side = isNew ? newSide() : this.sides[toServer ? 0 : 1];
    const value = wholeNumber(truncated, size, side.largest);
    const nonce = iv.slice();
    for (let i = 0, rest = value; i < 6; i++, rest = Math.floor(rest / 256))
      nonce[11 - i] = (nonce[11 - i] ?? 0) ^ (rest & 255);
    const plain = openGcm(aes, nonce, header, bytes.subarray(at + size, packet.end));
    if (plain === null) return { packet, number: { size, value }, first, plain, messages: [] };
    if (isNew) {
      side.idSize = this.sides[0].idSize;
      this.sides = [side, { ...newSide(), idSize: this.sides[1].idSize }];
    }
    side.largest = Math.max(side.largest, value);
    return { packet, number: { size, value }, first, plain, messages: side.crypto.take(plain) };
  }

  private keysOf({ salt, label }: Version, keyId: Uint8Array, toServer: boolean): Keys {
    const name = `${label} ${salt[0]} ${toServer} ${keyId.join()}`;
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    const initial = hmacSha256(salt, keyId);
    const secret = expandLabel(initial, toServer ? 'client in' : 'server in', 32);
    const aes = new Aes128(expandLabel(secret, `${label} key`, 16));
    const mask = new Aes128(expandLabel(secret, `${label} hp`, 16));
    const keys = { aes, iv: expandLabel(secret, `${label} iv`, 12), mask };
    if (this.keys.size >= 8) this.keys.clear();
    this.keys.set(name, keys);
    return keys;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The packet number nearest to the one expected next (RFC 9000, A.3). */
function wholeNumber(truncated: number, size: number, largest: number): number {
  const span = 256 ** size;
  const expected = largest + 1;
  const near = Math.floor(expected / span) * span + truncated;
  if (near + span / 2 <= expected) return near + span;
  return near > expected + span / 2 && near >= span ? near - span : near;
}

/** A copy, also of a Buffer, whose `slice` is none. */
function copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(from, to));
}
