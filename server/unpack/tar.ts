// A reader of tar archives: ustar, GNU long names, pax paths and sizes (POSIX.1-2001). Only regular files come out; links,
// devices and folders are passed over, so that nothing outside the archive can be named.
// Surprise: `body` must be used before the next entry is asked for; what is left of it is skipped.
import { Refusal } from '../refusal.ts';
import { ByteReader, type Bytes } from './byte-reader.ts';

const blockSize = 512;
/** A pax or long-name record above this is an attack, not a name. */
const recordLimit = 64 << 10;

export interface TarEntry {
  /** As it stands in the archive: not yet safe. */
  readonly path: string;
  readonly bytes: number;
  readonly body: Bytes;
}

const latin = new TextDecoder('latin1');
const utf8 = new TextDecoder();

function textAt(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or base 256 when the first bit is set; null when it is neither or too big to be true. */
function numberAt(block: Uint8Array, from: number, length: number): number | null {
  if (((block[from] ?? 0) & 0x80) !== 0) {
    let value = (block[from] ?? 0) & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[from + i] ?? 0);
    return Number.isSafeInteger(value) ? value : null;
  }
  const text = latin.decode(block.subarray(from, from + length)).replace(/[\0 ]+/g, '');
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : null;
}

function checksumFits(block: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < blockSize; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
  return sum === numberAt(block, 148, 8);
}

/** Whether the first 512 bytes of a file are a tar header. */
export function isTar(head: Uint8Array): boolean {
  return head.length >= blockSize && head[0] !== 0 && checksumFits(head.subarray(0, blockSize));
}

/** `LENGTH KEY=VALUE\n` records; the length counts bytes, so it is followed byte by byte. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(latin.decode(bytes.subarray(at, space)));
    if (!(length > space - at)) break;
    const record = utf8.decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

export async function* tarEntries(source: Bytes): AsyncIterable<TarEntry> {
  const reader = new ByteReader(source);
  let longName: string | null = null;
  let pax = new Map<string, string>();
  for (;;) {
    const at = reader.offset;
    const header = await reader.read(blockSize);
    if (header.length === 0 || header.every((b) => b === 0)) return;
    if (header.length < blockSize) {
      throw new Refusal(400, 'truncated', `the archive ends inside a header at byte ${at}; fetch it again`);
    }
    const declared = numberAt(header, 124, 12);
    if (!checksumFits(header) || declared === null) {
      throw new Refusal(400, 'malformed', `the archive has no valid header at byte ${at}; what came before it is kept`);
    }
    const type = String.fromCharCode(header[156] || 48);
    const paxSize = Number(pax.get('size') ?? Number.NaN);
    const size = type !== 'x' && Number.isSafeInteger(paxSize) && paxSize >= 0 ? paxSize : declared;
    const padding = (blockSize - (size % blockSize)) % blockSize;
    const end = reader.offset + size;

    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (size > recordLimit)
        throw new Refusal(400, 'malformed', `the archive has a name of ${size} bytes at byte ${at}`);
      const record = await reader.read(size);
      if (type === 'x') pax = paxRecords(record);
      if (type === 'L') longName = textAt(record, 0, record.length);
    } else {
      const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : '';
      const short = textAt(header, 0, 100);
      const path = pax.get('path') ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`);
      longName = null;
      pax = new Map();
      if (type === '0' || type === '7') yield { path, bytes: size, body: reader.take(size) };
      for await (const _ of reader.take(end - reader.offset));
      if (reader.offset < end) {
        throw new Refusal(
          400,
          'truncated',
          `the archive ends inside ${path}, ${end - reader.offset} bytes short; fetch it again`,
        );
      }
    }
    await reader.read(padding);
  }
}
