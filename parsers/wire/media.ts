// What the list says of a body by its media type (RFC 2046), in HTTP and in mail, and how the parts of a multipart are found.
// Surprise: what has a reader in Wireshark is named by that (PNG), and where its bytes are not of that format by the type.
import { formatText } from './format-text.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const TAB = 9;
const DASH = 45;
const MAX_PARTS = 200;
const MAX_HEADERS = 100;
const MAX_DEPTH = 4;
/** Shorter images are not looked at. */
const MIN_IMAGE = 20;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const JSON_TYPES = new Set([
  'application/json',
  'application/json-rpc',
  'application/x-ndjson',
  'application/senml+json',
]);
const XML_TYPES = new Set(
  'text/xml application/xml application/xml-dtd application/soap+xml application/rss+xml application/atom+xml application/rdf+xml application/mathml+xml application/xslt+xml application/smil application/pidf+xml application/cpim-pidf+xml application/xpidf+xml application/pidf-diff+xml application/resource-lists+xml application/reginfo+xml application/rlmi+xml application/watcherinfo+xml application/conference-info+xml application/im-iscomposing+xml application/media_control+xml application/auth-policy+xml application/ccmp+xml application/cpl+xml application/vnd.wv.csp+xml application/x-wms-logconnectstats application/x-wms-logplaystats image/svg+xml message/imdn+xml model/x3d+xml'.split(
    ' ',
  ),
);
/** Types that are read as plain bytes: the list says nothing of them. */
const BYTES = new Set(['application/octet-stream', 'application/x-amf', 'application/cbor']);

export interface Header {
  readonly name: string;
  readonly at: number;
  /** Where the value begins, behind the colon and blanks; where it ends, before its line end. */
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

export interface MediaType {
  /** Lower case, without parameters. */
  readonly type: string;
  readonly hasParameters: boolean;
  readonly boundary: string;
}

/** What a body adds to the list: to the protocol's column behind a slash, or in place of it, and to the text. */
export interface Shown {
  readonly column: string;
  readonly replaces: boolean;
  readonly info: string;
  readonly isMalformed: boolean;
}

/** The header that begins at `at`, its folded lines with it; null without a colon. A name may go over lines: what is no header becomes one. */
export function headerAt(bytes: Uint8Array, at: number, end: number): Header | null {
  const colon = bytes.indexOf(COLON, at);
  if (colon < 0 || colon >= end) return null;
  let next = lineEnd(bytes, colon, end);
  while (next < end && (bytes[next] === SPACE || bytes[next] === TAB)) next = lineEnd(bytes, next, end);
  let from = colon + 1;
  while (from < next && (bytes[from] === SPACE || bytes[from] === TAB)) from++;
  return { name: formatText(bytes, at, colon).toLowerCase(), at, from, to: withoutEnd(bytes, from, next), next };
}

/** Behind the line that `at` stands in. */
export function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const feed = bytes.indexOf(LF, at);
  return feed < 0 || feed >= end ? end : feed + 1;
}

export function isBlank(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === CR || bytes[at] === LF;
}

function withoutEnd(bytes: Uint8Array, from: number, end: number): number {
  let to = end;
  if (to > from && bytes[to - 1] === LF) to--;
  if (to > from && bytes[to - 1] === CR) to--;
  return to;
}

export function mediaType(value: string): MediaType {
  const [type = '', ...rest] = value.split(';');
  const boundary = /(?:^|[;\s])boundary\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(rest.join(';'));
  return {
    type: type.trim().toLowerCase(),
    hasParameters: rest.length > 0,
    boundary: boundary?.[1] ?? boundary?.[2] ?? '',
  };
}

/** What stands between two boundaries, without the line end before the second. */
export function partsOf(
  bytes: Uint8Array,
  from: number,
  end: number,
  boundary: string,
): { from: number; to: number }[] {
  const mark = [DASH, DASH, ...Array.from(boundary, (c) => c.charCodeAt(0))];
  const found: { from: number; to: number }[] = [];
  let start = -1;
  for (let at = from; at < end && found.length < MAX_PARTS; at = lineEnd(bytes, at, end)) {
    if (bytes[at] !== DASH || !mark.every((byte, i) => bytes[at + i] === byte)) continue;
    if (start >= 0) found.push({ from: start, to: Math.max(start, withoutEnd(bytes, start, at)) });
    if (bytes[at + mark.length] === DASH) return found;
    start = lineEnd(bytes, at, end);
  }
  return found;
}

/** The type of a part, and where its body begins. */
export function partHead(
  bytes: Uint8Array,
  from: number,
  end: number,
): { readonly media: MediaType; readonly body: number } {
  let at = from;
  let media: MediaType = { type: '', hasParameters: false, boundary: '' };
  for (let i = 0; i < MAX_HEADERS && at < end && !isBlank(bytes, at); i++) {
    const header = headerAt(bytes, at, end);
    if (header === null) break;
    if (header.name === 'content-type') media = mediaType(formatText(bytes, header.from, header.to, true));
    at = header.next;
  }
  return { media, body: Math.min(end, lineEnd(bytes, at, end)) };
}

const NOTHING: Shown = { column: '', replaces: false, info: '', isMalformed: false };
const named = (info: string): Shown => ({ ...NOTHING, info: ` ${info}` });
const instead = (column: string, info: string): Shown => ({ ...NOTHING, column, info, replaces: true });

function startsWith(bytes: Uint8Array, at: number, end: number, start: readonly number[]): boolean {
  return at + start.length <= end && start.every((byte, i) => bytes[at + i] === byte);
}

/** True when the last chunk of a PNG goes beyond its end. */
function isCutPng(bytes: Uint8Array, from: number, end: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from + PNG.length; at < end; ) {
    if (at + 12 > end) return true;
    const next = at + 12 + view.getUint32(at);
    if (next > end) return true;
    at = next;
  }
  return false;
}

function image(bytes: Uint8Array, from: number, end: number, type: string): Shown | null {
  if (end - from < MIN_IMAGE) return null;
  if (type === 'image/png' && startsWith(bytes, from, end, PNG))
    return { ...named('(PNG)'), isMalformed: isCutPng(bytes, from, end) };
  if (type === 'image/gif' && startsWith(bytes, from, end, [0x47, 0x49, 0x46, 0x38]))
    return named(`(${formatText(bytes, from, from + 6)})`);
  const isJpeg = type === 'image/jpeg' || type === 'image/jpg' || type === 'image/pjpeg';
  return isJpeg && startsWith(bytes, from, end, [0xff, 0xd8]) ? named('(JPEG JFIF image)') : null;
}

/** What the list says of the body of a type. `isPlain` false: it is compressed, and its bytes say nothing. */
export function shownOf(
  bytes: Uint8Array,
  from: number,
  end: number,
  media: MediaType,
  isPlain = true,
  depth = 0,
): Shown {
  const { type } = media;
  if (type === '' || BYTES.has(type)) return NOTHING;
  if (JSON_TYPES.has(type)) return { ...NOTHING, column: 'JSON', info: `, JavaScript Object Notation (${type})` };
  if (XML_TYPES.has(type)) return { ...NOTHING, column: 'XML' };
  if (type === 'application/ocsp-response') return instead('OCSP', 'Response');
  if (type === 'application/ocsp-request') return instead('OCSP', 'Request');
  if (type === 'application/pkix-crl') return instead('PKIX-CRL', 'Certificate Revocation List');
  if (!isPlain) return named(`(${type})`);
  if (type === 'video/mp4' || type === 'audio/mp4')
    return startsWith(bytes, from + 4, end, [0x66, 0x74, 0x79, 0x70]) ? instead('MP4', '') : named(`(${type})`);
  if (!type.startsWith('multipart/')) return image(bytes, from, end, type) ?? named(`(${type})`);
  let info = '';
  let isMalformed = false;
  for (const part of media.boundary === '' || depth >= MAX_DEPTH ? [] : partsOf(bytes, from, end, media.boundary)) {
    const head = partHead(bytes, part.from, part.to);
    const shown = shownOf(bytes, head.body, part.to, head.media, true, depth + 1);
    info += shown.replaces ? '' : shown.info;
    isMalformed ||= shown.isMalformed;
  }
  return { ...NOTHING, info, isMalformed };
}
