// Packets and bytes over time in intervals of one length, as tshark's `-z io,stat,INTERVAL,FILTER…`: one series a filter.
// Surprise: intervals begin at the list's first packet whatever the filter, and those without packets are there too.
import type { CountedPacket } from './counted.ts';

export interface IoSeries {
  readonly intervalNs: number;
  /** One number an interval. */
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
  /** Packets among them that the list shows as bad TCP. */
  readonly bad: readonly number[];
}

/** What a capture of years in microseconds would ask for is refused by the caller; this many intervals are kept. */
export const MAX_INTERVALS = 100_000;

export class IoCounter {
  private readonly intervalNs: number;
  private readonly packets: number[] = [];
  private readonly bytes: number[] = [];
  private readonly bad: number[] = [];

  constructor(intervalNs: number) {
    this.intervalNs = intervalNs;
  }

  take({ index, row, ns, length }: CountedPacket): void {
    // A packet that is older than the first one belongs to no interval before it.
    const place = Math.max(0, Math.floor(ns / this.intervalNs));
    if (place >= MAX_INTERVALS) return;
    while (this.packets.length <= place) {
      this.packets.push(0);
      this.bytes.push(0);
      this.bad.push(0);
    }
    this.packets[place] = (this.packets[place] ?? 0) + 1;
    this.bytes[place] = (this.bytes[place] ?? 0) + length;
    if (index.isBadTcp(row)) this.bad[place] = (this.bad[place] ?? 0) + 1;
  }

  /** Filled up with empty intervals to `intervals`. */
  result(intervals: number): IoSeries {
    const filled = (counts: readonly number[]): number[] =>
      Array.from({ length: Math.max(counts.length, Math.min(intervals, MAX_INTERVALS)) }, (_, i) => counts[i] ?? 0);
    return {
      intervalNs: this.intervalNs,
      packets: filled(this.packets),
      bytes: filled(this.bytes),
      bad: filled(this.bad),
    };
  }
}
