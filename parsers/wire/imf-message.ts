// An Internet message (RFC 5322) inside SMTP, POP and IMAP: its headers, and of MIME the types of its parts.
// Surprise: as in Wireshark 4.0, a Content-Type without parameters is not looked at, and a body without a known type goes into the list line by line.
import type { Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { formatText } from './format-text.ts';
import { type Header, headerAt, isBlank, lineEnd, type MediaType, mediaType, partHead, partsOf } from './imf-parts.ts';
import { readBody } from './media/read-body.ts';
import type { FieldKind } from './protocol.ts';

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
    let media: MediaType = { type: '', hasParameters: false, boundary: '' };
    for (let i = 0; i < MAX_HEADERS && at < end; i++) {
      if (isBlank(bytes, at)) {
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

  private body(layer: FieldNode, media: MediaType, from: number, end: number, depth: number): void {
    const { d } = this;
    if (media.type === 'message/rfc822' && depth < MAX_DEPTH) {
      this.message(from, end, depth + 1);
      return;
    }
    if (!media.type.startsWith('multipart/')) {
      const { type } = media;
      if (from < end)
        this.append(
          '',
          readBody(d, { type, parameters: '', from, to: end, isPacked: false, parent: layer }).text ?? '',
        );
      return;
    }
    if (depth >= MAX_DEPTH || media.boundary === '') return;
    for (const part of partsOf(d.bytes, from, end, media.boundary)) {
      if (++this.parts > MAX_PARTS) return;
      const head = partHead(d.bytes, part.from, part.to);
      this.body(layer, head.media, head.body, part.to, depth + 1);
    }
  }
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
