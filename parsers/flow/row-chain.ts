// For each row the next TCP or UDP row of the same flow. Made when a packet of either is first looked at closely, 4 bytes a packet, and grows with
// the index.
import type { PacketIndex } from '../index/packet-index.ts';
import { NO_FLOW, SEGMENT_BITS, SEGMENT_MASK, SEGMENT_ROWS } from '../index/segment.ts';
import { HAS_TCP, HAS_UDP } from '../wire/facts.ts';

export const NO_ROW = 0xffff_ffff;

export class RowChain {
  private readonly index: PacketIndex;
  private readonly next: Uint32Array[];
  private first: Uint32Array;
  private last: Uint32Array;
  private linked: number;

  constructor(index: PacketIndex) {
    this.index = index;
    this.next = [];
    this.first = new Uint32Array(64).fill(NO_ROW);
    this.last = new Uint32Array(64).fill(NO_ROW);
    this.linked = 0;
  }

  /** First row of a flow; NO_ROW without one. */
  firstOf(flow: number): number {
    this.link();
    return this.first[flow] ?? NO_ROW;
  }

  after(row: number): number {
    this.link();
    return this.next[row >>> SEGMENT_BITS]?.[row & SEGMENT_MASK] ?? NO_ROW;
  }

  private link(): void {
    const { index } = this;
    for (; this.linked < index.packetCount; this.linked++) {
      const row = this.linked;
      const place = row >>> SEGMENT_BITS;
      if (this.next[place] === undefined) this.next[place] = new Uint32Array(SEGMENT_ROWS).fill(NO_ROW);
      const segment = index.segments.at(place);
      const at = row & SEGMENT_MASK;
      if (segment === undefined || ((segment.layers[at] ?? 0) & (HAS_TCP | HAS_UDP)) === 0) continue;
      const flow = segment.flow[at] ?? NO_FLOW;
      if (flow === NO_FLOW) continue;
      this.reserve(flow);
      const before = this.last[flow] ?? NO_ROW;
      if (before === NO_ROW) this.first[flow] = row;
      else {
        const nexts = this.next[before >>> SEGMENT_BITS];
        if (nexts !== undefined) nexts[before & SEGMENT_MASK] = row;
      }
      this.last[flow] = row;
    }
  }

  private reserve(flow: number): void {
    if (flow < this.first.length) return;
    const size = Math.max(flow + 1, this.first.length * 2);
    const first = new Uint32Array(size).fill(NO_ROW);
    const last = new Uint32Array(size).fill(NO_ROW);
    first.set(this.first);
    last.set(this.last);
    this.first = first;
    this.last = last;
  }
}
