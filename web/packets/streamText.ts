// The bytes of a stream as text: printable characters as they are, everything else as a dot; as a hex dump; or raw, every byte
// in hexadecimal and nothing else. Surprise: offsets of a dump go on within a side, as in Wireshark.
import type { StreamChunk } from '../../api/streams.ts';
import { bytesOf, hexOf, printableOf } from './bytes.ts';

export type StreamForm = 'text' | 'hex' | 'raw';

const perRow = 16;
const utf8 = new TextDecoder('utf-8');

/** UTF-8 where it is; controls, and what could turn the text around, show as dots. Line ends stay. */
function readable(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  return text.replace(/\r\n/g, '\n').replace(/[^\P{C}\n\t]|\ufffd/gu, '·');
}

function dump(bytes: Uint8Array, from: number): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perRow) {
    const row = [...bytes.subarray(at, at + perRow)];
    const hex = row
      .map(hexOf)
      .join(' ')
      .padEnd(perRow * 3);
    lines.push(`${(from + at).toString(16).padStart(8, '0')}  ${hex} ${row.map(printableOf).join('')}`);
  }
  return lines.join('\n');
}

/** Where each chunk begins among the bytes of its side. */
export function offsetsOf(chunks: readonly StreamChunk[]): number[] {
  const sent = { client: 0, server: 0 };
  return chunks.map(({ bytes, toServer, missing }) => {
    const side = toServer ? 'client' : 'server';
    const at = sent[side];
    // Base64: four characters for three bytes, less the padding.
    sent[side] += missing > 0 ? missing : (bytes.length / 4) * 3 - (/=*$/.exec(bytes.slice(-2))?.[0].length ?? 0);
    return at;
  });
}

export function textOfChunk({ bytes }: StreamChunk, form: StreamForm, offset = 0): string {
  const data = bytesOf(bytes);
  if (form === 'raw') return [...data].map(hexOf).join('');
  return form === 'hex' ? dump(data, offset) : readable(data);
}
