// Tag, length and value of ASN.1's basic encoding (X.690), which SNMP, LDAP and Kerberos are written in.
// Surprise: a length of 0x80 ("until two zeros") is not read; nobody sends it in these.

export interface BerItem {
  /** Class and constructed bit, and the number when it is below 31; as in the byte. */
  readonly tag: number;
  /** Where the value begins and ends; the end may lie beyond what is there. */
  readonly from: number;
  readonly to: number;
}

/** The item that begins at `at`; null when its tag and length are not there before `end`, or cannot be read. */
export function berAt(bytes: Uint8Array, at: number, end: number): BerItem | null {
  const tag = bytes[at];
  if (tag === undefined || at + 2 > end || (tag & 31) === 31) return null;
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return { tag, from: at + 2, to: at + 2 + first };
  const size = first & 0x7f;
  if (size === 0 || size > 4 || at + 2 + size > end) return null;
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  return { tag, from: at + 2 + size, to: at + 2 + size + length };
}

/** The items within a constructed one, at most `limit`; stops at what cannot be read. */
export function berItems(bytes: Uint8Array, from: number, to: number, end: number, limit: number): BerItem[] {
  const items: BerItem[] = [];
  const stop = Math.min(to, end);
  for (let at = from; at < stop && items.length < limit; ) {
    const item = berAt(bytes, at, stop);
    if (item === null) break;
    items.push(item);
    at = item.to;
  }
  return items;
}

/** A small whole number; longer ones lose their upper bytes. */
export function berNumber(bytes: Uint8Array, { from, to }: BerItem): number {
  let value = 0;
  for (let at = from; at < Math.min(to, from + 6); at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** Dotted numbers of an object identifier. */
export function berObject(bytes: Uint8Array, { from, to }: BerItem): string {
  const parts: number[] = [];
  let value = 0;
  for (let at = from; at < Math.min(to, from + 128); at++) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}
