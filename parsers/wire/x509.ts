// An X.509 certificate (RFC 5280) read from its DER bytes: names, validity, alternative names, serial number. No signature is checked.
// Surprise: a DER length can claim anything; every read is bounded by the element it stands in, and what does not fit is null.
import { ipText } from '../core/address.ts';
import { hexBytes } from './dissection.ts';

export interface Span {
  readonly text: string;
  readonly offset: number;
  readonly length: number;
}

export interface Certificate {
  readonly serial: Span | null;
  readonly issuer: readonly NamePart[];
  readonly subject: readonly NamePart[];
  /** As `2026-11-24 10:00:00 (UTC)`. */
  readonly notBefore: Time | null;
  readonly notAfter: Time | null;
  readonly dnsNames: readonly Span[];
  readonly ipAddresses: readonly Span[];
}

interface Time extends Span {
  /** Two digits of year: Wireshark has a field for these. */
  readonly isUtc: boolean;
}

/** One attribute of a name, `CN=web.example`. */
export interface NamePart extends Span {
  readonly type: string;
  /** `2.5.4.3`, and the field in which Wireshark shows a value of this attribute and string type; null where it has another. */
  readonly oid: Span;
  readonly field: string | null;
}

interface Element {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

const SEQUENCE = 0x30;
const INTEGER = 2;
const OID = 6;
const MAX_ELEMENTS = 500;

const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['550403', 'CN'],
  ['550406', 'C'],
  ['550407', 'L'],
  ['550408', 'ST'],
  ['55040a', 'O'],
  ['55040b', 'OU'],
  ['2a864886f70d010901', 'emailAddress'],
  ['0992268993f22c640119', 'DC'],
]);
const SUBJECT_ALT_NAME = '551d11';

function elementAt(bytes: Uint8Array, at: number, end: number): Element | null {
  if (at + 2 > end) return null;
  const tag = bytes[at] ?? 0;
  let size = bytes[at + 1] ?? 0;
  let from = at + 2;
  if (size >= 0x80) {
    const count = size & 0x7f;
    if (count === 0 || count > 4 || from + count > end) return null;
    size = 0;
    for (let i = 0; i < count; i++) size = size * 256 + (bytes[from + i] ?? 0);
    from += count;
  }
  return from + size > end ? null : { tag, from, to: from + size };
}

function childrenOf(bytes: Uint8Array, { from, to }: Element): Element[] {
  const found: Element[] = [];
  for (let at = from; at < to && found.length < MAX_ELEMENTS; ) {
    const child = elementAt(bytes, at, to);
    if (child === null) break;
    found.push(child);
    at = child.to;
  }
  return found;
}

const utf8 = (bytes: Uint8Array, from: number, to: number): string => {
  let text = '';
  for (let i = from; i < to; i++) text += `%${(bytes[i] ?? 0).toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(text);
  } catch {
    return String.fromCharCode(...bytes.subarray(from, to));
  }
};

function span(bytes: Uint8Array, { from, to }: Element): Span {
  return { text: utf8(bytes, from, to), offset: from, length: to - from };
}

function nameOf(bytes: Uint8Array, name: Element | undefined): NamePart[] {
  if (name === undefined) return [];
  return childrenOf(bytes, name).flatMap((set) =>
    childrenOf(bytes, set).flatMap((pair) => {
      const [oid, value] = childrenOf(bytes, pair);
      if (oid?.tag !== OID || value === undefined) return [];
      const dotted = hexBytes(bytes, oid.from, oid.to);
      const id = { text: oidText(bytes, oid), offset: oid.from, length: oid.to - oid.from };
      const type = ATTRIBUTES.get(dotted) ?? dotted;
      return [{ type, oid: id, field: stringField(id.text, value.tag), ...span(bytes, value) }];
    }),
  );
}

/** An object identifier with dots. */
function oidText(bytes: Uint8Array, { from, to }: Element): string {
  const arcs: number[] = [];
  let arc = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) {
      const root = Math.min(2, Math.floor(arc / 40));
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** Attributes that are a choice of string types, which name the field. */
const DIRECTORY_STRINGS: ReadonlySet<string> = new Set(['3', '4', '7', '8', '10', '11', '12'].map((n) => `2.5.4.${n}`));
const STRING_FIELDS: ReadonlyMap<number, string> = new Map([
  [12, 'x509sat.uTF8String'],
  [19, 'x509sat.printableString'],
  [20, 'x509sat.teletexString'],
]);

function stringField(oid: string, tag: number): string | null {
  if (DIRECTORY_STRINGS.has(oid)) return STRING_FIELDS.get(tag) ?? null;
  if (oid === '2.5.4.6') return 'x509sat.CountryName';
  if (oid === '2.5.4.5') return 'x509sat.PrintableString';
  return tag === 22 && (oid === '1.2.840.113549.1.9.1' || oid === '0.9.2342.19200300.100.1.25')
    ? 'x509sat.IA5String'
    : null;
}

/** UTCTime `YYMMDDhhmmssZ` or GeneralizedTime with a year of four digits. */
function timeOf(bytes: Uint8Array, element: Element | undefined): Time | null {
  if (element === undefined) return null;
  const read = { ...span(bytes, element), isUtc: element.tag === 23 };
  const digits = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?Z$/.exec(read.text);
  if (digits === null) return null;
  const [, year = '', month, day, hour, minute, second = '00'] = digits;
  const full = year.length === 4 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`;
  return { ...read, text: `${full}-${month}-${day} ${hour}:${minute}:${second} (UTC)` };
}

function alternativeNames(bytes: Uint8Array, extensions: Element | undefined) {
  const dnsNames: Span[] = [];
  const ipAddresses: Span[] = [];
  const list = extensions === undefined ? undefined : childrenOf(bytes, extensions)[0];
  for (const extension of list === undefined ? [] : childrenOf(bytes, list)) {
    const parts = childrenOf(bytes, extension);
    const oid = parts[0];
    const value = parts.at(-1);
    if (oid === undefined || value === undefined || hexBytes(bytes, oid.from, oid.to) !== SUBJECT_ALT_NAME) continue;
    const names = elementAt(bytes, value.from, value.to);
    for (const name of names === null ? [] : childrenOf(bytes, names)) {
      if (name.tag === 0x82) dnsNames.push(span(bytes, name));
      if (name.tag === 0x87) ipAddresses.push({ ...span(bytes, name), text: addressText(bytes, name) });
    }
  }
  return { dnsNames, ipAddresses };
}

function addressText(bytes: Uint8Array, { from, to }: Element): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (to - from === 4) return ipText({ family: 4, a: 0, b: 0, c: 0, d: view.getUint32(from) });
  if (to - from !== 16) return hexBytes(bytes, from, to);
  const [a, b, c, d] = [0, 4, 8, 12].map((i) => view.getUint32(from + i)) as [number, number, number, number];
  return ipText({ family: 6, a, b, c, d });
}

/** Reads the certificate between `at` and `end`; null when its outline is not one. */
export function readCertificate(bytes: Uint8Array, at: number, end: number): Certificate | null {
  const whole = elementAt(bytes, at, end);
  const body = whole?.tag === SEQUENCE ? elementAt(bytes, whole.from, whole.to) : null;
  if (body?.tag !== SEQUENCE) return null;
  const parts = childrenOf(bytes, body);
  if (parts[0]?.tag === 0xa0) parts.shift();
  const [serial, , issuer, validity, subject] = parts;
  if (serial?.tag !== INTEGER || subject === undefined || validity === undefined) return null;
  const [notBefore, notAfter] = childrenOf(bytes, validity);
  return {
    serial: { ...span(bytes, serial), text: hexBytes(bytes, serial.from, serial.to) },
    issuer: nameOf(bytes, issuer),
    subject: nameOf(bytes, subject),
    notBefore: timeOf(bytes, notBefore),
    notAfter: timeOf(bytes, notAfter),
    ...alternativeNames(
      bytes,
      parts.find((part) => part.tag === 0xa3),
    ),
  };
}
