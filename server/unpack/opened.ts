// What a file is by its content: wrapped in compression or not, an archive or not. Names are never looked at.
import { DETECT_BYTES, detectCapture } from '../../parsers/capture/detect.ts';
import { Refusal } from '../refusal.ts';
import type { Programs } from '../system/system.ts';
import { ByteReader, type Bytes } from './byte-reader.ts';
import { type Compression, decompressed, type OutputLimits } from './decompress.ts';
import { isTar, type TarEntry, tarEntries } from './tar.ts';

/** gzip in zstd in gzip is an attack; a compressed archive of compressed captures is not. */
const deepest = 2;

export type Opened = { readonly wrapping: readonly Compression[] } & (
  | { readonly kind: 'archive'; readonly entries: AsyncIterable<TarEntry> }
  | { readonly kind: 'capture'; readonly format: string; readonly body: Bytes }
  | { readonly kind: 'text'; readonly body: Bytes }
);

export interface UnpackContext {
  readonly programs: Programs;
  readonly limits: OutputLimits;
}

export async function opened(
  source: Bytes,
  context: UnpackContext,
  wrapping: readonly Compression[] = [],
): Promise<Opened> {
  const reader = new ByteReader(source);
  // Four bytes at first: a live capture may have no more for a while.
  const container = detectCapture(await reader.peek(DETECT_BYTES));
  if (container === 'pcap' || container === 'pcapng') {
    return { kind: 'capture', format: container, wrapping, body: reader.rest() };
  }
  if (container !== null) {
    if (wrapping.length >= deepest) {
      throw new Refusal(400, 'nested', `the file is compressed more than ${deepest} times over; unpack it first`);
    }
    const inner = await decompressed(container, reader.rest(), context.programs, context.limits);
    return opened(inner, context, [...wrapping, container]);
  }
  if (isTar(await reader.peek(512))) return { kind: 'archive', wrapping, entries: tarEntries(reader.rest()) };
  return { kind: 'text', wrapping, body: reader.rest() };
}
