// Content encodings of HTTP that are undone before a body is read. Surprise: brotli is known but not
// undone, so of such a body the type is told and nothing else; any other encoding makes it data.
import { inflate } from '../../core/inflate.ts';

const KNOWN = /^(x-)?(gzip|deflate)$/;
const MOST = 16 << 20;

/** What was packed, at most 16 MiB; null where nothing was, or it cannot be undone. */
export function unpacked(bytes: Uint8Array, encoding: string): Uint8Array | null {
  return KNOWN.test(encoding) ? inflate(bytes, MOST) : null;
}

/** What is left to say of a body that is not unpacked: its type, where the packing is a usual one. */
export function isUsual(encoding: string): boolean {
  return encoding === 'br';
}

export function isPacking(encoding: string): boolean {
  return encoding !== '' && encoding !== 'identity';
}
