// A map that forgets what was longest not asked for. Surprise: a Map whose oldest key is deleted at every insertion gets slow, as the
// engine steps over the deleted ones each time: 20 × slower hierarchy of 2,000,000 packets. Two generations cost the same for ever.

export class BoundedMap<K, V> {
  private readonly half: number;
  private young = new Map<K, V>();
  private old = new Map<K, V>();

  /** @param limit entries that are kept at most; the newest half of them always is */
  constructor(limit: number) {
    this.half = Math.max(1, Math.ceil(limit / 2));
  }

  get(key: K): V | undefined {
    const found = this.young.get(key);
    if (found !== undefined || this.young.has(key)) return found;
    const older = this.old.get(key);
    if (older === undefined && !this.old.has(key)) return undefined;
    this.old.delete(key);
    this.set(key, older as V);
    return older;
  }

  /** Without counting as use. */
  has(key: K): boolean {
    return this.young.has(key) || this.old.has(key);
  }

  set(key: K, value: V): void {
    if (this.young.size >= this.half && !this.young.has(key)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  delete(key: K): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  get size(): number {
    let both = this.old.size;
    for (const key of this.young.keys()) if (!this.old.has(key)) both++;
    return both;
  }
}
