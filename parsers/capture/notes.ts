// What a pcapng file says beside its packets: comments of sections, which packets have comments, and the blocks that a rewritten file
// keeps (names, secrets, statistics, blocks of other tools).
// Surprise: only places are kept, never the bytes: whoever needs a block reads it from the file. Beyond the limits nothing more is noted,
// and `whole` says so.
import { MAX_INTERFACES } from './limits.ts';

export interface CaptureSection {
  readonly comments: readonly string[];
  readonly little: boolean;
}

/** A block that is neither a header nor a packet. */
export interface OtherBlock {
  readonly type: number;
  /** Place of its first byte in the file, and its length with both ends. */
  readonly offset: number;
  readonly length: number;
  readonly little: boolean;
  /** Number of the section's first interface: block-local interface numbers count from here. */
  readonly firstInterface: number;
}

const MAX_BLOCKS = 65_536;

export class CaptureNotes {
  readonly sections: CaptureSection[];
  readonly blocks: OtherBlock[];
  whole: boolean;
  private rows: Uint32Array;
  private rowCount: number;

  constructor() {
    this.sections = [];
    this.blocks = [];
    this.whole = true;
    this.rows = new Uint32Array(0);
    this.rowCount = 0;
  }

  section(section: CaptureSection): void {
    if (this.sections.length < MAX_INTERFACES) this.sections.push(section);
    else this.whole = false;
  }

  block(block: OtherBlock): void {
    if (this.blocks.length < MAX_BLOCKS) this.blocks.push(block);
    else this.whole = false;
  }

  /** The packet of this row has a comment; rows come in ascending order. */
  comment(row: number): void {
    if (this.rowCount === this.rows.length) {
      const larger = new Uint32Array(Math.max(64, this.rows.length * 2));
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.rowCount++] = row;
  }

  /** Rows with comments in the file, ascending. */
  get commented(): Uint32Array {
    return this.rows.subarray(0, this.rowCount);
  }

  hasComment(row: number): boolean {
    let low = 0;
    let high = this.rowCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.rows[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return low < this.rowCount && this.rows[low] === row;
  }
}
