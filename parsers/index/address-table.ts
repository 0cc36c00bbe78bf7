// IPv6 addresses by number, so that a column needs 32 bits an address. An open hash table over typed arrays.
import type { Ip } from '../core/address.ts';

const EMPTY_SLOT = 0xffff_ffff;

export class AddressTable {
  count: number;
  private words: Uint32Array;
  private slots: Uint32Array;

  constructor() {
    this.count = 0;
    this.words = new Uint32Array(4 * 64);
    this.slots = new Uint32Array(256).fill(EMPTY_SLOT);
  }

  /** The number of an address, a new one when it was not seen before. */
  intern(a: number, b: number, c: number, d: number): number {
    if (this.count * 2 >= this.slots.length) this.rehash();
    const { words, slots } = this;
    const mask = slots.length - 1;
    for (let slot = hash(a, b, c, d) & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot] ?? EMPTY_SLOT;
      if (found === EMPTY_SLOT) {
        slots[slot] = this.count;
        return this.push(a, b, c, d);
      }
      const at = found * 4;
      if (words[at + 3] === d && words[at + 2] === c && words[at + 1] === b && words[at] === a) return found;
    }
  }

  /** The address with this number; `::` for a number never given out. */
  ip(index: number): Ip {
    const { words } = this;
    const at = index * 4;
    return { family: 6, a: words[at] ?? 0, b: words[at + 1] ?? 0, c: words[at + 2] ?? 0, d: words[at + 3] ?? 0 };
  }

  private push(a: number, b: number, c: number, d: number): number {
    const at = this.count * 4;
    if (at === this.words.length) {
      const grown = new Uint32Array(this.words.length * 2);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[at] = a;
    this.words[at + 1] = b;
    this.words[at + 2] = c;
    this.words[at + 3] = d;
    return this.count++;
  }

  private rehash(): void {
    const slots = new Uint32Array(this.slots.length * 4).fill(EMPTY_SLOT);
    const mask = slots.length - 1;
    for (let i = 0; i < this.count; i++) {
      const { words } = this;
      let slot = hash(words[i * 4] ?? 0, words[i * 4 + 1] ?? 0, words[i * 4 + 2] ?? 0, words[i * 4 + 3] ?? 0) & mask;
      while (slots[slot] !== EMPTY_SLOT) slot = (slot + 1) & mask;
      slots[slot] = i;
    }
    this.slots = slots;
  }
}

function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ b ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ c ^ (h >>> 13), 0x27d4eb2f);
  h = Math.imul(h ^ d ^ (h >>> 16), 0x165667b1);
  return (h ^ (h >>> 15)) >>> 0;
}
