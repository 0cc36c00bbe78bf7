// How many packets stand where in time, for the strip above the list: a count for each of so many slices, and how many of them are bad TCP.
import type { Timeline } from '../../api/schemas.ts';
import type { MergedList } from './merged-list.ts';
import type { KeepOn } from './slices.ts';
import type { Passing } from './statistics.ts';

const batch = 1024;

export class Density {
  private readonly list: MergedList;
  private readonly passing: Passing;
  private readonly of: { readonly firstNs: bigint; readonly lastNs: bigint; readonly slices: number };
  private readonly generation: number;
  private readonly packets: number[];
  private readonly bad: number[];
  private counted = 0;

  constructor(list: MergedList, passing: Passing, of: { firstNs: bigint; lastNs: bigint; slices: number }) {
    this.list = list;
    this.passing = passing;
    this.of = of;
    this.generation = list.generation;
    this.packets = new Array<number>(of.slices).fill(0);
    this.bad = new Array<number>(of.slices).fill(0);
  }

  /** Counts what passes now until `keepOn` says to stop; true when there is nothing left, also because the list was merged anew. */
  advance(keepOn: KeepOn): boolean {
    const { firstNs, lastNs, slices } = this.of;
    const width = Math.max(1, Number(lastNs - firstNs + 1n));
    if (this.list.generation !== this.generation) return true;
    const end = this.passing.matched;
    while (this.counted < end) {
      for (const stop = Math.min(end, this.counted + batch); this.counted < stop; this.counted++) {
        const { capture, row } = this.list.at(this.passing.placeAt(this.counted));
        const part = Number(capture.index.timestampNs(row) - firstNs) / width;
        const slice = Math.min(slices - 1, Math.max(0, Math.floor(part * slices)));
        this.packets[slice] = (this.packets[slice] ?? 0) + 1;
        if (capture.index.isBadTcp(row)) this.bad[slice] = (this.bad[slice] ?? 0) + 1;
      }
      if (!keepOn()) return this.counted >= end;
    }
    return true;
  }

  result(): Timeline {
    const { firstNs, lastNs } = this.of;
    return { fromNs: firstNs.toString(), toNs: lastNs.toString(), packets: this.packets, bad: this.bad };
  }
}
