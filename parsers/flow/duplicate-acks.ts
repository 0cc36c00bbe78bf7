// Duplicate ACKs by row: which packet each repeats, and the how manieth it is. Kept apart from the columns because few rows have it.
// Surprise: retransmissions stand here too, with the packet that carried the highest number before them and a count of 0; no row
// is both. So do, with zeros, rows of which the analysis only noted what an earlier row was flagged for.

export class DuplicateAcks {
  private rows: Uint32Array;
  private originals: Uint32Array;
  private counts: Uint32Array;
  private count: number;

  constructor() {
    this.rows = new Uint32Array(64);
    this.originals = new Uint32Array(64);
    this.counts = new Uint32Array(64);
    this.count = 0;
  }

  /** Rows must come in ascending order. */
  add(row: number, original: number, count: number): void {
    if (this.count === this.rows.length) {
      this.rows = doubled(this.rows);
      this.originals = doubled(this.originals);
      this.counts = doubled(this.counts);
    }
    this.rows[this.count] = row;
    this.originals[this.count] = original;
    this.counts[this.count++] = count;
  }

  /** Packet number of the ACK that this row repeats, and the count, as in `[TCP Dup ACK 12#3]`; null for other rows. */
  of(row: number): { readonly original: number; readonly count: number } | null {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.rows[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    if (low === this.count || this.rows[low] !== row) return null;
    return { original: this.originals[low] ?? 0, count: this.counts[low] ?? 0 };
  }
}

function doubled(old: Uint32Array): Uint32Array {
  const grown = new Uint32Array(old.length * 2);
  grown.set(old);
  return grown;
}
