// DEFLATE (RFC 1951) with the headers of zlib (1950) and gzip (1952): what HTTP bodies are compressed with, unpacked without a library,
// because parsers take none. Surprise: a stream that is cut or damaged gives what came before, as a capture's often are.

/** Codes of one table by their length: how many of each, and the symbols in order. */
interface Codes {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

const MAX_BITS = 15;
const END_OF_BLOCK = 256;
const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Distances double every two codes. */
function distanceOf(code: number): readonly [base: number, bits: number] {
  if (code < 4) return [code + 1, 0];
  const bits = (code >> 1) - 1;
  return [((2 + (code & 1)) << bits) + 1, bits];
}

function codesOf(lengths: ArrayLike<number>): Codes {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i] ?? 0] = (counts[lengths[i] ?? 0] ?? 0) + 1;
  const offsets = new Uint16Array(MAX_BITS + 2);
  for (let bits = 1; bits <= MAX_BITS; bits++) offsets[bits + 1] = (offsets[bits] ?? 0) + (counts[bits] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) {
    const bits = lengths[i] ?? 0;
    if (bits === 0) continue;
    symbols[offsets[bits] ?? 0] = i;
    offsets[bits] = (offsets[bits] ?? 0) + 1;
  }
  counts[0] = 0;
  return { counts, symbols };
}

const FIXED_LITERALS = codesOf(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
const FIXED_DISTANCES = codesOf(new Array<number>(30).fill(5));

class Ended extends Error {}

class Inflater {
  private readonly bytes: Uint8Array;
  private readonly most: number;
  private at: number;
  private held = 0;
  private heldBits = 0;
  private out: Uint8Array;
  size = 0;

  constructor(bytes: Uint8Array, at: number, most: number) {
    this.bytes = bytes;
    this.at = at;
    this.most = most;
    this.out = new Uint8Array(Math.min(most, Math.max(1024, bytes.length * 4)));
  }

  get result(): Uint8Array {
    return this.out.subarray(0, this.size);
  }

  run(): void {
    for (let isLast = false; !isLast; ) {
      isLast = this.bits(1) === 1;
      const type = this.bits(2);
      if (type === 0) this.stored();
      else if (type === 1) this.block(FIXED_LITERALS, FIXED_DISTANCES);
      else if (type === 2) this.dynamic();
      else throw new Ended();
    }
  }

  private bits(count: number): number {
    while (this.heldBits < count) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Ended();
      this.held |= byte << this.heldBits;
      this.heldBits += 8;
    }
    const value = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.heldBits -= count;
    return value;
  }

  private symbol({ counts, symbols }: Codes): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= MAX_BITS; bits++) {
      code |= this.bits(1);
      const count = counts[bits] ?? 0;
      if (code - first < count) return symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Ended();
  }

  private put(byte: number): void {
    if (this.size >= this.most) throw new Ended();
    if (this.size === this.out.length) {
      const more = new Uint8Array(Math.min(this.most, this.out.length * 2));
      more.set(this.out);
      this.out = more;
    }
    this.out[this.size++] = byte;
  }

  private stored(): void {
    this.held = 0;
    this.heldBits = 0;
    const length = (this.bytes[this.at] ?? 0) | ((this.bytes[this.at + 1] ?? 0) << 8);
    this.at += 4;
    for (let i = 0; i < length; i++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Ended();
      this.put(byte);
    }
  }

  private dynamic(): void {
    const literals = this.bits(5) + 257;
    const distances = this.bits(5) + 1;
    const codeLengths = new Uint8Array(ORDER.length);
    for (let i = this.bits(4) + 4, n = 0; n < i; n++) codeLengths[ORDER[n] ?? 0] = this.bits(3);
    const codes = codesOf(codeLengths);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.symbol(codes);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      const before = symbol === 16 ? lengths[i - 1] : 0;
      if (before === undefined) throw new Ended();
      let count = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      while (count-- > 0 && i < lengths.length) lengths[i++] = before;
    }
    this.block(codesOf(lengths.subarray(0, literals)), codesOf(lengths.subarray(literals)));
  }

  private block(literals: Codes, distances: Codes): void {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        this.put(symbol);
        continue;
      }
      const base = LENGTHS[symbol - 257];
      if (base === undefined) throw new Ended();
      const length = base + this.bits(LENGTH_BITS[symbol - 257] ?? 0);
      const [far, bits] = distanceOf(this.symbol(distances));
      const distance = far + this.bits(bits);
      if (distance > this.size) throw new Ended();
      for (let i = 0; i < length; i++) this.put(this.out[this.size - distance] ?? 0);
    }
  }
}

/** Where the compressed bytes begin behind gzip's header; -1 when it is not one. */
function behindGzipHeader(bytes: Uint8Array): number {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return -1;
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return -1;
    at = end + 1;
  }
  return (flags & 2) === 0 ? at : at + 2;
}

function behindZlibHeader(bytes: Uint8Array): number {
  const first = bytes[0] ?? 0;
  return (first & 15) === 8 && ((first << 8) | (bytes[1] ?? 0)) % 31 === 0 ? 2 : 0;
}

/** The bytes of a gzip, zlib or bare deflate stream, at most `most`; null when none can be had. */
export function inflate(bytes: Uint8Array, most: number): Uint8Array | null {
  const gzip = behindGzipHeader(bytes);
  const inflater = new Inflater(bytes, gzip < 0 ? behindZlibHeader(bytes) : gzip, most);
  try {
    inflater.run();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  return inflater.size === 0 ? null : inflater.result;
}
