// Packet lengths in tshark's ten ranges (`-z plen,tree`), each with average, rate and its greatest burst.
// Surprise: a burst is the most packets in any 100 ms, kept in 5 ms steps, and its start is the time of the oldest step's first packet.
import type { CountedPacket, Statistic } from './counted.ts';

/** Lengths are bytes on the wire, null where nothing was counted. Rates are packets a millisecond; burst times are nanoseconds. */
export interface LengthRange {
  readonly from: number;
  /** Null: no upper bound. */
  readonly to: number | null;
  readonly packets: number;
  readonly average: number | null;
  readonly shortest: number | null;
  readonly longest: number | null;
  /** Null where all packets have the time of the first one. */
  readonly rate: number | null;
  /** Part of all packets, 0 to 1. */
  readonly share: number;
  readonly burstRate: number | null;
  readonly burstStartNs: number | null;
}

export interface PacketLengths {
  readonly all: LengthRange;
  readonly ranges: readonly LengthRange[];
}

const STARTS = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120] as const;
const STEP_NS = 5_000_000;
const WINDOW_STEPS = 20;
const WINDOW_MS = 100;

interface Step {
  readonly number: number;
  packets: number;
  firstNs: number;
}

class Range {
  packets = 0;
  private bytes = 0;
  private shortest = Number.POSITIVE_INFINITY;
  private longest = 0;
  /** As tshark, an empty step at time 0 stands first until it is too old. */
  private readonly steps: Step[] = [{ number: 0, packets: 0, firstNs: 0 }];
  private inWindow = 0;
  private most = 0;
  private mostNs: number | null = null;

  add(length: number, ns: number): void {
    this.packets++;
    this.bytes += length;
    this.shortest = Math.min(this.shortest, length);
    this.longest = Math.max(this.longest, length);
    this.burst(ns);
  }

  private burst(ns: number): void {
    const { steps } = this;
    const number = Math.floor(ns / STEP_NS);
    const last = steps.at(-1);
    if (last === undefined || number > last.number) {
      steps.push({ number, packets: 1, firstNs: ns });
      this.inWindow++;
      while (steps[0] !== undefined && number >= steps[0].number + WINDOW_STEPS) {
        this.inWindow -= steps[0].packets;
        steps.shift();
      }
    } else {
      // A packet older than the window's first step counts only where that still leaves one window.
      if (steps[0] !== undefined && number < steps[0].number && number + WINDOW_STEPS <= last.number) return;
      const place = steps.findIndex((step) => step.number >= number);
      const found = steps[place];
      if (found?.number === number) {
        found.packets++;
        found.firstNs = Math.min(found.firstNs, ns);
      } else steps.splice(place, 0, { number, packets: 1, firstNs: ns });
      this.inWindow++;
    }
    if (this.inWindow > this.most) {
      this.most = this.inWindow;
      this.mostNs = steps[0]?.firstNs ?? null;
    }
  }

  result(from: number, to: number | null, total: number, elapsedNs: number): LengthRange {
    const { packets } = this;
    return {
      from,
      to,
      packets,
      average: packets === 0 ? null : this.bytes / packets,
      shortest: packets === 0 ? null : this.shortest,
      longest: packets === 0 ? null : this.longest,
      rate: elapsedNs === 0 ? null : packets / (elapsedNs / 1e6),
      share: total === 0 ? 0 : packets / total,
      burstRate: packets === 0 ? null : this.most / WINDOW_MS,
      burstStartNs: this.mostNs,
    };
  }
}

export class Lengths implements Statistic<PacketLengths> {
  private readonly all = new Range();
  private readonly ranges = STARTS.map(() => new Range());
  private firstNs: number | null = null;
  private elapsedNs = 0;

  take({ length, ns }: CountedPacket): void {
    this.firstNs ??= ns;
    this.elapsedNs = ns - this.firstNs;
    let place = STARTS.length - 1;
    while (place > 0 && length < (STARTS[place] ?? 0)) place--;
    this.all.add(length, ns);
    this.ranges[place]?.add(length, ns);
  }

  result(): PacketLengths {
    const total = this.all.packets;
    return {
      all: this.all.result(0, null, total, this.elapsedNs),
      ranges: this.ranges.map((range, i) => {
        const next = STARTS[i + 1];
        return range.result(STARTS[i] ?? 0, next === undefined ? null : next - 1, total, this.elapsedNs);
      }),
    };
  }
}
