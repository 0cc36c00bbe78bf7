// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and the HKDF of TLS 1.3 (RFC 5869, RFC 8446 section 7.1), as far as the keys of QUIC's first packets need
// them. Surprise: pure code has no cryptography of its own, and dissection cannot wait for the browser's.

const BLOCK = 64;
const SIZE = 32;

function isPrime(n: number): boolean {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return true;
}

/** The first 32 bits of the fraction of a root. */
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 0x1_0000_0000) | 0;

const constants: number[] = [];
const start: number[] = [];
for (let n = 2; constants.length < 64; n++) {
  if (!isPrime(n)) continue;
  if (start.length < 8) start.push(fraction(Math.sqrt(n)));
  constants.push(fraction(Math.cbrt(n)));
}

const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by));

export function sha256(data: Uint8Array): Uint8Array {
  const blocks = Math.ceil((data.length + 9) / BLOCK);
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 0x2000_0000));
  view.setUint32(padded.length - 4, data.length * 8);
  const hash = Int32Array.from(start);
  const words = new Int32Array(64);
  for (let at = 0; at < padded.length; at += BLOCK) compress(hash, words, view, at);
  const out = new Uint8Array(SIZE);
  const outView = new DataView(out.buffer);
  for (const [i, word] of hash.entries()) outView.setInt32(i * 4, word);
  return out;
}

function compress(hash: Int32Array, w: Int32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const early = w[i - 15] ?? 0;
    const late = w[i - 2] ?? 0;
    const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    w[i] = (w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + (constants[i] ?? 0) + (w[i] ?? 0)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) hash[i] = (hash[i] ?? 0) + word;
}

/** HMAC with SHA-256; also the extract step of HKDF, with the salt as key. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const short = key.length > BLOCK ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK + data.length).fill(0x36, 0, BLOCK);
  const outer = new Uint8Array(BLOCK + SIZE).fill(0x5c, 0, BLOCK);
  for (const [i, byte] of short.entries()) {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(data, BLOCK);
  outer.set(sha256(inner), BLOCK);
  return sha256(outer);
}

/** HKDF-Expand-Label of TLS 1.3 without context; at most 32 bytes. */
export function expandLabel(secret: Uint8Array, label: string, size: number): Uint8Array {
  const full = `tls13 ${label}`;
  const info = [size >> 8, size & 255, full.length, ...[...full].map((c) => c.charCodeAt(0)), 0, 1];
  return hmacSha256(secret, Uint8Array.from(info)).slice(0, size);
}
