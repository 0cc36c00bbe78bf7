// Names of addresses in a Name Resolution Block of pcapng (draft-ietf-opsawg-pcapng, 4.5): an address and its names, zero-terminated.
// Surprise: an address may stand in several blocks; the first name it was given is the one that Wireshark shows.
import { type Ip, ipText, ipv4 } from '../core/address.ts';
import { decodeUtf8 } from './utf8.ts';

export const NAMES_BLOCK = 4;
const HEAD = 8;
const FOOT = 4;
const RECORD_END = 0;
const RECORD_IPV4 = 1;
const RECORD_IPV6 = 2;
/** A DNS name has at most 255 bytes; what is longer is no name of an address. */
const MAX_NAME = 255;

/** Adds the names of a whole block to those known, up to `most` addresses. Records that reach beyond the block end it. */
export function readNames(block: Uint8Array, little: boolean, known: Map<string, string>, most: number): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const end = block.length - FOOT;
  for (let at = HEAD; at + 4 <= end; ) {
    const type = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const next = at + 4 + length + (-length & 3);
    if (type === RECORD_END || at + 4 + length > end) return;
    const size = type === RECORD_IPV4 ? 4 : type === RECORD_IPV6 ? 16 : 0;
    if (size > 0 && length > size) {
      const value = block.subarray(at + 4 + size, at + 4 + length);
      const stop = value.indexOf(0);
      const name = stop < 0 ? value : value.subarray(0, stop);
      const address = ipText(addressAt(view, at + 4, size));
      if (name.length > 0 && name.length <= MAX_NAME && known.size < most && !known.has(address))
        known.set(address, decodeUtf8(name));
    }
    at = next;
  }
}

function addressAt(view: DataView, at: number, size: number): Ip {
  const word = (n: number): number => view.getUint32(at + n * 4, false);
  return size === 4 ? ipv4(word(0)) : { family: 6, a: word(0), b: word(1), c: word(2), d: word(3) };
}
