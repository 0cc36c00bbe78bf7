// Several captures as one numbered list, merged by time; each capture keeps its own order, as mergecap does.
// Surprise: while files arrive side by side, packets turn up that belong before others already shown. Then the list is merged
// anew beside the old one and takes its place when it is done, and `generation` says so.
import type { Capture } from './capture.ts';
import { Uint32List } from './uint32-list.ts';

const batch = 4096;

/** One attempt at merging: how far each capture got. */
class Merge {
  readonly captures: readonly Capture[];
  readonly captureOf = new Uint32List();
  readonly rowOf = new Uint32List();
  /** Place in the list of each row, one list a capture. */
  readonly places: readonly Uint32List[];
  readonly next: number[];
  /** Time of the packet that each capture would give next. */
  private readonly heads: (bigint | null)[];
  lastNs: bigint | null = null;

  constructor(captures: readonly Capture[]) {
    this.captures = captures;
    this.places = captures.map(() => new Uint32List());
    this.next = captures.map(() => 0);
    this.heads = captures.map(() => null);
  }

  private head(c: number, capture: Capture): bigint | null {
    const known = this.heads[c] ?? null;
    if (known !== null) return known;
    const row = this.next[c] ?? 0;
    const ns = row < capture.index.packetCount ? capture.index.timestampNs(row) : null;
    this.heads[c] = ns;
    return ns;
  }

  /** The capture whose head is earliest, the first of equals; null when every capture is used up. */
  earliest(): { c: number; ns: bigint } | null {
    let best: { c: number; ns: bigint } | null = null;
    for (const [c, capture] of this.captures.entries()) {
      const ns = this.head(c, capture);
      if (ns !== null && (best === null || ns < best.ns)) best = { c, ns };
    }
    return best;
  }

  take(c: number, ns: bigint): void {
    const row = this.next[c] ?? 0;
    this.places[c]?.push(this.rowOf.length);
    this.captureOf.push(c);
    this.rowOf.push(row);
    this.next[c] = row + 1;
    this.heads[c] = null;
    this.lastNs = ns;
  }
}

export interface Position {
  readonly capture: Capture;
  readonly captureNumber: number;
  readonly row: number;
}

export class MergedList {
  /** Grows by one whenever numbers that were handed out before may now mean other packets. */
  generation = 0;
  private captures: Capture[] = [];
  private shown = new Merge([]);
  private building: Merge | null = null;

  /** Captures in the order they came; a capture keeps its number. */
  setCaptures(captures: readonly Capture[]): void {
    if (captures.length === this.captures.length && captures.every((c, i) => c === this.captures[i])) return;
    const grew = this.captures.every((c, i) => captures[i] === c);
    const first = this.captures[0];
    const wasSingle = grew && this.captures.length === 1 && first !== undefined;
    this.captures = [...captures];
    if (this.captures.length === 1) {
      this.building = null;
      if (!grew) this.generation += 1;
      return;
    }
    if (!grew) {
      this.shown = new Merge([]);
      this.generation += 1;
    } else if (wasSingle) {
      this.shown = new Merge([first]);
      // The list is empty until both are merged: what was tested of the single capture is void.
      if (first.index.packetCount > 0) this.generation += 1;
    }
    this.building = new Merge(this.captures);
  }

  /** Packets that have a number. */
  get total(): number {
    const only = this.captures.length === 1 ? this.captures[0] : undefined;
    return only !== undefined ? only.index.packetCount : this.shown.rowOf.length;
  }

  at(i: number): Position {
    const only = this.captures.length === 1 ? this.captures[0] : undefined;
    if (only !== undefined) return { capture: only, captureNumber: 0, row: i };
    const captureNumber = this.shown.captureOf.at(i);
    const capture = this.shown.captures[captureNumber];
    if (capture === undefined) throw new RangeError(`capture ${captureNumber} of ${this.shown.captures.length}`);
    return { capture, captureNumber, row: this.shown.rowOf.at(i) };
  }

  /** Takes in what arrived, until it is done or `keepOn` says to stop. True when there is nothing left to do. */
  advance(keepOn: () => boolean): boolean {
    if (this.captures.length === 1) return true;
    for (;;) {
      const merge = this.building ?? this.shown;
      for (let i = 0; i < batch; i++) {
        const best = merge.earliest();
        if (best === null) {
          if (this.building === null) return true;
          if (this.shown.rowOf.length > 0) this.generation += 1;
          this.shown = this.building;
          this.building = null;
          return true;
        }
        if (this.building === null && merge.lastNs !== null && best.ns < merge.lastNs && this.isLate(best.c, best.ns)) {
          this.building = new Merge(this.captures);
          break;
        }
        merge.take(best.c, best.ns);
      }
      if (!keepOn()) return false;
    }
  }

  /** A packet before the end of the list is late only if it could have stood earlier: a capture may itself go back in time. */
  private isLate(c: number, ns: bigint): boolean {
    const row = this.shown.next[c] ?? 0;
    const before = this.captures[c];
    return (
      row === 0 ||
      before === undefined ||
      before.index.timestampNs(row - 1) <= ns ||
      this.shown.captureOf.at(this.shown.captureOf.length - 1) !== c
    );
  }

  /** Place of a packet in the list; null when it has none yet. */
  placeOf(captureNumber: number, row: number): number | null {
    if (this.captures.length === 1) return row < this.total ? row : null;
    const places = this.shown.places[captureNumber];
    return places !== undefined && row < places.length ? places.at(row) : null;
  }
}
