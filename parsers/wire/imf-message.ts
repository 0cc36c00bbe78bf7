// An Internet message (RFC 5322) inside SMTP, POP and IMAP: its headers, and of MIME the types of its parts.
// Surprise: as in Wireshark 4.0, a Content-Type without parameters is not looked at, and a body without a known type goes into the list line by line.
import type { Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { formatText } from './format-text.ts';
import type { FieldKind } from './protocol.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const TAB = 9;
const DASH = 45;
const MAX_HEADERS = 500;
const MAX_PARTS = 200;
const MAX_DEPTH = 8;
/** The list's text ends here in Wireshark, and so do the lines of a body that are read for it. */
const MAX_INFO = 4095;

/** Headers with a field of their own; others are listed by name. */
const NAMES = [
  'date',
  'from',
  'sender',
  'reply_to',
  'to',
  'cc',
  'bcc',
  'message_id',
  'in_reply_to',
  'references',
  'subject',
  'received',
  'return_path',
  'mime_version',
  'content.type',
  'content.transfer_encoding',
];
const FIELD_OF: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [name.replace(/[._]/g, '-'), `imf.${name}`]));
export const IMF_FIELDS: readonly (readonly [string, FieldKind])[] = [
  ['imf', 'none'],
  ...NAMES.map((name): [string, FieldKind] => [`imf.${name}`, name === 'content.type' ? 'none' : 'text']),
];
/** Types that have a reader of their own in a message; `multipart/*` beside them. */
const SHOWN = new Set(['text/plain', 'text/html', 'text/css', 'text/richtext', 'text/calendar']);

interface Header {
  readonly name: string;
  readonly at: number;
  /** Where the value begins, behind the colon and blanks; where it ends, before its line end. */
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

/** The header that begins at `at`, its folded lines with it; null without a colon. A name may go over lines: what is no header becomes one. */
function headerAt(bytes: Uint8Array, at: number, end: number): Header | null {
  const colon = bytes.indexOf(COLON, at);
  if (colon < 0 || colon >= end) return null;
  let next = lineEnd(bytes, colon, end);
  while (next < end && (bytes[next] === SPACE || bytes[next] === TAB)) next = lineEnd(bytes, next, end);
  let from = colon + 1;
  while (from < next && (bytes[from] === SPACE || bytes[from] === TAB)) from++;
  return { name: formatText(bytes, at, colon).toLowerCase(), at, from, to: withoutEnd(bytes, from, next), next };
}

function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const feed = bytes.indexOf(LF, at);
  return feed < 0 || feed >= end ? end : feed + 1;
}

function withoutEnd(bytes: Uint8Array, from: number, end: number): number {
  let to = end;
  if (to > from && bytes[to - 1] === LF) to--;
  if (to > from && bytes[to - 1] === CR) to--;
  return to;
}

/** Media type and its boundary. */
function mediaType(value: string): {
  readonly type: string;
  readonly hasParameters: boolean;
  readonly boundary: string;
} {
  const [type = '', ...rest] = value.split(';');
  const boundary = /(?:^|[;\s\\rnt])boundary\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(rest.join(';'));
  return {
    type: type.trim().toLowerCase(),
    hasParameters: rest.length > 0,
    boundary: boundary?.[1] ?? boundary?.[2] ?? '',
  };
}

class ImfReading {
  readonly column: string[] = [];
  /** Text that stays, and what the innermost message added to it. */
  fixed = '';
  info = '';
  private readonly d: Dissection;
  private parts = 0;

  constructor(d: Dissection) {
    this.d = d;
  }

  message(from: number, end: number, depth: number): void {
    const { d } = this;
    const { bytes } = d;
    this.column.push('IMF');
    this.info = '';
    const layer = d.layer('imf', 'Internet Message Format', from, end - from);
    let at = from;
    let media = { type: '', hasParameters: false, boundary: '' };
    for (let i = 0; i < MAX_HEADERS && at < end; i++) {
      if (bytes[at] === CR || bytes[at] === LF) {
        at = lineEnd(bytes, at, end);
        break;
      }
      const header = headerAt(bytes, at, end);
      if (header === null) break;
      const value = formatText(bytes, header.from, header.to);
      this.field(layer, header, value);
      if (header.name === 'subject' || header.name === 'from') this.append(', ', `${header.name}: ${value}`);
      if (header.name === 'content-type') media = mediaType(formatText(bytes, header.from, header.to, true));
      at = header.next;
    }
    const isKnown = media.hasParameters && (SHOWN.has(media.type) || media.type.startsWith('multipart/'));
    if (media.hasParameters) {
      this.fixed += this.info;
      this.info = '';
    }
    if (at > from) this.append(', ', '');
    if (isKnown) this.body(layer, media, at, end, depth);
    else if (!media.hasParameters) this.lines(layer, at, end);
  }

  private field(layer: FieldNode, header: Header, value: string): void {
    const { d } = this;
    const { at, next, name } = header;
    const field = FIELD_OF.get(name) ?? null;
    const title = formatText(d.bytes, at, at + name.length);
    d.node(layer, field, `${title}: ${value}`, field === 'imf.content.type' ? null : value, at, next - at);
  }

  private append(separator: string, text: string): void {
    if (this.fixed.length + this.info.length > MAX_INFO) return;
    this.info += `${this.fixed === '' && this.info === '' ? '' : separator}${text}`;
  }

  /** Lines of a body that no type says more about. */
  private lines(layer: FieldNode, from: number, end: number): void {
    const { d } = this;
    const node = d.node(layer, null, 'Message-Text', null, from, end - from);
    let shown = 0;
    for (let at = from; at < end && shown <= MAX_INFO; ) {
      const next = lineEnd(d.bytes, at, end);
      const text = formatText(d.bytes, at, Math.min(next, at + MAX_INFO), true);
      d.node(node, null, text, null, at, next - at);
      this.append(', ', text);
      shown += text.length + 2;
      at = next;
    }
  }

  private body(
    layer: FieldNode,
    media: { type: string; boundary: string },
    from: number,
    end: number,
    depth: number,
  ): void {
    const { d } = this;
    if (media.type === 'message/rfc822' && depth < MAX_DEPTH) {
      this.message(from, end, depth + 1);
      return;
    }
    if (media.type === 'application/octet-stream') return;
    if (!media.type.startsWith('multipart/')) {
      d.node(layer, null, `Body: ${media.type}`, null, from, end - from);
      this.append(' ', `(${media.type})`);
      return;
    }
    if (depth >= MAX_DEPTH || media.boundary === '') return;
    for (const part of partsOf(d.bytes, from, end, media.boundary)) {
      if (++this.parts > MAX_PARTS) return;
      this.part(layer, part.from, part.to, depth);
    }
  }

  private part(layer: FieldNode, from: number, end: number, depth: number): void {
    const { bytes } = this.d;
    let at = from;
    let media = { type: 'text/plain', boundary: '' };
    for (let i = 0; i < MAX_HEADERS && at < end; i++) {
      if (bytes[at] === CR || bytes[at] === LF) break;
      const header = headerAt(bytes, at, end);
      if (header === null) break;
      if (header.name === 'content-type') media = mediaType(formatText(bytes, header.from, header.to, true));
      at = header.next;
    }
    this.body(layer, media, Math.min(end, lineEnd(bytes, at, end)), end, depth + 1);
  }
}

/** What stands between two boundaries, without the line end before the second. */
function partsOf(bytes: Uint8Array, from: number, end: number, boundary: string): { from: number; to: number }[] {
  const mark = [DASH, DASH, ...Array.from(boundary, (c) => c.charCodeAt(0))];
  const found: { from: number; to: number }[] = [];
  let start = -1;
  for (let at = from; at < end; at = lineEnd(bytes, at, end)) {
    if (bytes[at] !== DASH || !mark.every((byte, i) => bytes[at + i] === byte)) continue;
    if (start >= 0) found.push({ from: start, to: Math.max(start, withoutEnd(bytes, start, at)) });
    if (bytes[at + mark.length] === DASH) return found;
    start = lineEnd(bytes, at, end);
  }
  return found;
}

/** Adds the layers of a message from `from` to `end` of the bytes at hand; gives what it adds to the protocol column, and the list's text. */
export function imfMessage(
  d: Dissection,
  from: number,
  end: number,
): { readonly column: string; readonly info: string } {
  const reading = new ImfReading(d);
  reading.message(from, end, 0);
  return { column: reading.column.join('/'), info: `${reading.fixed}${reading.info}` };
}
