// AES-128 in one direction (FIPS 197) and the opening of GCM (NIST SP 800-38D), for the first packets of QUIC.
// Surprise: tables are looked up by secret bytes, which leaks through time; every key here is computed from what the packet itself shows.

const BLOCK = 16;
const ROUNDS = 10;
const TAG = 16;

const sbox = new Uint8Array(256);
/** Doubles in the field of AES. */
const double = (b: number): number => ((b << 1) ^ (b >> 7 === 1 ? 0x11b : 0)) & 255;

for (let p = 1, q = 1, first = true; first || p !== 1; first = false) {
  // p runs through all elements by times 3, q through their inverses by divided by 3.
  p ^= double(p);
  q ^= q << 1;
  q ^= q << 2;
  q ^= q << 4;
  q &= 255;
  if ((q & 0x80) !== 0) q ^= 9;
  const spread = q | (q << 8);
  const mixed = q ^ (spread >> 7) ^ (spread >> 6) ^ (spread >> 5) ^ (spread >> 4);
  sbox[p] = (mixed & 255) ^ 0x63;
}
sbox[0] = 0x63;

/** AES-128 with one key. */
export class Aes128 {
  private readonly keys: Uint8Array;

  constructor(key: Uint8Array) {
    const keys = new Uint8Array(BLOCK * (ROUNDS + 1));
    keys.set(key.subarray(0, BLOCK));
    for (let at = BLOCK, round = 1; at < keys.length; at += 4) {
      const word = [...keys.subarray(at - 4, at)];
      if (at % BLOCK === 0) {
        word.push(word.shift() ?? 0);
        for (let i = 0; i < 4; i++) word[i] = sbox[word[i] ?? 0] ?? 0;
        word[0] = (word[0] ?? 0) ^ round;
        round = double(round);
      }
      for (let i = 0; i < 4; i++) keys[at + i] = (keys[at - BLOCK + i] ?? 0) ^ (word[i] ?? 0);
    }
    this.keys = keys;
  }

  /** One block of 16 bytes. */
  encrypt(block: Uint8Array): Uint8Array {
    const { keys } = this;
    let state = new Uint8Array(BLOCK);
    for (let i = 0; i < BLOCK; i++) state[i] = (block[i] ?? 0) ^ (keys[i] ?? 0);
    for (let round = 1; round <= ROUNDS; round++) {
      const next = new Uint8Array(BLOCK);
      // Bytes substituted and rows shifted: byte r of column c comes from column c + r.
      for (let i = 0; i < BLOCK; i++) next[i] = sbox[state[(i + 4 * (i & 3)) & 15] ?? 0] ?? 0;
      if (round < ROUNDS) mixColumns(next);
      for (let i = 0; i < BLOCK; i++) next[i] = (next[i] ?? 0) ^ (keys[round * BLOCK + i] ?? 0);
      state = next;
    }
    return state;
  }
}

function mixColumns(state: Uint8Array): void {
  for (let at = 0; at < BLOCK; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = state.subarray(at, at + 4);
    const all = a ^ b ^ c ^ d;
    state[at] = a ^ all ^ double(a ^ b);
    state[at + 1] = b ^ all ^ double(b ^ c);
    state[at + 2] = c ^ all ^ double(c ^ d);
    state[at + 3] = d ^ all ^ double(d ^ a);
  }
}

/** The universal hash of GCM over blocks of data. */
class Ghash {
  private y: [number, number, number, number] = [0, 0, 0, 0];
  private readonly h: readonly [number, number, number, number];

  constructor(h: Uint8Array) {
    const view = new DataView(h.buffer, h.byteOffset);
    this.h = [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
  }

  /** Data, filled up with zeros to whole blocks. */
  update(data: Uint8Array): void {
    for (let at = 0; at < data.length; at += BLOCK) {
      const block = new Uint8Array(BLOCK);
      block.set(data.subarray(at, at + BLOCK));
      this.block(new DataView(block.buffer));
    }
  }

  private block(view: DataView): void {
    const x = this.y.map((word, i) => word ^ view.getInt32(i * 4));
    let [a, b, c, d] = this.h;
    let [p, q, r, s] = [0, 0, 0, 0];
    for (let i = 0; i < 128; i++) {
      if ((((x[i >> 5] ?? 0) >>> (31 - (i & 31))) & 1) === 1) {
        p ^= a;
        q ^= b;
        r ^= c;
        s ^= d;
      }
      const carry = d & 1;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ (carry === 1 ? 0xe100_0000 : 0);
    }
    this.y = [p, q, r, s];
  }

  digest(): Uint8Array {
    const out = new Uint8Array(BLOCK);
    const view = new DataView(out.buffer);
    for (const [i, word] of this.y.entries()) view.setInt32(i * 4, word);
    return out;
  }
}

/** Opens what AES-128-GCM sealed (the tag is its last 16 bytes) with a nonce of 12 bytes; null when the tag is not right. */
export function openGcm(aes: Aes128, nonce: Uint8Array, header: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG) return null;
  const data = sealed.subarray(0, sealed.length - TAG);
  const counter = new Uint8Array(BLOCK);
  counter.set(nonce);
  counter[15] = 1;
  const mask = aes.encrypt(counter);
  const hash = new Ghash(aes.encrypt(new Uint8Array(BLOCK)));
  hash.update(header);
  hash.update(data);
  const lengths = new Uint8Array(BLOCK);
  const view = new DataView(lengths.buffer);
  view.setUint32(4, header.length * 8);
  view.setUint32(12, data.length * 8);
  hash.update(lengths);
  const tag = hash.digest();
  for (let i = 0; i < TAG; i++) if (((tag[i] ?? 0) ^ (mask[i] ?? 0)) !== sealed[data.length + i]) return null;
  const plain = new Uint8Array(data.length);
  const counterView = new DataView(counter.buffer);
  for (let at = 0, n = 2; at < data.length; at += BLOCK, n++) {
    counterView.setUint32(12, n);
    const stream = aes.encrypt(counter);
    for (let i = 0; i < BLOCK && at + i < data.length; i++) plain[at + i] = (data[at + i] ?? 0) ^ (stream[i] ?? 0);
  }
  return plain;
}
