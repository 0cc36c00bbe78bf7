// Headers of a mail and of its parts (RFC 5322, 2046), and where the parts stand.
// Surprise: what is no header becomes one with the lines before the next colon, as Wireshark has it.
import { formatText } from './format-text.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const TAB = 9;
const DASH = 45;
const MAX_PARTS = 200;
const MAX_HEADERS = 100;
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
