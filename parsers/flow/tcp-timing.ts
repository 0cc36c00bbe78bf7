// What an acknowledgment acknowledges and how long that took, how much was on its way, and the times within the stream: the numbers of
// Wireshark 4.0's "SEQ/ACK analysis" and "Timestamps". Works on demand and forward, one flow at a time, from the columns alone.
// Surprise: of several sendings of the same bytes the oldest that is still remembered gives the round trip, as in Wireshark.
import { BoundedMap } from '../core/bounded-map.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import { SEGMENT_MASK, TCP_FLAG_BITS } from '../index/segment.ts';
import { LOST_SEGMENT, RETRANSMISSION, REUSED_PORTS } from './analysis-flags.ts';
import type { RowChain } from './row-chain.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 0x10;
const SACK = 5;
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
  /** Bytes sent this way since the last PSH, this packet's own among them; null where `inFlight` does not count. */
  readonly pushed: number | null;
  /** Of a retransmission: the packet that its delay is measured from, and nanoseconds since. */
  readonly rto: { readonly no: number; readonly ns: number } | null;
  /** What was seen of the connection before this packet: SYN 1, SYN+ACK 2, ACK 4, data 8, FIN 16, RST 32. */
  readonly completeness: number;
  /** A FIN, and the other side has sent none. */
  readonly closesFirst: boolean;
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
  /** Bytes in the SACK blocks of this side's last packet. */
  sacked = 0;
  sackedRow = -1;
  lastRow = -1;
  pushed = 0;
  pushedLast = false;
  closesFirst = false;
  /** Oldest first. */
  unacked: Sent[] = [];
  isWhole = true;
  /** Lowest and highest number of the list, counted from `base`; unknown after something was taken off it. */
  private range: { readonly base: number; from: number; to: number } | null = null;
  /** Nothing below this number waits; modulo 2^32. */
  private lowest = 0;
  /** The numbers of the list lie so far apart that the lowest says nothing of the others. */
  private isWide = false;

  add(sent: Sent): void {
    if (this.unacked.length >= MAX_UNACKED) return;
    if (this.unacked.length === 0) this.isWide = false;
    else if (Math.abs((sent.seq - this.lowest) | 0) > WIDE) this.isWide = true;
    if (this.unacked.length === 0 || after(this.lowest, sent.seq)) this.lowest = sent.seq;
    this.unacked.push(sent);
    if (this.range === null) return;
    this.range.from = Math.min(this.range.from, (sent.seq - this.range.base) >>> 0);
    this.range.to = Math.max(this.range.to, (sent.next - this.range.base) >>> 0);
  }

  /** Takes what `ack` acknowledges off the list; the segment that ends there, when one does. */
  acknowledge(ack: number): Sent | null {
    if (this.unacked.length === 0) return null;
    if (!this.isWide && (this.lowest - ack) >>> 0 < WIDE) return null;
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
  inFlight(base: number, takesNumber: boolean, sacked: number): number | null {
    if (this.range?.base !== base) this.range = this.rangeFrom(base);
    const size = (this.range.to - this.range.from - sacked) >>> 0;
    if (size === 0 || size >= 2_000_000_000) return null;
    return size - (takesNumber ? 1 : 0) || null;
  }

  /** Counts `length` bytes; the sum since the last segment with PSH. */
  push(length: number, isPush: boolean): number {
    this.pushed = this.pushedLast ? length : this.pushed + length;
    this.pushedLast = isPush;
    return this.pushed;
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

/** A quarter of the sequence numbers. */
const WIDE = 2 ** 30;

const SYN_SEEN = 1;
const SYN_ACK_SEEN = 2;
const ACK_SEEN = 4;
const DATA_SEEN = 8;
const FIN_SEEN = 16;
const RST_SEEN = 32;

/** What was seen of a connection after a packet. Wireshark takes a SYN for a beginning only where it is the first packet. */
function completenessAfter(before: number, flags: number, length: number, isNew: boolean): number {
  const data = length > 0 ? DATA_SEEN : 0;
  if (isNew) return (flags & (SYN | ACK)) === SYN ? SYN_SEEN | data : 0;
  let after = before;
  if ((flags & (SYN | ACK)) === (SYN | ACK)) after |= SYN_ACK_SEEN;
  if ((flags & (SYN | ACK)) === ACK) after |= length > 0 ? data : ACK_SEEN;
  if ((flags & (FIN | ACK)) === (FIN | ACK)) after |= FIN_SEEN;
  return (flags & RST) === 0 ? after : after | RST_SEEN;
}

/** Bytes in the SACK blocks among these TCP options, modulo 2^32; Wireshark keeps three of them. */
function sackedBytes(options: Uint8Array): number {
  const view = new DataView(options.buffer, options.byteOffset, options.byteLength);
  let sum = 0;
  let blocks = 0;
  for (let at = 0; at < options.length; ) {
    const kind = options[at] ?? 0;
    const size = kind <= 1 ? 1 : (options[at + 1] ?? 0);
    if (kind === 0 || size === 0) break;
    if (kind === SACK)
      for (let block = at + 2; block + 8 <= Math.min(at + size, options.length) && blocks < 3; block += 8, blocks++)
        sum += view.getUint32(block + 4) - view.getUint32(block);
    at += size;
  }
  return sum >>> 0;
}

class FlowState {
  readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  readTo = -1;
  firstNs: bigint | null = null;
  lastNs: bigint | null = null;
  completeness = 0;
}

const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

export class TcpTimings {
  private readonly index: PacketIndex;
  private readonly chain: RowChain;
  private readonly flows: BoundedMap<number, FlowState>;
  private readonly known: BoundedMap<number, TcpTiming>;

  constructor(index: PacketIndex, chain: RowChain) {
    this.index = index;
    this.chain = chain;
    this.flows = new BoundedMap(FLOWS_KEPT);
    this.known = new BoundedMap(ROWS_KEPT);
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
    }
    let next = state.readTo < 0 ? this.chain.firstOf(flow) : this.chain.after(state.readTo);
    let found: TcpTiming | null = null;
    for (; next <= row; next = this.chain.after(next)) {
      found = this.read(state, flow, next);
      state.readTo = next;
      this.known.set(next, found);
    }
    return state.readTo === row ? found : null;
  }

  private rtoOf(side: Side, row: number, ns: bigint): TcpTiming['rto'] {
    const { index } = this;
    const no = side.unacked[0]?.no ?? index.flowTable.duplicates.of(row)?.original ?? 0;
    if (no === 0) return null;
    const waited = Number(ns - index.timestampNs(no - 1));
    return waited === 0 ? null : { no, ns: waited };
  }

  private sackedBy(side: Side): number {
    const { lastRow } = side;
    if (side.sackedRow === lastRow || lastRow < 0) return side.sacked;
    side.sackedRow = lastRow;
    const { streams } = this.index;
    return streams === null ? 0 : sackedBytes(streams.tcpOptions(lastRow));
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
    const isNew = state.firstNs === null && ((segment.analysis[at] ?? 0) & REUSED_PORTS) === 0;
    if (state.firstNs === null && !isNew) state.completeness = SYN_SEEN;
    const first = state.firstNs ?? ns;
    const before = state.lastNs ?? ns;
    state.firstNs = first;
    state.lastNs = ns;
    const analysis = segment.analysis[at] ?? 0;
    if ((analysis & LOST_SEGMENT) !== 0) mine.isWhole = false;
    const base = this.index.flowTable.tcp.baseAt(flow * 2 + direction, row + 1) ?? 0;
    const takesNumber = (flags & (SYN | FIN)) !== 0;
    const rto = (analysis & RETRANSMISSION) === 0 ? null : this.rtoOf(mine, row, ns);
    if (length > 0 || takesNumber)
      mine.add({ seq, next: (seq + length + (takesNumber ? 1 : 0)) >>> 0, no: row + 1, ns });
    const acked = theirs.acknowledge(segment.ack[at] ?? 0);
    // A gap makes the count wrong until the other side acknowledges something.
    if ((flags & ACK) !== 0) theirs.isWhole = true;
    const counts = length > 0 && mine.isWhole && mine.unacked.length > 0;
    if (counts) theirs.sacked = this.sackedBy(theirs);
    // An announced conversation is there before its first packet, whose SYN Wireshark then does not count.
    const completeness = this.index.announcementOf(row) === null ? state.completeness : state.completeness & ~SYN_SEEN;
    state.completeness = completenessAfter(state.completeness, flags, length, isNew);
    const inFlight = counts ? mine.inFlight(base, takesNumber, theirs.sacked) : null;
    const pushed = counts ? mine.push(length, (flags & PSH) !== 0) : null;
    if ((flags & FIN) !== 0 && !theirs.closesFirst) mine.closesFirst = true;
    mine.lastRow = row;
    return {
      acked: acked === null ? null : { no: acked.no, ns: Number(ns - acked.ns) },
      inFlight,
      pushed,
      rto,
      completeness,
      closesFirst: (flags & FIN) !== 0 && mine.closesFirst,
      sinceFirst: Number(ns - first),
      sinceBefore: Number(ns - before),
    };
  }
}
