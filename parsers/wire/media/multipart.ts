// A body of several parts (RFC 2046, section 5.1), each with headers and a type of its own: uploads of forms, batches, mails.
// Surprise: a part without a type is data here, not the text that the RFC makes of it; without a boundary so is the whole.
import { encodeUtf8 } from '../../capture/utf8.ts';
import type { Dissection } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import { leftOut } from './lines.ts';
import { type Body, bodyNode, type Media, type MediaColumns } from './media.ts';
import { MULTIPART_TYPES } from './types.gen.ts';

const PARTS_MOST = 200;
const HEADERS_MOST = 100;
const LF = 10;
const CR = 13;
const DASH = 0x2d;

interface Mark {
  /** Where it begins, the line end before it included. */
  readonly from: number;
  /** Behind its line. */
  readonly to: number;
  readonly isLast: boolean;
}

/** The next line that is the boundary, from `at` on. */
function nextMark(bytes: Uint8Array, at: number, to: number, boundary: Uint8Array): Mark | null {
  for (let line = at; line < to; ) {
    const newline = bytes.indexOf(LF, line);
    const end = newline < 0 || newline >= to ? to : newline + 1;
    if (isBoundary(bytes, line, end, boundary)) {
      const after = line + 2 + boundary.length;
      const isLast = bytes[after] === DASH && bytes[after + 1] === DASH && after + 2 <= end;
      return { from: beforeLineEnd(bytes, at, line), to: end, isLast };
    }
    line = end;
  }
  return null;
}

function isBoundary(bytes: Uint8Array, at: number, end: number, boundary: Uint8Array): boolean {
  if (at + 2 + boundary.length > end || bytes[at] !== DASH || bytes[at + 1] !== DASH) return false;
  return boundary.every((byte, i) => bytes[at + 2 + i] === byte);
}

/** Start of the line end that stands before `line`; a boundary takes it along. */
function beforeLineEnd(bytes: Uint8Array, at: number, line: number): number {
  let from = line;
  if (from > at && bytes[from - 1] === LF) from--;
  if (from > at && from < line && bytes[from - 1] === CR) from--;
  return from;
}

interface PartHead {
  readonly body: number;
  readonly type: string;
  readonly parameters: string;
}

const latin = (bytes: Uint8Array, from: number, to: number): string =>
  Array.from(bytes.subarray(from, to), (byte) => String.fromCharCode(byte)).join('');

function partHead(d: Dissection, node: FieldNode, from: number, to: number): PartHead {
  let type = '';
  let parameters = '';
  let at = from;
  for (let i = 0; at < to && i < HEADERS_MOST; i++) {
    const newline = d.bytes.indexOf(LF, at);
    const end = newline < 0 || newline >= to ? to : newline + 1;
    const line = latin(d.bytes, at, end).trimEnd();
    if (line === '') return { body: end, type, parameters };
    d.node(node, null, `${line}\\r\\n`, null, at, end - at);
    const header = /^content-type:\s*([^;\s]*)\s*;?(.*)$/i.exec(line);
    if (header !== null) {
      type = (header[1] ?? '').toLowerCase();
      parameters = header[2] ?? '';
    }
    at = end;
  }
  return { body: at, type, parameters };
}

export function boundaryOf(parameters: string): string | null {
  const found = /(?:^|[;\s])boundary\s*=\s*(?:"([^"]+)"|([^;\s"]+))/i.exec(parameters);
  return found === null ? null : (found[1] ?? found[2] ?? null);
}

export const media: Media = {
  filter: 'mime_multipart',
  name: 'MIME Multipart Media Encapsulation',
  types: MULTIPART_TYPES,
  fields: [
    { name: 'mime_multipart.type', kind: 'text' },
    { name: 'mime_multipart.part', kind: 'none' },
  ],
  dissect(d, body, inner): MediaColumns {
    const { type, from, to } = body;
    const boundary = boundaryOf(body.parameters);
    const about = boundary === null ? '' : `, Boundary: "${boundary}"`;
    const node = bodyNode(d, body, 'mime_multipart', `MIME Multipart Media Encapsulation, Type: ${type}${about}`);
    if (boundary === null) {
      d.node(
        node,
        null,
        'The multipart dissector could not find a required parameter: boundary',
        null,
        from,
        0,
      ).severity = 'warn';
      const { parent } = body;
      inner({ type: '', parameters: '', from, to, isPacked: false, parent });
      return {};
    }
    d.generated(node, 'mime_multipart.type', `Type: ${type}`, type);
    return { text: parts(d, node, body, encodeUtf8(boundary), inner) };
  },
};

/** The parts as nodes; gives the texts of those that the list names. */
function parts(
  d: Dissection,
  node: FieldNode,
  { from, to }: Body,
  boundary: Uint8Array,
  inner: (part: Body) => MediaColumns,
): string {
  let text = '';
  let count = 0;
  let mark = nextMark(d.bytes, from, to, boundary);
  if (mark !== null && mark.from > from) d.node(node, null, 'Preamble', null, from, mark.from - from);
  for (; mark !== null; ) {
    if (count <= PARTS_MOST)
      d.node(node, null, mark.isLast ? 'Last boundary' : 'Boundary', null, mark.from, mark.to - mark.from);
    if (mark.isLast) break;
    const after = nextMark(d.bytes, mark.to, to, boundary);
    const end = after?.from ?? to;
    if (count++ < PARTS_MOST && end > mark.to) {
      const label = 'Encapsulated multipart part';
      const part = d.node(node, 'mime_multipart.part', label, null, mark.to, end - mark.to);
      const head = partHead(d, part, mark.to, end);
      if (head.type !== '') part.label = `${label}: (${head.type})`;
      if (head.body < end)
        text += inner({ ...head, from: head.body, to: end, isPacked: false, parent: part }).text ?? '';
    }
    mark = after;
  }
  if (count > PARTS_MOST) leftOut(d, node, count - PARTS_MOST, 'parts');
  return text;
}
