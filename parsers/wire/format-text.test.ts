import { describe, expect, it } from 'vitest';
import { formatText } from './format-text.ts';

const shown = (bytes: readonly number[], blanks = false): string =>
  formatText(Uint8Array.from(bytes), 0, bytes.length, blanks);

describe('text as the columns show it', () => {
  it('keeps UTF-8 and escapes what cannot be printed', () => {
    expect(shown([0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac])).toBe('aé€');
    expect(shown([1, 0x7f, 0x1b, 7, 9, 13, 10, 0xc2, 0x80])).toBe('\\001\\177\\033\\a\\t\\r\\n\\u0080');
    expect(shown([0x61, 0xff, 0x62])).toBe('a\ufffdb');
    expect(shown([0x22, 0x5c])).toBe('"\\');
  });

  it('makes spaces of white space where it is asked to', () => {
    expect(shown([0x61, 9, 0x62, 13, 10, 1], true)).toBe('a b  \\001');
  });
});
