// Comments and other options behind the packet of a pcapng block, so that a rewritten file keeps them.
// Surprise: a file of the other byte order has its options turned around one by one; those whose value is a number we do not know the
// width of are left out, comments never are.
import { decodeUtf8, encodeUtf8 } from './utf8.ts';
import { concat, option } from './writer.ts';

/** Bytes before the frame in an enhanced packet block. */
export const PACKET_HEAD = 28;
const ENHANCED_PACKET = 6;
/** The obsolete block, whose options lie where those of the enhanced one do. */
const PACKET_OBSOLETE = 2;
const OPT_END = 0;
const OPT_COMMENT = 1;
const OVERHEAD = 32;

const isPacket = (type: number): boolean => type === ENHANCED_PACKET || type === PACKET_OBSOLETE;

/**
 * Where the options of an enhanced packet block lie, by its first bytes (at least eight): counted from the block's start.
 * Null when it is another kind of block or has none.
 */
export function optionsRange(head: Uint8Array, caplen: number) {
  if (head.length < 8) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = isPacket(view.getUint32(0, true));
  if (!little && !isPacket(view.getUint32(0, false))) return null;
  const size = view.getUint32(4, little) - OVERHEAD - caplen - (-caplen & 3);
  return size <= 0 ? null : { from: PACKET_HEAD + caplen + (-caplen & 3), size, little };
}

/** The options in little-endian order, without their end mark. */
export function littleOptions(options: Uint8Array, little: boolean): Uint8Array {
  const view = new DataView(options.buffer, options.byteOffset, options.byteLength);
  const out = new Uint8Array(options.length);
  const target = new DataView(out.buffer);
  let used = 0;
  for (let at = 0; at + 4 <= options.length; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const end = at + 4 + length + (-length & 3);
    if (code === OPT_END || end > options.length) break;
    if (little || code === OPT_COMMENT) {
      target.setUint16(used, code, true);
      target.setUint16(used + 2, length, true);
      out.set(options.subarray(at + 4, end), used + 4);
      used += end - at;
    }
    at = end;
  }
  return out.subarray(0, used);
}

/** Every comment among little-endian options, in their order. */
export function commentsIn(options: Uint8Array): string[] {
  const found: string[] = [];
  eachOption(options, (code, value) => {
    if (code === OPT_COMMENT) found.push(decodeUtf8(withoutZero(value)));
  });
  return found;
}

/** Little-endian options with other comments; those that are no comments stay. */
export function withComments(options: Uint8Array | null, comments: readonly string[]): Uint8Array {
  const parts = comments.map((text) => option(OPT_COMMENT, encodeUtf8(text)));
  eachOption(options ?? new Uint8Array(0), (code, value) => {
    if (code !== OPT_COMMENT) parts.push(option(code, value));
  });
  return concat(parts);
}

function eachOption(options: Uint8Array, take: (code: number, value: Uint8Array) => void): void {
  const view = new DataView(options.buffer, options.byteOffset, options.byteLength);
  for (let at = 0; at + 4 <= options.length; ) {
    const code = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (code === OPT_END || at + 4 + length > options.length) return;
    take(code, options.subarray(at + 4, at + 4 + length));
    at += 4 + length + (-length & 3);
  }
}

/** Some writers count the closing zero into the length. */
function withoutZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
