// Bob Jenkins' lookup3 as the kernel uses it (include/linux/jhash.h, jhash()), on a little-endian machine.

const rol = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** The 32-bit hash of bytes with a seed. */
export function jhash(bytes: readonly number[], seed: number): number {
  let a = (0xdeadbeef + bytes.length + seed) | 0;
  let b = a;
  let c = a;
  const word = (at: number): number =>
    (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = ((a - c) | 0) ^ rol(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rol(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rol(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rol(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rol(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rol(b, 4);
    b = (b + a) | 0;
  }
  if (at === bytes.length) return c >>> 0;
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = ((c ^ b) - rol(b, 14)) | 0;
  a = ((a ^ c) - rol(c, 11)) | 0;
  b = ((b ^ a) - rol(a, 25)) | 0;
  c = ((c ^ b) - rol(b, 16)) | 0;
  a = ((a ^ c) - rol(c, 4)) | 0;
  b = ((b ^ a) - rol(a, 14)) | 0;
  c = ((c ^ b) - rol(b, 24)) | 0;
  return c >>> 0;
}
