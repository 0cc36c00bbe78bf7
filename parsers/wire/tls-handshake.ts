// TLS handshake messages (RFC 8446, RFC 5246): hellos with their extensions, certificates. What follows a change of keys is encrypted
// and never comes here. Surprise: a server says TLS 1.3 in an extension only; both version fields above it say 1.2.
import { asciiText, type Dissection, hexBytes, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { CIPHER_SUITES, EXTENSIONS, HANDSHAKE_TYPES, versionName } from './tls-names.ts';
import { type NamePart, readCertificate, type Span } from './x509.ts';

export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
const CERTIFICATE = 11;
export const HANDSHAKE_HEADER = 4;
const HELLO_FIXED = 34;

const EXT_SERVER_NAME = 0;
const EXT_GROUPS = 10;
const EXT_ALPN = 16;
const EXT_VERSIONS = 43;
const MAX_LISTED = 1000;

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const u24 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 16) | u16(bytes, at + 1);

/** Bytes after the header of the message at `at`. */
export function handshakeLength(bytes: Uint8Array, at: number): number {
  return u24(bytes, at + 1);
}

interface ExtensionSpan {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** Where the extensions of the hello at `at` (its header) begin, by its own lengths; null without. */
function extensionsOf(bytes: Uint8Array, at: number, end: number): { readonly at: number; readonly to: number } | null {
  let p = at + HANDSHAKE_HEADER + HELLO_FIXED;
  if (p >= end) return null;
  p += 1 + (bytes[p] ?? 0);
  if (bytes[at] === CLIENT_HELLO) {
    p += 2 + u16(bytes, p);
    p += 1 + (bytes[p] ?? 0);
  } else p += 3;
  if (p + 2 > end) return null;
  return { at: p, to: Math.min(end, p + 2 + u16(bytes, p)) };
}

function* eachExtension(bytes: Uint8Array, from: number, to: number): Generator<ExtensionSpan> {
  for (let at = from; at + 4 <= to; ) {
    const end = at + 4 + u16(bytes, at + 2);
    if (end > to) return;
    yield { type: u16(bytes, at), from: at + 4, to: end };
    at = end;
  }
}

/** The version that a Server Hello chooses. */
export function chosenVersion(bytes: Uint8Array, at: number, end: number): number {
  const list = extensionsOf(bytes, at, end);
  if (list !== null)
    for (const { type, from, to } of eachExtension(bytes, list.at + 2, list.to))
      if (type === EXT_VERSIONS && to - from === 2) return u16(bytes, from);
  return u16(bytes, at + HANDSHAKE_HEADER);
}

/** Adds the message between `at` (its header) and `end` to `parent`; `end` may be short of what the header says. */
export function dissectHandshake(d: Dissection, parent: FieldNode, at: number, end: number): string {
  const { bytes } = d;
  const type = bytes[at] ?? 0;
  const name = HANDSHAKE_TYPES.get(type) ?? `Unknown (${type})`;
  const node = d.node(parent, 'tls.handshake', `Handshake Protocol: ${name}`, null, at, end - at);
  d.node(node, 'tls.handshake.type', `Handshake Type: ${name} (${type})`, String(type), at, 1);
  d.field(node, 'tls.handshake.length', 'Length', handshakeLength(bytes, at), at + 1, 3);
  if (type === CLIENT_HELLO || type === SERVER_HELLO) hello(d, node, at, end);
  else if (type === CERTIFICATE) certificates(d, node, at + HANDSHAKE_HEADER, end);
  return name;
}

function hello(d: Dissection, node: FieldNode, start: number, end: number): void {
  const { bytes } = d;
  const isClient = bytes[start] === CLIENT_HELLO;
  let at = start + HANDSHAKE_HEADER;
  if (at + HELLO_FIXED + 1 > end) return;
  const version = u16(bytes, at);
  d.node(
    node,
    'tls.handshake.version',
    `Version: ${versionName(version)} (${hexText(version, 4)})`,
    hexText(version, 4),
    at,
    2,
  );
  d.field(node, 'tls.handshake.random', 'Random', hexBytes(bytes, at + 2, at + 34), at + 2, 32);
  at += HELLO_FIXED;
  const idLength = bytes[at] ?? 0;
  d.field(node, 'tls.handshake.session_id_length', 'Session ID Length', idLength, at, 1);
  if (idLength > 0 && at + 1 + idLength <= end)
    d.field(
      node,
      'tls.handshake.session_id',
      'Session ID',
      hexBytes(bytes, at + 1, at + 1 + idLength),
      at + 1,
      idLength,
    );
  at += 1 + idLength;
  if (at + 2 > end) return;
  if (isClient) {
    const size = u16(bytes, at);
    d.field(node, 'tls.handshake.cipher_suites_length', 'Cipher Suites Length', size, at, 2);
    const suites = d.node(
      node,
      'tls.handshake.ciphersuites',
      `Cipher Suites (${size >> 1} suites)`,
      null,
      at + 2,
      size,
    );
    const stop = Math.min(end, at + 2 + size);
    for (let i = at + 2; i + 2 <= stop; i += 2) suite(d, suites, i);
    at += 2 + size;
    if (at + 1 > end) return;
    const methods = bytes[at] ?? 0;
    d.field(node, 'tls.handshake.comp_methods_length', 'Compression Methods Length', methods, at, 1);
    at += 1 + methods;
  } else {
    suite(d, node, at);
    if (at + 3 > end) return;
    d.field(node, 'tls.handshake.comp_method', 'Compression Method', bytes[at + 2] ?? 0, at + 2, 1);
    at += 3;
  }
  if (at + 2 > end) return;
  d.field(node, 'tls.handshake.extensions_length', 'Extensions Length', u16(bytes, at), at, 2);
  let count = 0;
  for (const one of eachExtension(bytes, at + 2, Math.min(end, at + 2 + u16(bytes, at)))) {
    if (count++ > MAX_LISTED) return;
    extension(d, node, one, isClient);
  }
}

function suite(d: Dissection, node: FieldNode, at: number): void {
  const number = u16(d.bytes, at);
  const grease = (number & 0x0f0f) === 0x0a0a && number >> 8 === (number & 0xff);
  const name = grease ? 'Reserved (GREASE)' : (CIPHER_SUITES.get(number) ?? 'Unknown');
  d.node(node, 'tls.handshake.ciphersuite', `Cipher Suite: ${name} (${hexText(number, 4)})`, hexText(number, 4), at, 2);
}

function extension(d: Dissection, parent: FieldNode, { type, from, to }: ExtensionSpan, isClient: boolean): void {
  const { bytes } = d;
  const name = EXTENSIONS.get(type) ?? `Unknown type ${type}`;
  const node = d.node(parent, null, `Extension: ${name} (len=${to - from})`, null, from - 4, to - from + 4);
  d.node(node, 'tls.handshake.extension.type', `Type: ${name} (${type})`, String(type), from - 4, 2);
  d.field(node, 'tls.handshake.extension.len', 'Length', to - from, from - 2, 2);
  if (type === EXT_SERVER_NAME && to - from > 5) {
    const size = Math.min(u16(bytes, from + 3), to - from - 5);
    const host = asciiText(bytes, from + 5, from + 5 + size);
    d.field(node, 'tls.handshake.extensions_server_name', 'Server Name', host, from + 5, size);
    node.label += ` name=${host}`;
  } else if (type === EXT_ALPN) {
    for (let at = from + 2; at < to; at += 1 + (bytes[at] ?? 0)) {
      const size = Math.min(bytes[at] ?? 0, to - at - 1);
      const text = asciiText(bytes, at + 1, at + 1 + size);
      d.field(node, 'tls.handshake.extensions_alpn_str', 'ALPN Next Protocol', text, at + 1, size);
    }
  } else if (type === EXT_VERSIONS) {
    for (let at = isClient ? from + 1 : from; at + 2 <= to; at += 2) {
      const version = u16(bytes, at);
      const label = `Supported Version: ${versionName(version)} (${hexText(version, 4)})`;
      d.node(node, 'tls.handshake.extensions.supported_version', label, hexText(version, 4), at, 2);
    }
  } else if (type === EXT_GROUPS) {
    for (let at = from + 2; at + 2 <= to; at += 2)
      d.hex(node, 'tls.handshake.extensions_supported_group', 'Supported Group', u16(bytes, at), 4, at, 2);
  }
}

/** The certificates of TLS 1.2; in 1.3 they are encrypted. */
function certificates(d: Dissection, node: FieldNode, start: number, end: number): void {
  const { bytes } = d;
  if (start + 3 > end) return;
  const stop = Math.min(end, start + 3 + u24(bytes, start));
  d.field(node, 'tls.handshake.certificates_length', 'Certificates Length', u24(bytes, start), start, 3);
  for (let at = start + 3; at + 3 <= stop; ) {
    const size = u24(bytes, at);
    d.field(node, 'tls.handshake.certificate_length', 'Certificate Length', size, at, 3);
    const to = at + 3 + size;
    if (to > stop) return;
    certificate(d, d.node(node, 'tls.handshake.certificate', 'Certificate', null, at + 3, size), at + 3, to);
    at = to;
  }
}

function certificate(d: Dissection, node: FieldNode, at: number, end: number): void {
  const read = readCertificate(d.bytes, at, end);
  if (read === null) {
    d.malformed('tls', at, 'The certificate is not the DER of an X.509 certificate.');
    return;
  }
  const add = (filter: string, name: string, found: Span | null): FieldNode | null =>
    found === null ? null : d.field(node, filter, name, found.text, found.offset, found.length);
  const time = (filter: string, name: string, found: typeof read.notBefore): void => {
    const child = add(filter, name, found);
    if (child !== null && found?.isUtc)
      d.field(child, 'x509af.utcTime', 'utcTime', found.text, found.offset, found.length);
  };
  const named = (filter: string, what: string, part: NamePart): void => {
    const child = add(filter, `${what} ${part.type}`, part);
    if (child === null) return;
    d.field(child, 'x509if.oid', 'Object Id', part.oid.text, part.oid.offset, part.oid.length);
    if (part.field === null) return;
    d.field(child, part.field, part.field.slice('x509sat.'.length), part.text, part.offset, part.length);
  };
  node.label = `Certificate (${read.subject.map(({ type, text }) => `${type}=${text}`).join(', ')})`;
  add('x509af.serialNumber', 'serialNumber', read.serial);
  for (const part of read.issuer) named('x509.issuer', 'issuer', part);
  time('x509.not_before', 'notBefore', read.notBefore);
  time('x509.not_after', 'notAfter', read.notAfter);
  for (const part of read.subject) named('x509.subject', 'subject', part);
  for (const name of read.dnsNames) add('x509ce.dNSName', 'dNSName', name);
  for (const name of read.ipAddresses) add('x509ce.iPAddress', 'iPAddress', name);
}

/** Fields of handshakes. The x509.* ones are our own and say whose name it is; below them are Wireshark's, one for every string type. */
export const HANDSHAKE_FIELDS = [
  { name: 'tls.handshake', kind: 'none' },
  { name: 'tls.handshake.type', kind: 'uint' },
  { name: 'tls.handshake.length', kind: 'uint' },
  { name: 'tls.handshake.version', kind: 'uint' },
  { name: 'tls.handshake.random', kind: 'bytes' },
  { name: 'tls.handshake.session_id_length', kind: 'uint' },
  { name: 'tls.handshake.session_id', kind: 'bytes' },
  { name: 'tls.handshake.cipher_suites_length', kind: 'uint' },
  { name: 'tls.handshake.ciphersuites', kind: 'none' },
  { name: 'tls.handshake.ciphersuite', kind: 'uint' },
  { name: 'tls.handshake.comp_methods_length', kind: 'uint' },
  { name: 'tls.handshake.comp_method', kind: 'uint' },
  { name: 'tls.handshake.extensions_length', kind: 'uint' },
  { name: 'tls.handshake.extension.type', kind: 'uint' },
  { name: 'tls.handshake.extension.len', kind: 'uint' },
  { name: 'tls.handshake.extensions_server_name', kind: 'text' },
  { name: 'tls.handshake.extensions_alpn_str', kind: 'text' },
  { name: 'tls.handshake.extensions.supported_version', kind: 'uint' },
  { name: 'tls.handshake.extensions_supported_group', kind: 'uint' },
  { name: 'tls.handshake.certificates_length', kind: 'uint' },
  { name: 'tls.handshake.certificate_length', kind: 'uint' },
  { name: 'tls.handshake.certificate', kind: 'bytes' },
  { name: 'x509af.serialNumber', kind: 'bytes' },
  { name: 'x509.issuer', kind: 'text' },
  { name: 'x509.subject', kind: 'text' },
  { name: 'x509.not_before', kind: 'text' },
  { name: 'x509.not_after', kind: 'text' },
  { name: 'x509if.oid', kind: 'text' },
  { name: 'x509af.utcTime', kind: 'text' },
  { name: 'x509sat.uTF8String', kind: 'text' },
  { name: 'x509sat.printableString', kind: 'text' },
  { name: 'x509sat.teletexString', kind: 'text' },
  { name: 'x509sat.CountryName', kind: 'text' },
  { name: 'x509sat.PrintableString', kind: 'text' },
  { name: 'x509sat.IA5String', kind: 'text' },
  { name: 'x509ce.dNSName', kind: 'text' },
  { name: 'x509ce.iPAddress', kind: 'text' },
] as const;
