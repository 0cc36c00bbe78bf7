// What an acknowledgment acknowledges and how long that took, how much was on its way, and the times within the stream: the numbers of
// Wireshark 4.0's "SEQ/ACK analysis" and "Timestamps". Works on demand and forward, one flow at a time, from the columns alone.
// Surprise: of several sendings of the same bytes the oldest that is still remembered gives the round trip, as in Wireshark.
import type { PacketIndex } from '../index/packet-index.ts';
import { SEGMENT_MASK, TCP_FLAG_BITS } from '../index/segment.ts';
import { LOST_SEGMENT } from './analysis-flags.ts';
import type { RowChain } from './row-chain.ts';

const FIN = 1;
const SYN = 2;
const ACK = 0x10;
const MAX_UNACKED = 10_000;
const ROWS_KEPT = 50_000;
/** Segments between two looks at the clock. */
const STRIDE = 500;
const FLOWS_KEPT = 20_000;

export interface TcpTiming {
  /** Packet whose bytes this one acknowledges to their end, and nanoseconds since; null when it does neither. */
  readonly acked: { readonly no: number; readonly ns: number } | null;
  /** Bytes sent this way and not yet acknowledged, this packet's own among them; null where that cannot be told. */
  readonly inFlight: number | null;
  /** Nanoseconds since the stream's first packet, and since the one before. */
  readonly sinceFirst: number;
  readonly sinceBefore: number;
}

interface Sent {
  seq: number;
  readonly next: number;
  readonly no: number;
  readonly ns: bigint;
}

/** What one end sent and the other has not acknowledged. Lists get long where a capture has one direction only: nothing here walks them twice. */
class Side {
  /** Oldest first. */
  unacked: Sent[] = [];
  isWhole = true;
  /** Lowest and highest number of the list, counted from `base`; unknown after something was taken off it. */
  private range: { readonly base: number; from: number; to: number } | null = null;
  /** Nothing below this number waits; modulo 2^32. */
  private lowest = 0;

  add(sent: Sent): void {
    if (this.unacked.length >= MAX_UNACKED) return;
    if (this.unacked.length === 0 || after(this.lowest, sent.seq)) this.lowest = sent.seq;
    this.unacked.push(sent);
    if (this.range === null) return;
    this.range.from = Math.min(this.range.from, (sent.seq - this.range.base) >>> 0);
    this.range.to = Math.max(this.range.to, (sent.next - this.range.base) >>> 0);
  }

  /** Takes what `ack` acknowledges off the list; the segment that ends there, when one does. */
  acknowledge(ack: number): Sent | null {
    if (this.unacked.length === 0 || !after(ack, this.lowest)) return null;
    let found: Sent | null = null;
    const kept: Sent[] = [];
    for (const sent of this.unacked) {
      if (sent.next === ack) found ??= sent;
      else if (after(sent.next, ack)) {
        if (after(ack, sent.seq)) sent.seq = ack;
        kept.push(sent);
      }
    }
    this.unacked = kept;
    this.range = null;
    this.lowest = kept.reduce((low, { seq }) => (after(low, seq) ? seq : low), kept[0]?.seq ?? 0);
    return found;
  }

  /** Sequence numbers are compared from `base` on, without regard to their wrapping, as Wireshark does it. */
  inFlight(base: number, takesNumber: boolean): number | null {
    if (this.unacked.length === 0) return null;
    if (this.range?.base !== base) this.range = this.rangeFrom(base);
    const size = (this.range.to - this.range.from) >>> 0;
    return size === 0 || size >= 2_000_000_000 ? null : size - (takesNumber ? 1 : 0);
  }

  private rangeFrom(base: number) {
    const range = { base, from: 0xffff_ffff, to: 0 };
    for (const { seq, next } of this.unacked) {
      range.from = Math.min(range.from, (seq - base) >>> 0);
      range.to = Math.max(range.to, (next - base) >>> 0);
    }
    return range;
  }
}

class FlowState {
  readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  readTo = -1;
  firstNs: bigint | null = null;
  lastNs: bigint | null = null;
}

const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

export class TcpTimings {
  private readonly index: PacketIndex;
  private readonly chain: RowChain;
  private readonly flows: Map<number, FlowState>;
  private readonly known: Map<number, TcpTiming>;

  constructor(index: PacketIndex, chain: RowChain) {
    this.index = index;
    this.chain = chain;
    this.flows = new Map();
    this.known = new Map();
  }

  /** Reads the flow up to the row, until `keepOn` says to stop; true when `of` will answer at once. */
  advance(flow: number, row: number, keepOn: () => boolean): boolean {
    for (;;) {
      if (this.known.has(row)) return true;
      const state = this.flows.get(flow);
      const readTo = state === undefined || state.readTo >= row ? -1 : state.readTo;
      let next = readTo < 0 ? this.chain.firstOf(flow) : this.chain.after(readTo);
      for (let i = 0; i < STRIDE && next < row; i++) next = this.chain.after(next);
      if (next >= row) return true;
      this.of(flow, next);
      if (!keepOn()) return false;
    }
  }

  of(flow: number, row: number): TcpTiming | null {
    const known = this.known.get(row);
    if (known !== undefined) return known;
    let state = this.flows.get(flow);
    if (state === undefined || state.readTo >= row) {
      state = new FlowState();
      this.flows.set(flow, state);
      const oldest = this.flows.keys().next().value;
      if (this.flows.size > FLOWS_KEPT && oldest !== undefined) this.flows.delete(oldest);
    }
    let next = state.readTo < 0 ? this.chain.firstOf(flow) : this.chain.after(state.readTo);
    let found: TcpTiming | null = null;
    for (; next <= row; next = this.chain.after(next)) {
      found = this.read(state, flow, next);
      state.readTo = next;
      this.known.set(next, found);
      const oldest = this.known.keys().next().value;
      if (this.known.size > ROWS_KEPT && oldest !== undefined) this.known.delete(oldest);
    }
    return state.readTo === row ? found : null;
  }

  private read(state: FlowState, flow: number, row: number): TcpTiming {
    const segment = this.index.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const flags = (segment.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;
    const seq = segment.seq[at] ?? 0;
    const length = segment.payloadLength[at] ?? 0;
    const direction = this.index.flowTable.directionOf(flow, row);
    const mine = state.sides[direction === 0 ? 0 : 1];
    const theirs = state.sides[direction === 0 ? 1 : 0];
    const ns = this.index.timestampNs(row);
    const first = state.firstNs ?? ns;
    const before = state.lastNs ?? ns;
    state.firstNs = first;
    state.lastNs = ns;
    if (((segment.analysis[at] ?? 0) & LOST_SEGMENT) !== 0) mine.isWhole = false;
    const base = this.index.flowTable.tcp.baseAt(flow * 2 + direction, row + 1) ?? 0;
    const takesNumber = (flags & (SYN | FIN)) !== 0;
    if (length > 0 || takesNumber)
      mine.add({ seq, next: (seq + length + (takesNumber ? 1 : 0)) >>> 0, no: row + 1, ns });
    const acked = theirs.acknowledge(segment.ack[at] ?? 0);
    // A gap makes the count wrong until the other side acknowledges something.
    if ((flags & ACK) !== 0) theirs.isWhole = true;
    return {
      acked: acked === null ? null : { no: acked.no, ns: Number(ns - acked.ns) },
      inFlight: length > 0 && mine.isWhole ? mine.inFlight(base, takesNumber) : null,
      sinceFirst: Number(ns - first),
      sinceBefore: Number(ns - before),
    };
  }
}
