// DTLS (RFC 6347): records in datagrams, and the parts that handshake messages come in.
// Surprise: which version the list shows, and which part makes a message whole, is known from the datagrams before.
import type { DatagramReader } from './datagram-reading.ts';
import { type Dissection, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';
import { ALERTS, HANDSHAKE_TYPES } from './tls-names.ts';

const HEADER = 13;
const HANDSHAKE_HEADER = 12;
const MAX_RECORDS = 100;
const MAX_OPEN = 64;
const MAX_MESSAGE = 1 << 17;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0100, 'DTLS 1.0 (OpenSSL pre 0.9.8f)'],
  [0xfeff, 'DTLSv1.0'],
  [0xfefd, 'DTLSv1.2'],
  [0xfefc, 'DTLSv1.3'],
]);

/** What the conversation says of a datagram: the version so far, and what each handshake message in it is called. */
interface DtlsNote {
  readonly version: number;
  readonly names: readonly string[];
}

function isNote(note: unknown): note is DtlsNote {
  return typeof note === 'object' && note !== null && 'names' in note;
}

interface DtlsRecord {
  readonly type: number;
  readonly version: number;
  readonly epoch: number;
  readonly at: number;
  readonly end: number;
}

/** The records of a datagram; null when it is not made of them. */
function recordsOf(view: DataView, from: number, end: number): DtlsRecord[] | null {
  const records: DtlsRecord[] = [];
  for (let at = from; at < end && records.length < MAX_RECORDS; ) {
    if (at + HEADER > end) return records.length === 0 ? null : records;
    const type = view.getUint8(at);
    const version = view.getUint16(at + 1);
    if (type < CHANGE_CIPHER_SPEC || type > 25 || !VERSIONS.has(version)) return records.length === 0 ? null : records;
    const stop = at + HEADER + view.getUint16(at + 11);
    records.push({ type, version, epoch: view.getUint16(at + 3), at, end: Math.min(end, stop) });
    at = stop;
  }
  return records;
}

interface Fragment {
  readonly type: number;
  readonly length: number;
  readonly sequence: number;
  readonly offset: number;
  readonly size: number;
  readonly at: number;
}

const u24 = (view: DataView, at: number): number => (view.getUint16(at) << 8) | view.getUint8(at + 2);

/** The handshake messages, or parts of them, in a record that is not encrypted. */
function fragmentsOf(view: DataView, { at: from, end }: DtlsRecord): Fragment[] {
  const found: Fragment[] = [];
  for (let at = from + HEADER; at + HANDSHAKE_HEADER <= end; ) {
    const size = u24(view, at + 9);
    found.push({
      type: view.getUint8(at),
      length: u24(view, at + 1),
      sequence: view.getUint16(at + 4),
      offset: u24(view, at + 6),
      size,
      at,
    });
    at += HANDSHAKE_HEADER + size;
  }
  return found;
}

/** Messages of one side that come in parts. */
class Parts {
  private readonly open = new Map<number, { have: number; readonly done: boolean[] }>();

  /** True when this part makes its message whole. */
  take({ sequence, offset, size, length }: Fragment): boolean {
    if (length > MAX_MESSAGE) return false;
    const known = this.open.get(sequence) ?? { have: 0, done: [] };
    this.open.set(sequence, known);
    const oldest = this.open.keys().next().value;
    if (this.open.size > MAX_OPEN && oldest !== undefined) this.open.delete(oldest);
    if (known.have >= length) return false;
    // Parts come in order nearly always; what was there is not counted again.
    if (offset <= known.have) known.have = Math.max(known.have, offset + size);
    return known.have >= length;
  }
}

class DtlsConversation implements DatagramReader {
  private version = 0;
  private readonly parts = { client: new Parts(), server: new Parts() };

  take(bytes: Uint8Array, toServer: boolean): DtlsNote | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const records = recordsOf(view, 0, bytes.length);
    if (records === null) return null;
    const names: string[] = [];
    for (const record of records) {
      if (record.type !== HANDSHAKE || record.epoch > 0) continue;
      for (const part of fragmentsOf(view, record)) {
        const name = HANDSHAKE_TYPES.get(part.type) ?? 'Unknown';
        const isWhole = part.size === part.length;
        const joins = !isWhole && this.parts[toServer ? 'client' : 'server'].take(part);
        names.push(isWhole ? name : `${name} (${joins ? 'Reassembled' : 'Fragment'})`);
        if (part.type === SERVER_HELLO && part.offset === 0 && part.at + HANDSHAKE_HEADER + 2 <= bytes.length)
          this.version = view.getUint16(part.at + HANDSHAKE_HEADER);
        else if (this.version === 0 && part.type !== CLIENT_HELLO) this.version = record.version;
      }
    }
    return { version: this.version, names };
  }
}

/** What a record is called; handshake messages take the names of the note in turn. */
function recordNames(d: Dissection, node: FieldNode, record: DtlsRecord, given: string[]): string[] {
  const { view } = d;
  const body = record.at + HEADER;
  if (record.type === CHANGE_CIPHER_SPEC) return ['Change Cipher Spec'];
  if (record.type === APPLICATION_DATA) return ['Application Data'];
  if (record.type === ALERT) {
    if (record.epoch > 0 || record.end - body !== 2) return ['Encrypted Alert'];
    const level = view.getUint8(body);
    const levelName = level === 1 ? 'Warning' : level === 2 ? 'Fatal' : 'Unknown';
    return [`Alert (Level: ${levelName}, Description: ${ALERTS.get(view.getUint8(body + 1)) ?? 'Unknown'})`];
  }
  if (record.type !== HANDSHAKE) return ['Unknown Record'];
  if (record.epoch > 0) return ['Encrypted Handshake Message'];
  return fragmentsOf(view, record).map((part) => {
    const name = HANDSHAKE_TYPES.get(part.type) ?? 'Unknown';
    const { at } = part;
    const child = d.node(
      node,
      'dtls.handshake.type',
      `Handshake Type: ${name} (${part.type})`,
      String(part.type),
      at,
      1,
    );
    d.field(child, 'dtls.handshake.length', 'Length', part.length, at + 1, 3);
    d.field(child, 'dtls.handshake.message_seq', 'Message Sequence', part.sequence, at + 4, 2);
    d.field(child, 'dtls.handshake.fragment_offset', 'Fragment Offset', part.offset, at + 6, 3);
    d.field(child, 'dtls.handshake.fragment_length', 'Fragment Length', part.size, at + 9, 3);
    return given.shift() ?? (part.size === part.length ? name : `${name} (Fragment)`);
  });
}

const spec = oneLine({
  filter: 'dtls',
  name: 'Datagram Transport Layer Security',
  column: 'DTLS',
  attach: { udpPorts: [443, 4433, 4740, 5684, 5061, 6636, 853], udpAnyPort: true },
  header: HEADER,
  accepts: (view, at, end) => recordsOf(view, at, end) !== null && at < end,
  fields: [
    ['dtls.record.content_type', 'uint'],
    ['dtls.record.version', 'uint'],
    ['dtls.record.epoch', 'uint'],
    ['dtls.record.sequence_number', 'uint'],
    ['dtls.record.length', 'uint'],
    ['dtls.handshake.type', 'uint'],
    ['dtls.handshake.length', 'uint'],
    ['dtls.handshake.message_seq', 'uint'],
    ['dtls.handshake.fragment_offset', 'uint'],
    ['dtls.handshake.fragment_length', 'uint'],
  ],
  read(d, layer, from) {
    const { view } = d;
    const note = isNote(d.note) ? d.note : null;
    const given = [...(note?.names ?? [])];
    const said: string[] = [];
    for (const record of recordsOf(view, from, d.end) ?? []) {
      const { at, type, version, epoch, end } = record;
      const node = d.node(layer, 'dtls.record.content_type', `Content Type: ${type}`, String(type), at, end - at);
      d.hex(node, 'dtls.record.version', 'Version', version, 4, at + 1, 2);
      d.field(node, 'dtls.record.epoch', 'Epoch', epoch, at + 3, 2);
      const sequence = view.getUint16(at + 5) * 2 ** 32 + view.getUint32(at + 7);
      d.field(node, 'dtls.record.sequence_number', 'Sequence Number', sequence, at + 5, 6);
      d.field(node, 'dtls.record.length', 'Length', view.getUint16(at + 11), at + 11, 2);
      said.push(...recordNames(d, node, record, given));
    }
    const known = note?.version ?? 0;
    return [known === 0 ? 'DTLS' : (VERSIONS.get(known) ?? `DTLS (${hexText(known, 4)})`), said.join(', ')];
  },
});

export const protocol: Protocol = { ...spec, datagrams: () => new DtlsConversation() };
