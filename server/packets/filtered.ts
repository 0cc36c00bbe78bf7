// The packets of a list that pass a display filter. Scanned in slices and only forward: what has been tested stays tested while
// the list grows, until the list is merged anew.
import type { PacketTest } from '../../parsers/filter/compile-filter.ts';
import type { FieldNode } from '../../parsers/wire/field.ts';
import type { CaseLayers } from './case-layers.ts';
import type { MergedList } from './merged-list.ts';
import { Uint32List } from './uint32-list.ts';

const batch = 256;

export class Filtered {
  private readonly list: MergedList;
  private readonly test: PacketTest;
  private readonly own: CaseLayers | null;
  private matches = new Uint32List();
  private scanned = 0;
  private generation = -1;

  constructor(list: MergedList, test: PacketTest, own: CaseLayers | null = null) {
    this.list = list;
    this.own = own;
    this.test = test;
  }

  get matched(): number {
    return this.matches.length;
  }

  /** Place in the whole list of the i-th packet that passes. */
  placeAt(i: number): number {
    return this.matches.at(i);
  }

  /** Tests what is new, until it is done or `keepOn` says to stop. True when everything has been tested. */
  advance(keepOn: () => boolean): boolean {
    if (this.generation !== this.list.generation) {
      this.generation = this.list.generation;
      this.matches = new Uint32List();
      this.scanned = 0;
    }
    while (this.scanned < this.list.total) {
      const end = Math.min(this.list.total, this.scanned + batch);
      for (; this.scanned < end; this.scanned++) {
        const { capture, row } = this.list.at(this.scanned);
        const own = (): readonly FieldNode[] => this.own?.of(capture, row) ?? [];
        if (this.test(capture.index, row, () => capture.frame(row), own)) this.matches.push(this.scanned);
      }
      if (!keepOn()) return this.scanned >= this.list.total;
    }
    return true;
  }
}
