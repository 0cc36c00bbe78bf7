// The bytes of one conversation in the order in which each side sent them ("follow stream"), as Wireshark 4.0 puts them together:
// what came twice is dropped, what came late is put in its place, and what the receiver acknowledged though nobody captured it
// becomes a gap. Surprise: segments behind a gap that nobody acknowledged are not shown; `waiting` counts their bytes.
import { TCP, UDP } from '../core/protocol-numbers.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import { SEGMENT_BITS, SEGMENT_MASK, SEGMENT_ROWS, TCP_FLAG_BITS } from '../index/segment.ts';
import { HAS_TCP, HAS_UDP } from '../wire/facts.ts';

const SYN = 2;
const ACK = 0x10;
const MAX_WAITING = 4096;

export interface FollowedChunk {
  /** 0: sent the way of the conversation's first packet. */
  readonly direction: 0 | 1;
  readonly row: number;
  /** Empty where bytes are missing. */
  readonly bytes: Uint8Array;
  /** Bytes that the receiver acknowledged and the capture does not have; 0 for data. */
  readonly missing: number;
}

export interface Followed {
  readonly chunks: readonly FollowedChunk[];
  readonly bytes: readonly [number, number];
  /** Bytes behind a gap that was never filled nor acknowledged. */
  readonly waiting: number;
  /** False when `limit` bytes came first. */
  readonly isWhole: boolean;
}

interface Late {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly row: number;
}

const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;

/** One side of a TCP conversation. */
class Side {
  next = -1;
  late: Late[] = [];
}

export class Following {
  private readonly chunks: FollowedChunk[] = [];
  private readonly sides: readonly [Side, Side] = [new Side(), new Side()];
  private readonly sums: [number, number] = [0, 0];

  /** A TCP segment of `length` bytes, of which `bytes` were captured. */
  segment(direction: 0 | 1, row: number, seq: number, ack: number, flags: number, length: number, bytes: Uint8Array) {
    const side = this.sides[direction];
    const isSyn = (flags & SYN) !== 0;
    if (side.next < 0) {
      side.next = (seq + length + (isSyn ? 1 : 0)) >>> 0;
      this.add(direction, row, bytes);
    } else this.later(direction, row, isSyn ? (seq + 1) >>> 0 : seq, length, bytes);
    if ((flags & ACK) === 0) return;
    const other = direction === 0 ? 1 : 0;
    while (this.settle(other, ack));
  }

  datagram(direction: 0 | 1, row: number, bytes: Uint8Array): void {
    this.add(direction, row, bytes);
  }

  result(isWhole: boolean): Followed {
    const waiting = this.sides.reduce((sum, side) => sum + side.late.reduce((all, one) => all + one.length, 0), 0);
    return { chunks: this.chunks, bytes: this.sums, waiting, isWhole };
  }

  get total(): number {
    return this.sums[0] + this.sums[1];
  }

  private later(direction: 0 | 1, row: number, seq: number, length: number, bytes: Uint8Array): void {
    const side = this.sides[direction];
    if (length === 0) return;
    if (before(side.next, seq)) {
      if (side.late.length < MAX_WAITING) side.late.push({ seq, bytes: bytes.slice(), length, row });
      return;
    }
    const known = (side.next - seq) >>> 0;
    if (known >= length) return;
    side.next = (seq + length) >>> 0;
    this.add(direction, row, bytes.subarray(known));
    while (this.settle(direction, null));
  }

  /** Puts one late segment in its place, or admits a gap that `ack` covers; true when it did. */
  private settle(direction: 0 | 1, ack: number | null): boolean {
    const side = this.sides[direction];
    let lowest: number | null = null;
    for (const [i, one] of side.late.entries()) {
      if (lowest === null || before(one.seq, lowest)) lowest = one.seq;
      if (before(side.next, one.seq)) continue;
      side.late.splice(i, 1);
      const known = (side.next - one.seq) >>> 0;
      if (known < one.length) {
        side.next = (one.seq + one.length) >>> 0;
        this.add(direction, one.row, one.bytes.subarray(known));
      }
      return true;
    }
    if (ack === null || lowest === null || !before(lowest, ack)) return false;
    const missing = (lowest - side.next) >>> 0;
    const row = side.late.find((one) => one.seq === lowest)?.row ?? 0;
    this.chunks.push({ direction, row, bytes: new Uint8Array(0), missing });
    side.next = lowest;
    return true;
  }

  private add(direction: 0 | 1, row: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.push({ direction, row, bytes: bytes.slice(), missing: 0 });
    this.sums[direction] += bytes.length;
  }
}

/**
 * Follows flow `id` until `limit` bytes are together. `payload` gives a row's captured payload, lent; null without one.
 * Null when the flow is neither TCP nor UDP.
 */
export function followFlow(
  index: PacketIndex,
  id: number,
  payload: (row: number) => Uint8Array | null,
  limit: number,
): Followed | null {
  const flow = index.flow(id);
  if (flow === null || (flow.ipProtocol !== TCP && flow.ipProtocol !== UDP)) return null;
  const following = new Following();
  for (let row = flow.firstRow; row < index.packetCount; row++) {
    const segment = index.segments.at(row >>> SEGMENT_BITS);
    if (segment === undefined) break;
    const at = segment.flow.indexOf(id, row & SEGMENT_MASK);
    const start = row - (row & SEGMENT_MASK);
    if (at < 0 || start + at >= index.packetCount) {
      row = start + SEGMENT_ROWS - 1;
      continue;
    }
    row = start + at;
    const layers = segment.layers[at] ?? 0;
    if ((layers & (HAS_TCP | HAS_UDP)) === 0) continue;
    const direction = index.flowTable.directionOf(id, row) === 0 ? 0 : 1;
    const length = segment.payloadLength[at] ?? 0;
    const bytes = length === 0 ? NO_BYTES : (payload(row) ?? NO_BYTES);
    if ((layers & HAS_TCP) === 0) following.datagram(direction, row, bytes);
    else {
      const flags = (segment.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;
      following.segment(direction, row, segment.seq[at] ?? 0, segment.ack[at] ?? 0, flags, length, bytes);
    }
    if (following.total > limit) return following.result(false);
  }
  return following.result(true);
}

const NO_BYTES = new Uint8Array(0);
