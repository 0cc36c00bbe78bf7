// Text from bytes without TextDecoder, which pure code does not have. UTF-8 as RFC 3629; bad sequences become U+FFFD.

const REPLACEMENT = 0xfffd;

/** Decodes UTF-8; every byte that starts no valid sequence gives one U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let out = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const length =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    let code = length === 1 ? first : first & (0xff >> (length + 1));
    let valid = length > 0 && at + length <= bytes.length;
    for (let i = 1; valid && i < length; i++) {
      const next = bytes[at + i] ?? 0;
      if ((next & 0xc0) !== 0x80) valid = false;
      code = (code << 6) | (next & 0x3f);
    }
    if (
      valid &&
      ((length === 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
        (length === 4 && (code < 0x10000 || code > 0x10ffff)))
    ) {
      valid = false;
    }
    out += String.fromCodePoint(valid ? code : REPLACEMENT);
    at += valid ? length : 1;
  }
  return out;
}

/** Encodes text as UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? REPLACEMENT;
    const code = point >= 0xd800 && point < 0xe000 ? REPLACEMENT : point;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return Uint8Array.from(out);
}
