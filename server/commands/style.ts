// Colour for people: only on a terminal, and never the only carrier of a meaning. NO_COLOR turns it off (no-color.org).
import type { System } from '../system/system.ts';

const codes = { strong: 1, dim: 2, red: 31, green: 32, amber: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof codes;
export type Paint = (style: Style, text: string) => string;

export function painter(system: System): Paint {
  const on = system.terminal.outIsTty && (system.process.env['NO_COLOR'] ?? '') === '';
  return (style, text) => (on ? `\x1b[${codes[style]}m${text}\x1b[0m` : text);
}

/** Packet text comes from strangers: control characters could drive the terminal. */
export function printable(text: string): string {
  let shown = '';
  for (const character of text) {
    const c = character.codePointAt(0) ?? 0;
    shown += c < 0x20 || (c >= 0x7f && c < 0xa0) ? `\\x${c.toString(16).padStart(2, '0')}` : character;
  }
  return shown;
}
