// QUIC (RFC 9000, RFC 9369): the headers of all packets, and what Initial packets carry, with the TLS hello in it (quic-connection.ts decrypts).
// Surprise: of several packets in a datagram the list shows the last, as Wireshark does; the tree has all.
import type { Dissection } from './dissection.ts';
import { hexBytes, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { type CryptoMessage, isQuicNote, type PacketNote, QuicConnection } from './quic-connection.ts';
import { frameEnd, type Packet, type Range, startsLikeQuic, varint, versionName, versionOf } from './quic-packets.ts';
import { dissectHandshake } from './tls-handshake.ts';

const NAME = 'QUIC IETF';
const FRAME_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'PADDING'],
  [1, 'PING'],
  [2, 'ACK'],
  [3, 'ACK_ECN'],
  [6, 'CRYPTO'],
  [0x1c, 'CC'],
  [0x1d, 'CC'],
]);
const MAX_FRAMES = 500;
const RETRY_TAG = 16;

const index = (facts: FrameFacts): boolean => startsLikeQuic(facts.view, facts.at, facts.end);

function dissect(d: Dissection): void {
  const start = d.at;
  const given = isQuicNote(d.note) ? d.note : null;
  if (given === null && !startsLikeQuic(d.bytes, start, d.end)) return;
  const datagram = d.bytes.subarray(start, d.end);
  const note = given ?? new QuicConnection().take(datagram, true);
  if (note === null) return;
  for (const packet of note.packets) onePacket(d, start, packet);
  const last = note.packets.at(-1)?.packet.end ?? 0;
  d.at = d.end;
  if (start + last < d.end) {
    const layer = d.layers.at(-1);
    const size = d.end - start - last;
    if (layer)
      d.node(layer, 'quic.coalesced_padding_data', `Coalesced Padding Data (${size} bytes)`, null, start + last, size);
  }
  // Only data is missed: the list does not say so.
  if (d.wireEnd > d.end) d.needAt(start, d.wireEnd - start, 'data');
}

function onePacket(d: Dissection, start: number, note: PacketNote): void {
  const { packet } = note;
  const at = start + packet.at;
  const size = packet.end - packet.at;
  const layer = d.layer('quic', NAME, at, size);
  d.generated(layer, 'quic.packet_length', `Packet Length: ${size}`, String(size));
  const id = (range: Range | null): string =>
    range === null ? '' : hexBytes(d.bytes, start + range.from, start + range.to);
  const dcid = id(packet.dcid);
  const scid = id(packet.scid);
  const isShort = packet.kind === 'Short';
  if (isShort) shortHeader(d, layer, at, dcid, note.first);
  else longHeader(d, layer, start, note, dcid, scid);
  let text = isShort ? 'Protected Payload (KP0)' : packet.kind;
  if (dcid !== '') text += `, DCID=${dcid}`;
  if (scid !== '') text += `, SCID=${scid}`;
  if (note.number !== null) text += `, PKN: ${note.number.value}`;
  const from = start + packet.numberAt + (note.number?.size ?? 0);
  const rest = start + packet.end - from;
  if (note.plain !== null) {
    d.node(layer, 'quic.payload', `Payload (${rest} bytes)`, null, from, rest);
    const back = d.enter('Decrypted QUIC packet', note.plain);
    for (const name of frames(d, layer, note)) text += `, ${name}`;
    back();
  } else if (packet.kind === 'Initial' && note.number !== null) {
    const payload = d.node(layer, 'quic.payload', `Payload (${rest} bytes)`, null, from, rest);
    d.generated(payload, null, 'Not decrypted: the keys that follow from the IDs seen do not fit', null).severity =
      'warn';
  } else if (rest > 0 && packet.kind !== 'Retry' && packet.kind !== 'Version Negotiation')
    d.node(layer, 'quic.remaining_payload', `Remaining Payload (${rest} bytes)`, null, from, rest);
  d.setProtocol('QUIC', text);
}

function shortHeader(d: Dissection, layer: FieldNode, at: number, dcid: string, first: number): void {
  const size = 1 + dcid.length / 2;
  const node = d.node(layer, 'quic.short', `QUIC Short Header${dcid === '' ? '' : ` DCID=${dcid}`}`, null, at, size);
  d.node(node, 'quic.header_form', 'Header Form: Short Header (0)', '0', at, 1);
  d.node(node, 'quic.fixed_bit', 'Fixed Bit: True', '1', at, 1);
  d.bit(node, 'quic.spin_bit', 'Spin Bit', (first & 0x20) !== 0, at, 1);
  if (dcid !== '') d.node(node, 'quic.dcid', `Destination Connection ID: ${dcid}`, dcid, at + 1, size - 1);
}

function longHeader(
  d: Dissection,
  layer: FieldNode,
  start: number,
  note: PacketNote,
  dcid: string,
  scid: string,
): void {
  const { packet, first, number } = note;
  const at = start + packet.at;
  const { kind, version } = packet;
  d.node(layer, 'quic.header_form', 'Header Form: Long Header (1)', '1', at, 1);
  if (kind !== 'Version Negotiation') {
    if (kind !== 'Retry') d.node(layer, 'quic.fixed_bit', 'Fixed Bit: True', '1', at, 1);
    const bits = (first >> 4) & 3;
    const isV2 = versionOf(version)?.label === 'quicv2';
    const filter = isV2 ? 'quic.long.packet_type_v2' : 'quic.long.packet_type';
    d.node(layer, filter, `Packet Type: ${kind} (${bits})`, String(bits), at, 1);
  }
  if (number !== null) {
    d.field(layer, 'quic.long.reserved', 'Reserved', (first >> 2) & 3, at, 1);
    const label = `Packet Number Length: ${number.size} bytes (${number.size - 1})`;
    d.node(layer, 'quic.packet_number_length', label, String(number.size - 1), at, 1);
  }
  const word = hexText(version, 8);
  d.node(layer, 'quic.version', `Version: ${versionName(version)} (${word})`, word, at + 1, 4);
  idNodes(d, layer, start, packet.dcid, dcid, 'Destination', 'd');
  idNodes(d, layer, start, packet.scid, scid, 'Source', 's');
  if (kind === 'Version Negotiation') {
    for (let i = start + packet.numberAt; i + 4 <= start + packet.end; i += 4) {
      const offered = d.view.getUint32(i);
      const text = `Supported Version: ${versionName(offered)} (${hexText(offered, 8)})`;
      d.node(layer, 'quic.supported_version', text, hexText(offered, 8), i, 4);
    }
  } else if (kind === 'Retry') retry(d, layer, start, packet);
  else lengths(d, layer, start, packet);
  if (number !== null)
    d.field(layer, 'quic.packet_number', 'Packet Number', number.value, start + packet.numberAt, number.size);
}

function idNodes(
  d: Dissection,
  layer: FieldNode,
  start: number,
  range: Range | null,
  id: string,
  name: string,
  side: string,
): void {
  if (range === null) return;
  const size = range.to - range.from;
  d.field(layer, `quic.${side}cil`, `${name} Connection ID Length`, size, start + range.from - 1, 1);
  if (size > 0) d.node(layer, `quic.${side}cid`, `${name} Connection ID: ${id}`, id, start + range.from, size);
}

function lengths(
  d: Dissection,
  layer: FieldNode,
  start: number,
  { token, length, lengthAt, numberAt, scid }: Packet,
): void {
  if (token !== null) {
    const size = token.to - token.from;
    d.field(layer, 'quic.token_length', 'Token Length', size, start + (scid?.to ?? 0), 1);
    const text = hexBytes(d.bytes, start + token.from, start + token.to);
    if (size > 0) d.node(layer, 'quic.token', `Token: ${text}`, text, start + token.from, size);
  }
  if (length >= 0) d.field(layer, 'quic.length', 'Length', length, start + lengthAt, numberAt - lengthAt);
}

function retry(d: Dissection, layer: FieldNode, start: number, { numberAt, end }: Packet): void {
  const tagAt = Math.max(numberAt, end - RETRY_TAG);
  const token = hexBytes(d.bytes, start + numberAt, start + tagAt);
  if (tagAt > numberAt)
    d.node(layer, 'quic.retry_token', `Retry Token: ${token}`, token, start + numberAt, tagAt - numberAt);
  const tag = hexBytes(d.bytes, start + tagAt, start + end);
  d.node(layer, 'quic.retry_integrity_tag', `Retry Integrity Tag: ${tag}`, tag, start + tagAt, end - tagAt);
}

/** The frames of a packet in the clear, which `d` stands in; gives their names. */
function frames(d: Dissection, layer: FieldNode, { messages }: PacketNote): string[] {
  const names: string[] = [];
  let home = layer;
  for (let at = 0; at < d.end && names.length < MAX_FRAMES; ) {
    const type = d.bytes[at] ?? 0;
    const name = FRAME_NAMES.get(type);
    if (name === undefined) {
      d.malformed('quic', at, `Frame type ${type} may not stand in an Initial packet.`);
      break;
    }
    const end = type === 0 ? paddingEnd(d.bytes, at) : type === 6 ? cryptoEnd(d.bytes, at) : frameEnd(d.bytes, at);
    if (end === null) {
      d.malformed('quic', at, `A ${name} frame claims more bytes than the packet has.`);
      break;
    }
    names.push(name);
    const node = d.node(layer, 'quic.frame', name, null, at, end - at);
    d.node(node, 'quic.frame_type', `Frame Type: ${name} (${type})`, String(type), at, 1);
    if (type === 0) d.generated(node, 'quic.padding_length', `Padding Length: ${end - at}`, String(end - at));
    if (type === 6) home = crypto(d, node, at, end);
    if (type === 2 || type === 3) acknowledgement(d, node, at + 1);
    if (type === 0x1c || type === 0x1d) close(d, node, at + 1, type === 0x1d, end);
    at = end;
  }
  for (const message of messages) tlsMessage(d, home, message);
  return names;
}

function paddingEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] === 0) end++;
  return end;
}

function cryptoEnd(bytes: Uint8Array, at: number): number | null {
  const offset = varint(bytes, at + 1, bytes.length);
  const size = offset && varint(bytes, offset.end, bytes.length);
  if (!size || size.end + size.value > bytes.length) return null;
  return size.end + size.value;
}

/** Adds integers one after the other; gives where they end. */
function integers(d: Dissection, node: FieldNode, from: number, names: readonly (readonly [string, string])[]): number {
  let at = from;
  for (const [filter, name] of names) {
    const read = varint(d.bytes, at, d.end);
    if (read === null) break;
    d.field(node, filter, name, read.value, at, read.end - at);
    at = read.end;
  }
  return at;
}

function crypto(d: Dissection, node: FieldNode, at: number, end: number): FieldNode {
  const data = integers(d, node, at + 1, [
    ['quic.crypto.offset', 'Offset'],
    ['quic.crypto.length', 'Length'],
  ]);
  d.node(node, 'quic.crypto.crypto_data', 'Crypto Data', null, data, end - data);
  return node;
}

function acknowledgement(d: Dissection, node: FieldNode, at: number): void {
  integers(d, node, at, [
    ['quic.ack.largest_acknowledged', 'Largest Acknowledged'],
    ['quic.ack.ack_delay', 'ACK Delay'],
    ['quic.ack.ack_range_count', 'ACK Range Count'],
    ['quic.ack.first_ack_range', 'First ACK Range'],
  ]);
}

function close(d: Dissection, node: FieldNode, at: number, isApp: boolean, end: number): void {
  const code = isApp ? 'quic.cc.error_code.app' : 'quic.cc.error_code';
  const size = ['quic.cc.reason_phrase.length', 'Reason phrase Length'] as const;
  const frameType = ['quic.cc.frame_type', 'Frame Type'] as const;
  const from = integers(d, node, at, [[code, 'Error code'], ...(isApp ? [] : [frameType]), size]);
  let reason = '';
  for (let i = from; i < end; i++) reason += String.fromCharCode(d.bytes[i] ?? 0);
  reason = reason.replace(/[^\x20-\x7e]/g, '.');
  if (reason !== '') d.field(node, 'quic.cc.reason_phrase', 'Reason phrase', reason, from, end - from);
}

function tlsMessage(d: Dissection, home: FieldNode, { assembled, from, to }: CryptoMessage): void {
  const back = assembled === null ? null : d.enter(`Reassembled QUIC CRYPTO (${assembled.length} bytes)`, assembled);
  const record = d.node(home, 'tls', '', null, from, to - from);
  record.label = `TLSv1.3 Record Layer: Handshake Protocol: ${dissectHandshake(d, record, from, to)}`;
  back?.();
}

export const protocol: Protocol = {
  filter: 'quic',
  name: NAME,
  attach: { udpAnyPort: true },
  fields: [
    { name: 'quic.packet_length', kind: 'uint' },
    { name: 'quic.header_form', kind: 'uint' },
    { name: 'quic.fixed_bit', kind: 'bool' },
    { name: 'quic.long.packet_type', kind: 'uint' },
    { name: 'quic.long.packet_type_v2', kind: 'uint' },
    { name: 'quic.long.reserved', kind: 'uint' },
    { name: 'quic.packet_number_length', kind: 'uint' },
    { name: 'quic.version', kind: 'uint' },
    { name: 'quic.supported_version', kind: 'uint' },
    { name: 'quic.dcil', kind: 'uint' },
    { name: 'quic.dcid', kind: 'bytes' },
    { name: 'quic.scil', kind: 'uint' },
    { name: 'quic.scid', kind: 'bytes' },
    { name: 'quic.token_length', kind: 'uint' },
    { name: 'quic.token', kind: 'bytes' },
    { name: 'quic.length', kind: 'uint' },
    { name: 'quic.packet_number', kind: 'uint' },
    { name: 'quic.retry_token', kind: 'bytes' },
    { name: 'quic.retry_integrity_tag', kind: 'bytes' },
    { name: 'quic.short', kind: 'none' },
    { name: 'quic.spin_bit', kind: 'bool' },
    { name: 'quic.payload', kind: 'bytes' },
    { name: 'quic.remaining_payload', kind: 'bytes' },
    { name: 'quic.coalesced_padding_data', kind: 'bytes' },
    { name: 'quic.frame', kind: 'none' },
    { name: 'quic.frame_type', kind: 'uint' },
    { name: 'quic.padding_length', kind: 'uint' },
    { name: 'quic.ack.largest_acknowledged', kind: 'uint' },
    { name: 'quic.ack.ack_delay', kind: 'uint' },
    { name: 'quic.ack.ack_range_count', kind: 'uint' },
    { name: 'quic.ack.first_ack_range', kind: 'uint' },
    { name: 'quic.crypto.offset', kind: 'uint' },
    { name: 'quic.crypto.length', kind: 'uint' },
    { name: 'quic.crypto.crypto_data', kind: 'none' },
    { name: 'quic.cc.error_code', kind: 'uint' },
    { name: 'quic.cc.error_code.app', kind: 'uint' },
    { name: 'quic.cc.frame_type', kind: 'uint' },
    { name: 'quic.cc.reason_phrase.length', kind: 'uint' },
    { name: 'quic.cc.reason_phrase', kind: 'text' },
  ],
  index,
  dissect,
  datagrams: () => new QuicConnection(),
};
