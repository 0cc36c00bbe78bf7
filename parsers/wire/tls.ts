// TLS records (RFC 8446, RFC 5246). One record a message; what is inside a handshake record is in tls-handshake.ts.
// Surprise: whether a handshake record can be read depends on the records before it (a Change Cipher Spec makes the rest of its
// direction opaque), and so does the version that the list shows; the stream's reader knows both and hands them over as the note.
import { type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';
import { goesOn, HandshakeJoin, type HandshakePart, MAX_MESSAGE } from './tls-fragments.ts';
import {
  CLIENT_HELLO,
  chosenVersion,
  dissectHandshake,
  HANDSHAKE_FIELDS,
  HANDSHAKE_HEADER,
  handshakeLength,
  SERVER_HELLO,
} from './tls-handshake.ts';
import { ALERTS, CONTENT_TYPES, HANDSHAKE_TYPES, isVersion, protocolOfVersion, versionName } from './tls-names.ts';

const AT_VERSION = 1;
const AT_LENGTH = 3;
const HEADER = 5;
const MAX_RECORD = 16_384 + 2048;

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const LAST_TYPE = 25;

const TLS_PORTS: ReadonlySet<number> = new Set([
  443, 261, 448, 465, 563, 614, 636, 853, 989, 990, 992, 993, 994, 995, 2221, 2252, 2376, 2478, 2479,
]);

/** What a record's place in its stream says about it. */
interface RecordNote {
  /** Chosen or seen so far; 0 while none was. */
  readonly version: number;
  readonly isEncrypted: boolean;
  /** How the record goes on a handshake message of the one before; null outside streams. */
  readonly part: HandshakePart | null;
  /** False: bytes of TLS in which no record begins. */
  readonly isRecord: boolean;
}

function isNote(note: unknown): note is RecordNote {
  return typeof note === 'object' && note !== null && 'isEncrypted' in note;
}

const isContentType = (type: number): boolean => type >= CHANGE_CIPHER_SPEC && type <= LAST_TYPE;

/** True when a record header may begin at `at`, as far as it is there. */
function startsLikeRecord(view: DataView, at: number, end: number): boolean {
  const type = view.getUint8(at);
  if (type < CHANGE_CIPHER_SPEC || type > 24) return false;
  if (at + 2 <= end && view.getUint8(at + AT_VERSION) !== 3) return false;
  if (at + 3 <= end && view.getUint8(at + AT_VERSION + 1) > 4) return false;
  return at + HEADER > end || view.getUint16(at + AT_LENGTH) <= MAX_RECORD;
}

/** On a TLS port, what is no record goes on from before the capture; unless it is the text of another protocol. */
function mayContinue(view: DataView, at: number, sport: number, dport: number): boolean {
  return (TLS_PORTS.has(sport) || TLS_PORTS.has(dport)) && !isUpperCase(view.getUint8(at));
}

const isUpperCase = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;

function index(facts: FrameFacts): boolean {
  const { view, at } = facts;
  if (at >= facts.end) return false;
  if (at + 3 <= facts.end && startsLikeRecord(view, at, facts.end)) return true;
  return mayContinue(view, at, facts.sport, facts.dport);
}

class TlsStream implements StreamReader {
  readonly switchTo = null;
  private version = 0;
  /** True once this is known to be TLS, by its port or by a record: from then on nothing else begins here. */
  private started: boolean;
  private readonly encrypted = { client: false, server: false };
  private readonly joins = { client: new HandshakeJoin(), server: new HandshakeJoin() };

  constructor(byPort: boolean) {
    this.started = byPort;
  }

  size(bytes: Uint8Array, at: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.version === 0) {
      if (end - at >= 3 && startsLikeRecord(view, at, end))
        return end - at < HEADER ? ONE_MORE : HEADER + view.getUint16(at + AT_LENGTH);
      return this.started && !isUpperCase(view.getUint8(at)) ? end - at : NOT_MINE;
    }
    if (end - at < HEADER) return ONE_MORE;
    return isContentType(view.getUint8(at)) ? HEADER + view.getUint16(at + AT_LENGTH) : end - at;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): RecordNote {
    this.started = true;
    const type = bytes[at] ?? 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (end - at < HEADER || (this.version === 0 ? !startsLikeRecord(view, at, end) : !isContentType(type)))
      return { version: this.version, isEncrypted: false, part: null, isRecord: false };
    const side = toServer ? 'client' : 'server';
    const recordVersion = ((bytes[at + AT_VERSION] ?? 0) << 8) | (bytes[at + AT_VERSION + 1] ?? 0);
    const isEncrypted = this.encrypted[side];
    const join = this.joins[side];
    const begins = type === HANDSHAKE && !isEncrypted && !join.isOpen;
    // What the header of a Client Hello says is for old servers' eyes.
    const isHello = begins && bytes[at + HEADER] === CLIENT_HELLO;
    if (this.version === 0 && isVersion(recordVersion) && !isHello) this.version = recordVersion;
    if (begins && bytes[at + HEADER] === SERVER_HELLO && end - at > HEADER + 38)
      this.version = chosenVersion(bytes, at + HEADER, end);
    const part = type === HANDSHAKE && !isEncrypted ? join.take(bytes, at + HEADER, end) : null;
    if (part === null) join.reset();
    if (type === CHANGE_CIPHER_SPEC) this.encrypted[side] = true;
    return { version: this.version === 0 ? recordVersion : this.version, isEncrypted, part, isRecord: true };
  }

  takeCut(bytes: Uint8Array, at: number, end: number, toServer: boolean): RecordNote {
    const note = this.take(bytes, at, end, toServer);
    this.joins[toServer ? 'client' : 'server'].reset();
    return note;
  }

  begins(): string {
    return '';
  }
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  const given = isNote(d.note) ? d.note : null;
  if (d.left === 0) return;
  const isRecord = given === null ? d.left >= 3 && startsLikeRecord(view, at, d.end) : given.isRecord;
  if (!isRecord && given === null && !mayContinue(view, at, d.nextKey, d.nextKey2)) return;
  const last = d.layers.at(-1);
  const isSame = last?.filter === 'tls' && last.offset + last.length === at && d.sources.length - 1 === last.source;
  const layer = isSame && d.continued ? last : d.layer('tls', 'Transport Layer Security', at, d.left);
  const prefix = d.continued || d.flow?.prefix === undefined || d.locked ? '' : d.flow.prefix;
  const say = (protocol: string, text: string): void =>
    d.addInfo(protocol, prefix === '' ? text : `${prefix}, ${text}`, ', ');
  const isShort = d.left < HEADER && isContentType(view.getUint8(at));
  if (!isRecord && d.wireEnd > d.end && (isShort || (given?.version ?? 0) !== 0)) {
    d.needAt(d.end, 1, 'tls');
    d.at = d.end;
    say(given === null || given.version === 0 ? 'SSL' : protocolOfVersion(given.version), '');
    return;
  }
  if (!isRecord) {
    const version = given?.version ?? 0;
    const text = version === 0 ? 'Continuation Data' : 'Ignored Unknown Record';
    d.node(layer, null, text, null, at, d.left);
    d.at = d.end;
    layer.length = d.end - layer.offset;
    say(version === 0 ? 'SSL' : protocolOfVersion(version), text);
    return;
  }
  if (!d.need(HEADER, 'tls')) {
    say('TLS', '');
    d.at = d.end;
    return;
  }
  const type = view.getUint8(at);
  const recordVersion = view.getUint16(at + AT_VERSION);
  const length = view.getUint16(at + AT_LENGTH);
  const note: RecordNote = given ?? { version: recordVersion, isEncrypted: false, part: null, isRecord };
  const end = Math.min(d.end, at + HEADER + length);
  layer.length = end - layer.offset;
  const protocol = protocolOfVersion(note.version);
  const record = d.node(layer, 'tls.record', '', null, at, end - at);
  const typeName = CONTENT_TYPES.get(type) ?? 'Unknown';
  const opaque = note.version === 0x0304 && type === APPLICATION_DATA;
  const typeLabel = `${opaque ? 'Opaque Type' : 'Content Type'}: ${typeName} (${type})`;
  d.node(record, opaque ? 'tls.record.opaque_type' : 'tls.record.content_type', typeLabel, String(type), at, 1);
  d.node(
    record,
    'tls.record.version',
    `Version: ${versionName(recordVersion)} (${hexText(recordVersion, 4)})`,
    hexText(recordVersion, 4),
    at + AT_VERSION,
    2,
  );
  d.field(record, 'tls.record.length', 'Length', length, at + AT_LENGTH, 2);
  const names = body(d, record, type, at + HEADER, end, note);
  record.label = `${protocol} Record Layer: ${typeName} Protocol: ${names.join(', ')}`;
  d.at = end;
  // A record that goes on in the next segment misses nothing; one that the snaplen cut does, and the list does not name it.
  const isCut = end < at + HEADER + length && d.wireEnd > d.end;
  if (isCut && d.wireEnd >= at + HEADER + length) d.needAt(at + HEADER, length, 'tls');
  if (isCut) names.length = 0;
  if (names.length === 0 && !d.continued) d.setProtocol(protocol, prefix);
  for (const name of names) say(protocol, name);
}

/** What is in the record, as the list names it. */
function body(
  d: Dissection,
  record: FieldNode,
  type: number,
  from: number,
  end: number,
  { isEncrypted, version, part }: RecordNote,
): string[] {
  const { bytes } = d;
  const size = end - from;
  switch (type) {
    case CHANGE_CIPHER_SPEC:
      d.node(record, 'tls.change_cipher_spec', 'Change Cipher Spec Message', null, from, size);
      return ['Change Cipher Spec'];
    case ALERT: {
      // A TLS 1.3 alert of two bytes is in the clear, whatever came before.
      if (size !== 2 || (isEncrypted && version !== 0x0304)) {
        d.node(record, 'tls.alert_message', 'Alert Message: Encrypted Alert', null, from, size);
        return ['Encrypted Alert'];
      }
      const level = bytes[from] ?? 0;
      const description = bytes[from + 1] ?? 0;
      const levelName = level === 1 ? 'Warning' : level === 2 ? 'Fatal' : 'Unknown';
      const name = ALERTS.get(description) ?? 'Unknown';
      const node = d.node(record, 'tls.alert_message', 'Alert Message', null, from, 2);
      d.node(node, 'tls.alert_message.level', `Level: ${levelName} (${level})`, String(level), from, 1);
      d.node(node, 'tls.alert_message.desc', `Description: ${name} (${description})`, String(description), from + 1, 1);
      if (level === 2) node.severity = 'warn';
      return [`Alert (Level: ${levelName}, Description: ${name})`];
    }
    case HANDSHAKE:
      return handshakes(d, record, from, end, isEncrypted, part);
    case APPLICATION_DATA:
      d.node(record, 'tls.app_data', `Encrypted Application Data (${size} bytes)`, null, from, size);
      return ['Application Data'];
    default:
      return [CONTENT_TYPES.get(type) ?? 'Unknown Record'];
  }
}

/** `[Certificate Fragment]`: a message, or what of it is here, that ends in a later record. */
function fragment(d: Dissection, record: FieldNode, type: number, from: number, size: number): string {
  const name = `[${HANDSHAKE_TYPES.get(type) ?? 'Unknown'} Fragment]`;
  d.node(record, 'tls.handshake.fragment', `Handshake Protocol: ${name}`, null, from, size);
  return name;
}

/** A message put together from this record and those before it. */
function joined(d: Dissection, record: FieldNode, whole: Uint8Array): string {
  const back = d.enter(`Reassembled TLS Handshake (${whole.length} bytes)`, whole);
  const name = dissectHandshake(d, record, 0, whole.length);
  back();
  return name;
}

function handshakes(
  d: Dissection,
  record: FieldNode,
  from: number,
  end: number,
  isEncrypted: boolean,
  part: HandshakePart | null,
): string[] {
  const names: string[] = [];
  if (part !== null && part.size > 0) {
    const { whole, type, size } = part;
    // The list names a message where it begins and where it ends; a part between says nothing, as in tshark's.
    if (whole === null) fragment(d, record, type, from, size);
    else names.push(joined(d, record, whole));
  }
  for (let at = from + (part?.size ?? 0); at < end; ) {
    if (part !== null && goesOn(d.bytes, at, end)) {
      names.push(fragment(d, record, d.bytes[at] ?? 0, at, end - at));
      break;
    }
    const known = HANDSHAKE_TYPES.has(d.bytes[at] ?? 0);
    const size = HANDSHAKE_HEADER + handshakeLength(d.bytes, at);
    // Only a certificate chain is longer than a record; any other length is noise of a cipher.
    if (isEncrypted || !known || at + HANDSHAKE_HEADER > end || (names.length === 0 && size > MAX_MESSAGE)) {
      d.node(record, 'tls.handshake', 'Handshake Protocol: Encrypted Handshake Message', null, at, end - at);
      names.push('Encrypted Handshake Message');
      break;
    }
    names.push(dissectHandshake(d, record, at, Math.min(end, at + size)));
    at += size;
  }
  return names;
}

export const protocol: Protocol = {
  filter: 'tls',
  name: 'Transport Layer Security',
  attach: {
    tcpPorts: [...TLS_PORTS],
    tcpAnyPort: true,
    within: ['quic', 'http', 'smtp', 'imap', 'pop', 'ldap', 'ftp', 'mysql', 'pgsql'],
  },
  fields: [
    { name: 'tls.record', kind: 'none' },
    { name: 'tls.record.content_type', kind: 'uint' },
    { name: 'tls.record.opaque_type', kind: 'uint' },
    { name: 'tls.record.version', kind: 'uint' },
    { name: 'tls.record.length', kind: 'uint' },
    { name: 'tls.change_cipher_spec', kind: 'none' },
    { name: 'tls.alert_message', kind: 'none' },
    { name: 'tls.alert_message.level', kind: 'uint' },
    { name: 'tls.alert_message.desc', kind: 'uint' },
    { name: 'tls.app_data', kind: 'bytes' },
    { name: 'tls.handshake.fragment', kind: 'none' },
    ...HANDSHAKE_FIELDS,
  ],
  index,
  dissect,
  stream: (byPort) => new TlsStream(byPort),
  oneItem: true,
};
