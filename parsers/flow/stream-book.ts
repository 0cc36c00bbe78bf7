// Puts the segments of TCP streams together, message by message, the way Wireshark 4.0 does by default: a message that takes several
// segments belongs to the packet that completes it; a segment that begins after a loss is read as the start of something new.
// Works on demand: asked for a row, it reads the flow from where it stopped up to that row. Surprise: what it found is kept for the
// last rows only; asked for an older one, it reads that flow again from its start, so memory does not grow with the file.
import { BoundedMap } from '../core/bounded-map.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import { SEGMENT_MASK, TCP_FLAG_BITS } from '../index/segment.ts';
import { payloadOf } from '../wire/decode.ts';
import { FrameFacts } from '../wire/facts.ts';
import type { SegmentParts, StreamPart } from '../wire/stream-reading.ts';
import { NOT_READ_AGAIN, OUT_OF_ORDER, SPURIOUS_RETRANSMISSION } from './analysis-flags.ts';
import type { Piece } from './open-message.ts';
import type { RowChain } from './row-chain.ts';
import { Conversation, type RowPlan, SegmentReading } from './segment-reading.ts';

const FIN = 1;
const RST = 4;
const TCP_HEADER = 20;
const NO_BYTES = new Uint8Array(0);
const ROWS_KEPT = 100_000;
/** Segments between two looks at the clock. */
const STRIDE = 200;
const CONVERSATIONS_KEPT = 20_000;

/** Of segments that were cut, Wireshark reads those again that were acknowledged already. */
export function isCutRead(analysis: number): boolean {
  return (analysis & NOT_READ_AGAIN & ~SPURIOUS_RETRANSMISSION) === 0;
}

export class StreamBook {
  private readonly index: PacketIndex;
  private readonly frames: (row: number) => Uint8Array;
  private readonly chain: RowChain;
  private readonly facts: FrameFacts;
  private readonly conversations: BoundedMap<number, Conversation>;
  private readonly plans: BoundedMap<number, RowPlan>;

  constructor(index: PacketIndex, frames: (row: number) => Uint8Array) {
    this.index = index;
    this.frames = frames;
    this.chain = index.rowChain;
    this.facts = new FrameFacts(index.ports);
    this.conversations = new BoundedMap(CONVERSATIONS_KEPT);
    this.plans = new BoundedMap(ROWS_KEPT);
  }

  /** What the payload of a row of this flow is; null when it stands by itself (cut short, reset, no payload). */
  partsOf(flow: number, row: number): SegmentParts | null {
    const plan = this.planOf(flow, row);
    if (plan === null) return null;
    const parts = plan.parts.map((part): StreamPart => {
      const { pieces } = part;
      if (pieces === null) return { ...part, assembled: null, segments: [] };
      const segments = pieces.map((piece) => ({ no: piece.row + 1, size: piece.to - piece.from }));
      return { ...part, assembled: this.bytesOf(pieces), segments };
    });
    return {
      parts,
      fragment: plan.fragment,
      begins: plan.begins,
      begun: plan.begun,
      dataFrom: plan.dataFrom,
      leads: plan.leads,
      overlaps: plan.overlaps,
    };
  }

  /** The same without the bytes: which protocols have messages that end in this row, and how many of its segments they took. */
  outlineOf(flow: number, row: number): RowPlan | null {
    return this.planOf(flow, row);
  }

  /** The TCP payload of a row, lent; null when some of it was not captured or there is no TCP header. */
  payload(row: number): Uint8Array | null {
    const size = this.index.segmentOf(row).payloadLength[row & SEGMENT_MASK] ?? 0;
    const captured = this.captured(row);
    return captured === null || captured.length < size ? null : captured;
  }

  /** What was captured of the TCP or UDP payload of a row, lent; null without such a header. */
  captured(row: number): Uint8Array | null {
    const { facts, index } = this;
    const frame = this.frames(row);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const linkType = index.interfaces[index.interfaceOf(row)]?.linkType ?? 0;
    if (!payloadOf(facts, view, index.length(row), linkType)) return null;
    const size = index.segmentOf(row).payloadLength[row & SEGMENT_MASK] ?? 0;
    return frame.subarray(facts.at, Math.min(facts.end, facts.at + size));
  }

  /** What was captured of the TCP header's options of a row, lent. */
  tcpOptions(row: number): Uint8Array {
    const { facts, index } = this;
    const frame = this.frames(row);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const linkType = index.interfaces[index.interfaceOf(row)]?.linkType ?? 0;
    payloadOf(facts, view, index.length(row), linkType);
    const at = facts.transportAt;
    if (at < 0 || at + TCP_HEADER > facts.end) return NO_BYTES;
    return frame.subarray(at + TCP_HEADER, Math.min(facts.end, at + ((frame[at + 12] ?? 0) >> 4) * 4));
  }

  private bytesOf(pieces: readonly Piece[]): Uint8Array {
    const all = new Uint8Array(pieces.reduce((sum, { from, to }) => sum + to - from, 0));
    let at = 0;
    for (const { row, from, to } of pieces) {
      const payload = this.payload(row)?.subarray(from, to) ?? new Uint8Array(0);
      all.set(payload, at);
      at += to - from;
    }
    return all;
  }

  /** Reads the row's conversation up to it, until `keepOn` says to stop; true when `partsOf` will answer at once. */
  advance(flow: number, row: number, keepOn: () => boolean): boolean {
    if (this.plans.has(row)) return true;
    for (let target = this.nextStop(flow, row); target < row; target = this.nextStop(flow, row)) {
      this.planOf(flow, target);
      if (!keepOn()) return false;
    }
    return true;
  }

  /** The row some steps on from where the flow was read to, at most `row`. */
  private nextStop(flow: number, row: number): number {
    const conversation = this.conversations.get(flow);
    const readTo = conversation === undefined || conversation.readTo >= row ? -1 : conversation.readTo;
    let next = readTo < 0 ? this.chain.firstOf(flow) : this.chain.after(readTo);
    for (let i = 0; i < STRIDE && next < row; i++) next = this.chain.after(next);
    return next;
  }

  private planOf(flow: number, row: number): RowPlan | null {
    const known = this.plans.get(row);
    if (known !== undefined) return known;
    let conversation = this.conversations.get(flow);
    if (conversation === undefined || conversation.readTo >= row) {
      conversation = new Conversation();
      this.conversations.set(flow, conversation);
    }
    let next = conversation.readTo < 0 ? this.chain.firstOf(flow) : this.chain.after(conversation.readTo);
    let plan: RowPlan | null = null;
    for (; next <= row; next = this.chain.after(next)) {
      plan = this.read(conversation, flow, next);
      conversation.readTo = next;
      if (plan !== null) this.plans.set(next, plan);
    }
    return conversation.readTo === row ? plan : null;
  }

  private read(conversation: Conversation, flow: number, row: number): RowPlan | null {
    const segment = this.index.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const flags = (segment.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;
    if ((flags & RST) !== 0) return null;
    if ((segment.payloadLength[at] ?? 0) === 0 && (flags & FIN) === 0) return null;
    const captured = this.captured(row);
    if (captured === null) return null;
    const size = segment.payloadLength[at] ?? 0;
    const direction = this.index.flowTable.directionOf(flow, row);
    const toServer = direction === this.index.flowTable.clientDirectionOf(flow);
    const repeated = ((segment.analysis[at] ?? 0) & NOT_READ_AGAIN) !== 0;
    const sport = segment.sport[at] ?? 0;
    const dport = segment.dport[at] ?? 0;
    const seq = ((segment.seq[at] ?? 0) + ((flags & 2) !== 0 ? 1 : 0)) >>> 0;
    const announced = conversation.reader === null ? (this.index.announcementOf(row)?.protocol ?? 0) : 0;
    const reading = new SegmentReading(this.index.ports, conversation, direction, toServer, row, seq, captured);
    reading.announced = announced;
    if (captured.length < size)
      return !isCutRead(segment.analysis[at] ?? 0) || !reading.runCut(sport, dport, size) ? null : reading.plan();
    if (size > 0) reading.run(repeated, ((segment.analysis[at] ?? 0) & OUT_OF_ORDER) !== 0, sport, dport);
    if ((flags & FIN) !== 0) reading.finish();
    return reading.plan();
  }
}
