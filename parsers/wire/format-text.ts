// Text of a packet as Wireshark's columns show it: valid UTF-8 as it is, control characters escaped.
// Surprise: a backslash or a quote of the packet's own is not escaped, so the text cannot be turned back.
import { decodeUtf8 } from '../capture/utf8.ts';

const ESCAPES = ['\\a', '\\b', '\\t', '\\n', '\\v', '\\f', '\\r'];
const FIRST_ESCAPE = 7;

/** `blanks`: white space becomes spaces and is not escaped. */
export function formatText(bytes: Uint8Array, from: number, to: number, blanks = false): string {
  let text = '';
  for (const character of decodeUtf8(bytes.subarray(from, to))) text += shown(character, blanks);
  return text;
}

function shown(character: string, blanks: boolean): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xa0 || (code >= 0x20 && code < 0x7f)) return character;
  if (code >= 0x80) return `\\u${code.toString(16).padStart(4, '0')}`;
  if (blanks && code >= 9 && code <= 13) return ' ';
  return ESCAPES[code - FIRST_ESCAPE] ?? `\\${code.toString(8).padStart(3, '0')}`;
}
