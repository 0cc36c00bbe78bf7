// gzip (node:zlib), zstd (the program, else fzstd) and lz4 (the program), as streams with a limit on what comes out.
// Surprise: when the source breaks off, what had arrived is still decoded and handed out before the failure is thrown.

import { pipeline } from 'node:stream/promises';
import { createGunzip, constants as zlib } from 'node:zlib';
import { Refusal } from '../refusal.ts';
import type { Programs } from '../system/system.ts';
import { ByteReader, type Bytes } from './byte-reader.ts';

export type Compression = 'gzip' | 'zstd' | 'lz4';

/** What may come out: everything up to `freeBytes`, above it at most `ratio` times what went in, never above `maxBytes`. */
export interface OutputLimits {
  readonly freeBytes: number;
  readonly ratio: number;
  readonly maxBytes: number;
}

/** zstd's own default: a frame that needs a larger window needs `--long`. */
const zstdWindowLimit = 128 << 20;

async function* gunzipped(source: Bytes): Bytes {
  let failure: unknown = null;
  let tail = new Uint8Array(0);
  const feed = async function* () {
    try {
      for await (const chunk of source) {
        tail = chunk.length >= 4 ? chunk.slice(-4) : Uint8Array.of(...tail, ...chunk).slice(-4);
        yield chunk;
      }
    } catch (error) {
      failure = error;
    }
  };
  // SYNC_FLUSH: a file that is cut short gives what it holds instead of an error that throws the last block away.
  const gunzip = createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: 256 << 10 });
  const fed = pipeline(feed, gunzip).catch(() => undefined);
  let written = 0;
  for await (const chunk of gunzip) {
    written += (chunk as Uint8Array).length;
    yield chunk as Uint8Array;
  }
  await fed;
  if (failure !== null) throw failure;
  const size = new DataView(tail.buffer, tail.byteOffset);
  if (tail.length < 4 || (size.getUint32(0, true) !== written % 2 ** 32 && size.getUint32(0, true) > written)) {
    throw new Refusal(
      400,
      'truncated',
      'the gzip stream is cut short; what it held is kept, fetch the file again for the rest',
    );
  }
}

/** Window a zstd frame asks for (RFC 8878, 3.1.1.1); null when the header is not all there. */
function zstdWindow(head: Uint8Array): number | null {
  const descriptor = head[4];
  if (descriptor === undefined) return null;
  if ((descriptor & 0x20) === 0) {
    const w = head[5];
    return w === undefined ? null : 2 ** (10 + (w >> 3)) * (1 + (w & 7) / 8);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const bytes = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  if (head.length < at + bytes) return null;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

async function* unzstd(source: Bytes): Bytes {
  const { Decompress } = await import('fzstd');
  const reader = new ByteReader(source);
  const window = zstdWindow(await reader.peek(18));
  if (window !== null && window > zstdWindowLimit) {
    throw new Refusal(
      400,
      'unsupported',
      `the zstd frame needs a window of ${window} bytes; unpack it with zstd -d --long=31 first`,
    );
  }
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => ready.push(chunk));
  for await (const chunk of reader.rest()) {
    decoder.push(chunk);
    yield* ready;
    ready = [];
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready;
}

async function decoder(compression: Compression, programs: Programs): Promise<(source: Bytes) => Bytes> {
  if (compression === 'gzip') return gunzipped;
  const program = await programs.find(compression);
  if (program !== null) return (source) => programs.filter(program, ['-d', '-c', '-q'], source);
  if (compression === 'zstd') return unzstd;
  throw new Refusal(
    400,
    'no-lz4',
    'the file is compressed with lz4 and the lz4 program is not installed; install lz4, or unpack the file first',
  );
}

async function* bounded(decode: (source: Bytes) => Bytes, source: Bytes, limits: OutputLimits): Bytes {
  let bytesIn = 0;
  let bytesOut = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      bytesIn += chunk.length;
      yield chunk;
    }
  };
  for await (const chunk of decode(counted())) {
    bytesOut += chunk.length;
    if (bytesOut > limits.maxBytes || (bytesOut > limits.freeBytes && bytesOut > bytesIn * limits.ratio)) {
      throw new Refusal(
        413,
        'unpacks-too-large',
        `the file unpacks to more than ${bytesOut} bytes from ${bytesIn}; unpack it yourself and check it`,
      );
    }
    yield chunk;
  }
}

export async function decompressed(
  compression: Compression,
  source: Bytes,
  programs: Programs,
  limits: OutputLimits,
): Promise<Bytes> {
  return bounded(await decoder(compression, programs), source, limits);
}
