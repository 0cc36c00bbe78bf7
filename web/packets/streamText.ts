// The bytes of a stream as text: printable characters as they are, everything else as a dot; or as a hex dump.
import type { StreamChunk } from '../../api/streams.ts';
import { bytesOf, hexOf, printableOf } from './bytes.ts';

export type StreamForm = 'text' | 'hex';

const perRow = 16;
const utf8 = new TextDecoder('utf-8');

/** UTF-8 where it is; controls, and what could turn the text around, show as dots. Line ends stay. */
function readable(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  return text.replace(/\r\n/g, '\n').replace(/[^\P{C}\n\t]|\ufffd/gu, '·');
}

function dump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perRow) {
    const row = [...bytes.subarray(at, at + perRow)];
    const hex = row
      .map(hexOf)
      .join(' ')
      .padEnd(perRow * 3);
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex} ${row.map(printableOf).join('')}`);
  }
  return lines.join('\n');
}

export function textOfChunk({ bytes }: StreamChunk, form: StreamForm): string {
  const data = bytesOf(bytes);
  return form === 'hex' ? dump(data) : readable(data);
}
