// Lines of text in a payload, for the protocols that are made of them.
// Surprise: a line without its end counts as one: what Wireshark shows of it is what is there.
import { formatText } from './format-text.ts';
import { ONE_MORE, sizedBy } from './stream-reading.ts';

const CR = 13;
const LF = 10;
const MAX_LINE = 4096;

export interface Line {
  readonly text: string;
  readonly from: number;
  /** Where the next line begins. */
  readonly next: number;
}

/** The line that begins at `from`; not more of it than can be shown. */
export function lineAt(bytes: Uint8Array, from: number, end: number): Line {
  const feed = bytes.indexOf(LF, from);
  const next = feed < 0 || feed >= end ? end : feed + 1;
  let to = next;
  if (to > from && bytes[to - 1] === LF) to--;
  if (to > from && bytes[to - 1] === CR) to--;
  return { text: formatText(bytes, from, Math.min(to, from + MAX_LINE)), from, next };
}

/** At most `limit` lines. */
export function linesOf(bytes: Uint8Array, from: number, end: number, limit: number): Line[] {
  const lines: Line[] = [];
  for (let at = from; at < end && lines.length < limit; ) {
    const line = lineAt(bytes, at, end);
    lines.push(line);
    at = line.next;
  }
  return lines;
}

/** Every segment is a message of its own. */
export const bySegment = sizedBy((_bytes, at, end) => end - at);

/** A segment is a message of its own once it ends a line. */
export const byLines = sizedBy((bytes, at, end) =>
  bytes[end - 1] === LF || end - at > MAX_LINE ? end - at : ONE_MORE,
);
