// Statistics of a case: one pass over the packets that pass a filter, in slices, kept and continued while packets arrive.
// Surprise: when captures are merged anew the pass begins again, because order decides who is side A and when bursts were.
import type { IoStatistics, Statistics } from '../../api/statistics.ts';
import { CONVERSATION_KINDS, type ConversationKind, Conversations } from '../../parsers/statistics/conversations.ts';
import { countedPacket } from '../../parsers/statistics/counted.ts';
import { COVERED, Expert } from '../../parsers/statistics/expert.ts';
import { Hierarchy } from '../../parsers/statistics/hierarchy.ts';
import { type Calculation, IoCalculator } from '../../parsers/statistics/io-calculation.ts';
import { IoCounter } from '../../parsers/statistics/io-series.ts';
import { Lengths } from '../../parsers/statistics/packet-lengths.ts';
import type { Capture } from './capture.ts';
import type { MergedList } from './merged-list.ts';
import type { KeepOn } from './slices.ts';

const batch = 64;

/** What is counted. Conversations and lengths need no packet to be dissected, the others do. */
export type Part = 'conversations' | 'hierarchy' | 'lengths' | 'expert';
export const EVERY_PART: readonly Part[] = ['conversations', 'hierarchy', 'lengths', 'expert'];

/** Places of packets in the list: the i-th that passes, and how many do so far. */
export interface Passing {
  readonly matched: number;
  placeAt(i: number): number;
}

/** Every packet of the list. */
export function everyPacket(list: MergedList): Passing {
  return {
    get matched() {
      return list.total;
    },
    placeAt: (i) => i,
  };
}

export class StatisticsPass {
  private readonly list: MergedList;
  private readonly passing: Passing;
  private readonly parts: ReadonlySet<Part>;
  private generation = -1;
  private counted = 0;
  private baseNs = 0n;
  private conversations = new Conversations();
  private hierarchy = new Hierarchy();
  private lengths = new Lengths();
  private expert = new Expert();

  constructor(list: MergedList, passing: Passing, parts: readonly Part[]) {
    this.list = list;
    this.passing = passing;
    this.parts = new Set(parts);
  }

  /** Counts until everything that passes has been counted or `keepOn` says to stop; true when it has. */
  advance(keepOn: KeepOn): boolean {
    const { list, passing } = this;
    const isDissected = this.parts.has('hierarchy') || this.parts.has('expert');
    if (this.generation !== list.generation) this.begin();
    while (this.counted < passing.matched) {
      for (const end = Math.min(passing.matched, this.counted + batch); this.counted < end; this.counted++) {
        const { capture, captureNumber, row } = list.at(passing.placeAt(this.counted));
        // A row late in a long stream is prepared piece by piece, so that it does not hold up the event loop.
        if (isDissected && !capture.index.prepareRow(row, keepOn)) return false;
        this.take(capture, captureNumber, row);
      }
      if (!keepOn()) return this.counted >= passing.matched;
    }
    return true;
  }

  private begin(): void {
    this.generation = this.list.generation;
    this.counted = 0;
    this.conversations = new Conversations();
    this.hierarchy = new Hierarchy();
    this.lengths = new Lengths();
    this.expert = new Expert();
    this.baseNs = firstTimeOf(this.list);
  }

  private take(capture: Capture, captureNumber: number, row: number): void {
    let frame: Uint8Array | null = null;
    const packet = countedPacket(capture.index, captureNumber, row, this.baseNs, () => {
      frame ??= capture.frame(row);
      return frame;
    });
    if (this.parts.has('lengths')) this.lengths.take(packet);
    if (this.parts.has('conversations')) this.conversations.take(packet);
    // What follows reads other frames of the stream, and frames are lent.
    frame = null;
    if (this.parts.has('hierarchy')) this.hierarchy.take(packet);
    frame = null;
    if (this.parts.has('expert')) this.expert.take(packet);
  }

  /** Tables of conversations and endpoints have `most` rows at most, those with the most packets. */
  result(filter: string, settled: boolean, most: number): Statistics {
    const { conversations, endpoints, isCut } = this.conversations.result();
    const issues = isCut ? ['More than 500,000 conversations of one kind; the later ones are left out.'] : [];
    for (const kind of CONVERSATION_KINDS) {
      for (const [what, rows] of [
        ['conversations', conversations[kind]] as const,
        ['endpoints', endpoints[kind]] as const,
      ])
        if (rows.length > most)
          issues.push(
            `Of ${rows.length} ${kind} ${what} the ${most} with the most packets are shown; a filter shows others.`,
          );
    }
    return {
      filter,
      packets: this.counted,
      settled,
      conversations: shortened(conversations, most),
      endpoints: shortened(endpoints, most),
      hierarchy: this.hierarchy.result(),
      lengths: this.lengths.result(),
      expert: this.expert.result(),
      expertCovers: COVERED,
      issues,
    };
  }
}

function shortened<T>(
  tables: Readonly<Record<ConversationKind, readonly T[]>>,
  most: number,
): Record<ConversationKind, readonly T[]> {
  const { eth, ip, ipv6, tcp, udp } = tables;
  const cut = (rows: readonly T[]): readonly T[] => (rows.length > most ? rows.slice(0, most) : rows);
  return { eth: cut(eth), ip: cut(ip), ipv6: cut(ipv6), tcp: cut(tcp), udp: cut(udp) };
}

export function firstTimeOf(list: MergedList): bigint {
  if (list.total === 0) return 0n;
  const { capture, row } = list.at(0);
  return capture.index.timestampNs(row);
}

/** Time from the list's first packet to its last, in nanoseconds. */
export function durationOf(list: MergedList): number {
  if (list.total === 0) return 0;
  const { capture, row } = list.at(list.total - 1);
  return Math.max(0, Number(capture.index.timestampNs(row) - firstTimeOf(list)));
}

/** Counts intervals for one filter. */
export class IoPass {
  private readonly list: MergedList;
  private readonly passing: Passing;
  private readonly intervalNs: number;
  private generation = -1;
  private counted = 0;
  private baseNs = 0n;
  private readonly calculation: Calculation | null;
  private counter: IoCounter;
  private calculator: IoCalculator | null = null;

  constructor(list: MergedList, passing: Passing, intervalNs: number, calculation: Calculation | null) {
    this.list = list;
    this.passing = passing;
    this.intervalNs = intervalNs;
    this.calculation = calculation;
    this.counter = new IoCounter(intervalNs);
  }

  advance(keepOn: KeepOn): boolean {
    const { list, passing } = this;
    if (this.generation !== list.generation) {
      this.generation = list.generation;
      this.counted = 0;
      this.baseNs = firstTimeOf(list);
      this.counter = new IoCounter(this.intervalNs);
      this.calculator = this.calculation && new IoCalculator(this.intervalNs, this.calculation);
    }
    const size = this.calculation === null ? 1024 : batch;
    while (this.counted < passing.matched) {
      for (const end = Math.min(passing.matched, this.counted + size); this.counted < end; this.counted++) {
        const { capture, captureNumber, row } = list.at(passing.placeAt(this.counted));
        if (this.calculator !== null && !capture.index.prepareRow(row, keepOn)) return false;
        const packet = countedPacket(capture.index, captureNumber, row, this.baseNs, () => capture.frame(row));
        this.counter.take(packet);
        this.calculator?.take(packet);
      }
      if (!keepOn()) return this.counted >= passing.matched;
    }
    return true;
  }

  result(filter: string, durationNs: number): IoStatistics['series'][number] {
    const { packets, bytes, bad } = this.counter.result(Math.floor(durationNs / this.intervalNs) + 1);
    return { filter, packets, bytes, bad, values: this.calculator?.result(packets.length) ?? null };
  }
}
