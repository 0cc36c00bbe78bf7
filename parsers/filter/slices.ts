// Ranges of bytes in brackets, and of layers behind `#`: `[n]`, `[from:length]`, `[from-to]`, `[from:]`, `[:length]`, lists of them.
// Surprise: a range that reaches beyond the bytes takes none at all, as in Wireshark; negative places count from the end.
import type { FilterError } from './lexer.ts';

/** From `from` to `to`, both included; negative ones count from the end (-1 is the last). */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const NUMBER = '-?(?:0[xX][0-9a-fA-F]+|\\d+)';
const RANGE = new RegExp(`^(${NUMBER})?\\s*(?:(:)\\s*(${NUMBER})?|-\\s*(${NUMBER}))?$`);

/** Reads what stands between the brackets, which is at `position` of the filter. */
export function readRanges(text: string, position: number): readonly ByteRange[] | FilterError {
  const ranges: ByteRange[] = [];
  let at = position;
  for (const part of text.split(',')) {
    const range = readRange(part.trim());
    if (typeof range === 'string') return { position: at, message: `"${part.trim()}" is no range: ${range}.` };
    ranges.push(range);
    at += part.length + 1;
  }
  return ranges;
}

function readRange(text: string): ByteRange | string {
  const [, first, colon, length, last] = RANGE.exec(text) ?? [];
  if (text === '' || (first === undefined && colon === undefined))
    return 'write [place], [from:length], [from-to], [from:] or [:length]';
  const from = first === undefined ? 0 : Number(first.replace('-', '')) * (first.startsWith('-') ? -1 : 1);
  if (!Number.isSafeInteger(from) || Math.abs(from) > MAX_PLACE) return 'it is too large';
  if (colon === undefined && last === undefined) return { from, to: from };
  if (last !== undefined) {
    const to = Number(last.replace('-', '')) * (last.startsWith('-') ? -1 : 1);
    if (from < 0 !== to < 0) return 'both ends count from the same side';
    return to > from ? { from, to } : 'its end must be after its beginning';
  }
  if (length === undefined) return { from, to: -1 };
  const size = length.startsWith('-') ? -1 : Number(length);
  if (!(size > 0) || size > MAX_PLACE) return 'its length must be positive';
  const to = from + size - 1;
  // Counted from the end, the range must end before it.
  return from < 0 && to >= 0 ? { from, to: BEYOND } : { from, to };
}

const MAX_PLACE = 0x7fff_ffff;
/** An end that no bytes have. */
const BEYOND = MAX_PLACE;

/** First and last place of the range among `size`; null when there are not so many. */
function placesOf({ from, to }: ByteRange, size: number): readonly [number, number] | null {
  const first = from < 0 ? size + from : from;
  const last = to < 0 ? size + to : to;
  return first < 0 || last >= size || first > last ? null : [first, last];
}

/** The bytes (a character each) of all ranges, one after the other; null when one of them is not there. */
export function sliceOf(bytes: string, ranges: readonly ByteRange[]): string | null {
  let taken = '';
  for (const range of ranges) {
    const places = placesOf(range, bytes.length);
    if (places === null) return null;
    taken += bytes.slice(places[0], places[1] + 1);
  }
  return taken;
}

/** True when the layer `number` (from 1) of `count` is in one of the ranges. */
export function isInLayers(number: number, count: number, ranges: readonly ByteRange[]): boolean {
  return ranges.some(({ from, to }) => {
    const first = from < 0 ? count + 1 + from : from;
    const last = to < 0 ? count + 1 + to : to;
    return number >= first && number <= last;
  });
}
