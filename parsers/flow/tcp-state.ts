// TCP analysis of Wireshark 4.0: what follows from the segments seen before, packet by packet in file order.
// State is kept in flat arrays, two entries a flow: `2 * flow + direction`; the reverse direction is the index with its last bit
// turned. Surprise: 0 means "not known yet" for the next sequence number, as in Wireshark, so that its quirks come out equal.
import * as bits from './analysis-flags.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 0x10;
const SYN_FIN_RST = SYN | FIN | RST;

const WINDOW_UNKNOWN = 0xffff_ffff;
export const SCALE_UNKNOWN = -1;
export const SCALE_OFF = -2;

/** Out-of-order instead of retransmission below this distance, while the round trip time is unknown. */
const DEFAULT_RTT_NS = 3_000_000;
const FAST_RETRANSMISSION_NS = 20_000_000;
const UNSET_NS = -1;

/** True when sequence number x is after y, modulo 2^32. */
function after(x: number, y: number): boolean {
  return ((x - y) | 0) > 0;
}

/** Wireshark compares times without a sign: where the clock stepped back, a great deal has passed. */
function isSooner(since: number, limit: number): boolean {
  return since < 0 === limit < 0 ? since < limit : since >= 0;
}

export class TcpState {
  base: Uint32Array;
  /** 1 once `base` is known. */
  baseKnown: Uint8Array;
  scale: Int8Array;
  /** Number of the packet that first said that a direction does not scale its window; 0 while none did. */
  unscaledNo: Uint32Array;
  /** Where a SYN/ACK with another number moved the base of a direction: its values by packet number, oldest first. */
  private readonly rebases: Map<number, { readonly no: number; readonly base: number }[]>;
  /** Per flow: time of the last SYN, and the initial round trip time; -1 while unknown. */
  synNs: Float64Array;
  rttNs: Float64Array;
  /** Per flow: number of the packet that told the round trip time; 0 before. */
  rttNo: Uint32Array;
  /** Of the last duplicate ACK: packet number of the ACK it repeats, and its count. */
  duplicateOf: number;
  duplicateCount: number;
  /** The analysis noted something of the last packet that no flag says: an ACK of what an earlier one was flagged for, a SYN once more. */
  unflagged: boolean;
  /** Per direction: number of the packet that carried its highest sequence number. */
  nextNo: Uint32Array;
  private next: Uint32Array;
  private nextNs: Float64Array;
  private maxToAck: Uint32Array;
  private lastAck: Uint32Array;
  private lastAckNs: Float64Array;
  private window: Uint32Array;
  private dup: Int32Array;
  private nonDup: Uint32Array;
  private lastFlags: Uint16Array;
  private ackSeen: Uint8Array;

  constructor() {
    const ends = 128;
    this.base = new Uint32Array(ends);
    this.baseKnown = new Uint8Array(ends);
    this.scale = new Int8Array(ends).fill(SCALE_UNKNOWN);
    this.unscaledNo = new Uint32Array(ends);
    this.rebases = new Map();
    this.synNs = new Float64Array(ends / 2).fill(UNSET_NS);
    this.rttNs = new Float64Array(ends / 2).fill(UNSET_NS);
    this.rttNo = new Uint32Array(ends / 2);
    this.duplicateOf = 0;
    this.duplicateCount = 0;
    this.unflagged = false;
    this.nextNo = new Uint32Array(ends);
    this.next = new Uint32Array(ends);
    this.nextNs = new Float64Array(ends);
    this.maxToAck = new Uint32Array(ends);
    this.lastAck = new Uint32Array(ends);
    this.lastAckNs = new Float64Array(ends);
    this.window = new Uint32Array(ends).fill(WINDOW_UNKNOWN);
    this.dup = new Int32Array(ends);
    this.nonDup = new Uint32Array(ends);
    this.lastFlags = new Uint16Array(ends);
    this.ackSeen = new Uint8Array(ends);
  }

  /** Makes room for flows 0 … count-1. */
  reserve(count: number): void {
    const have = this.base.length;
    if (count * 2 <= have) return;
    const ends = have * 2;
    this.base = grownU32(this.base, ends);
    this.baseKnown = grownU8(this.baseKnown, ends);
    const scale = new Int8Array(ends).fill(SCALE_UNKNOWN);
    scale.set(this.scale);
    this.scale = scale;
    this.unscaledNo = grownU32(this.unscaledNo, ends);
    this.nextNo = grownU32(this.nextNo, ends);
    this.synNs = grownF64(this.synNs, ends / 2, UNSET_NS);
    this.rttNs = grownF64(this.rttNs, ends / 2, UNSET_NS);
    this.rttNo = grownU32(this.rttNo, ends / 2);
    this.next = grownU32(this.next, ends);
    this.nextNs = grownF64(this.nextNs, ends, 0);
    this.maxToAck = grownU32(this.maxToAck, ends);
    this.lastAck = grownU32(this.lastAck, ends);
    this.lastAckNs = grownF64(this.lastAckNs, ends, 0);
    const window = new Uint32Array(ends).fill(WINDOW_UNKNOWN);
    window.set(this.window);
    this.window = window;
    const dup = new Int32Array(ends);
    dup.set(this.dup);
    this.dup = dup;
    this.nonDup = grownU32(this.nonDup, ends);
    const lastFlags = new Uint16Array(ends);
    lastFlags.set(this.lastFlags);
    this.lastFlags = lastFlags;
    this.ackSeen = grownU8(this.ackSeen, ends);
  }

  /** True when this SYN starts a new connection on ports that were seen before. */
  isReuse(f: number, flags: number, seq: number): boolean {
    return (flags & (SYN | ACK)) === SYN && this.baseKnown[f] === 1 && this.base[f] !== seq;
  }

  /**
   * Judges one segment of direction `f` and moves the state on. `no` is the packet number, `ns` its time, `length` its payload,
   * `window` as in the header, `scale` the shift of its option or -1. `early` are flags known before (reused ports). `whole`: its
   * options were captured.
   */
  judge(
    f: number,
    no: number,
    ns: number,
    flags: number,
    seq: number,
    ack: number,
    window: number,
    length: number,
    scale: number,
    early: number,
    whole: boolean,
  ): number {
    const r = f ^ 1;
    this.unflagged = false;
    let found = early | this.handshake(f, r, no, ns, flags, seq, ack);
    const next = this.next[f] ?? 0;
    const lastAck = this.lastAck[f] ?? 0;
    const lastWindow = this.window[f] ?? 0;
    const plain = (flags & SYN_FIN_RST) === 0;
    if (length === 1 && seq === next && this.window[r] === 0) found |= bits.ZERO_WINDOW_PROBE;
    else {
      if (window === 0 && plain) found |= bits.ZERO_WINDOW;
      if (next !== 0 && after(seq, next) && (flags & RST) === 0) found |= bits.LOST_SEGMENT;
      if (length <= 1 && seq === (next - 1) >>> 0 && plain) found |= bits.KEEP_ALIVE;
      const repeats = length === 0 && seq === next && ack === lastAck && plain;
      if (repeats && window !== 0 && window !== lastWindow) found |= bits.WINDOW_UPDATE;
      if (length > 0 && plain && this.fillsWindow(r, (seq + length) >>> 0)) found |= bits.WINDOW_FULL;
      if (repeats && window === lastWindow) found |= this.judgeRepeat(f, r, window);
    }
    if (ack !== lastAck) {
      this.nonDup[f] = no;
      this.dup[f] = 0;
    }
    if ((flags & ACK) !== 0) found |= this.judgeAck(r, ack);
    const span = length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0);
    if (span > 0 && (found & bits.KEEP_ALIVE) === 0) found |= this.judgeOrder(f, r, ns, seq, length, span, next);
    this.advance(f, no, ns, seq, span, found);
    if ((flags & SYN) !== 0) this.noteScale(f, r, no, (flags & ACK) !== 0, scale, whole);
    this.window[f] = window;
    this.lastAck[f] = ack;
    this.lastAckNs[f] = ns;
    this.lastFlags[f] = found;
    if ((flags & (ACK | SYN)) === ACK) {
      this.ackSeen[f] = 1;
      // After the judgement: the packet that ends the handshake is itself still judged without a round trip time.
      const flow = f >>> 1;
      const rtt = this.rttNs[flow];
      if ((rtt === UNSET_NS || rtt === 0) && this.synNs[flow] !== UNSET_NS) {
        this.rttNs[flow] = ns - (this.synNs[flow] ?? 0);
        this.rttNo[flow] = no;
      }
    }
    return found;
  }

  /** SCTP: the first number of direction `f` counts as 0. */
  noteFirst(f: number, tsn: number): void {
    if (this.baseKnown[f] === 1) return;
    this.base[f] = tsn;
    this.baseKnown[f] = 1;
  }

  /** The number that counted as 0 in direction `f` when packet `no` came; null before one was seen. */
  baseAt(f: number, no: number): number | null {
    if (this.baseKnown[f] !== 1) return null;
    let base = this.base[f] ?? 0;
    for (const event of this.rebases.get(f) ?? []) if (event.no <= no) base = event.base;
    return base;
  }

  private rebase(f: number, no: number, seq: number): void {
    const events = this.rebases.get(f) ?? [{ no: 0, base: this.base[f] ?? 0 }];
    events.push({ no, base: seq });
    this.rebases.set(f, events);
    this.base[f] = seq;
  }

  /** Base numbers, window scaling, round trip time; flags a SYN/ACK whose base changed. */
  private handshake(f: number, r: number, no: number, ns: number, flags: number, seq: number, ack: number): number {
    let found = 0;
    if ((flags & SYN) !== 0) {
      if (this.baseKnown[f] === 1) {
        if ((flags & ACK) !== 0) {
          if (this.base[f] !== seq) {
            found = bits.REUSED_PORTS;
            this.rebase(f, no, seq);
          }
        } else {
          this.next[f] = this.maxToAck[f] ?? 0;
          this.unflagged = true;
        }
      }
      if ((flags & ACK) === 0) this.synNs[f >>> 1] = ns;
      this.ackSeen[f] = 0;
    }
    if (this.baseKnown[f] === 0) {
      this.base[f] = (flags & SYN) !== 0 ? seq : seq - 1;
      this.baseKnown[f] = 1;
    }
    if (this.baseKnown[r] === 0 && (flags & ACK) !== 0) {
      this.base[r] = ack - 1;
      this.baseKnown[r] = 1;
    }
    return found;
  }

  /** What a SYN says about scaling. Where its options were cut, it says nothing beyond those that are there. */
  private noteScale(f: number, r: number, no: number, isAnswer: boolean, scale: number, whole: boolean): void {
    if (scale >= 0) this.scale[f] = scale;
    if (!whole) return;
    // No option in a SYN or SYN/ACK: neither side will scale, even if the other SYN is never seen.
    const none = this.scale[f] === SCALE_UNKNOWN;
    if (none || (isAnswer && this.scale[r] === SCALE_OFF)) this.switchOff(f, no);
    if (none) this.switchOff(r, no);
  }

  private switchOff(f: number, no: number): void {
    this.scale[f] = SCALE_OFF;
    if (this.unscaledNo[f] === 0) this.unscaledNo[f] = no;
  }

  private fillsWindow(r: number, end: number): boolean {
    const scale = this.scale[r] ?? SCALE_UNKNOWN;
    if (scale === SCALE_UNKNOWN) return false;
    const shift = scale === SCALE_OFF || this.ackSeen[r] === 0 ? 0 : scale;
    const window = (this.window[r] ?? 0) * 2 ** shift;
    return end === ((this.lastAck[r] ?? 0) + window) % 0x1_0000_0000;
  }

  /** A bare segment that says again what the last one said: answers to probes, and duplicate ACKs. */
  private judgeRepeat(f: number, r: number, window: number): number {
    const before = this.lastFlags[r] ?? 0;
    if (window === 0) return (before & bits.ZERO_WINDOW_PROBE) !== 0 ? bits.ZERO_WINDOW_PROBE_ACK : 0;
    if ((before & bits.KEEP_ALIVE) !== 0) return bits.KEEP_ALIVE_ACK;
    const count = (this.dup[f] ?? 0) + 1;
    this.dup[f] = count === 0 ? 1 : count;
    this.duplicateOf = this.nonDup[f] ?? 0;
    this.duplicateCount = this.dup[f] ?? 0;
    return bits.DUPLICATE_ACK;
  }

  private judgeAck(r: number, ack: number): number {
    const known = this.maxToAck[r] ?? 0;
    if (known === 0 || !after(ack, known)) return 0;
    if (after(this.next[r] ?? 0, known)) {
      this.maxToAck[r] = this.next[r] ?? 0;
      return bits.ACK_LOST_SEGMENT;
    }
    const isFirst = this.dup[r] === 0;
    if (!isFirst) this.unflagged = true;
    // Also where duplicate ACKs were being counted: what is sent there next may then be a fast retransmission, as in Wireshark.
    this.dup[r] = -1;
    return isFirst ? bits.ACK_LOST_SEGMENT : 0;
  }

  /** Data, SYN or FIN that does not come next: retransmission of some kind, or out of order. */
  private judgeOrder(
    f: number,
    r: number,
    ns: number,
    seq: number,
    length: number,
    span: number,
    next: number,
  ): number {
    const end = (seq + length) >>> 0;
    const reverseAck = this.lastAck[r] ?? 0;
    if (length > 0 && reverseAck !== 0 && !after(end, reverseAck)) return bits.SPURIOUS_RETRANSMISSION;
    if (next === 0 || !after(next, seq)) return 0;
    if (length > 1 && seq === (next - 1) >>> 0) return 0;
    // Wireshark counts without a sign, so that the -1 of an unseen acknowledgement is a great many here.
    const sinceAck = ns - (this.lastAckNs[r] ?? 0);
    if ((this.dup[r] ?? 0) >>> 0 >= 2 && reverseAck === seq && isSooner(sinceAck, FAST_RETRANSMISSION_NS))
      return bits.FAST_RETRANSMISSION;
    const rtt = this.rttNs[f >>> 1] ?? UNSET_NS;
    const limit = rtt === UNSET_NS || rtt === 0 ? DEFAULT_RTT_NS : rtt;
    if (isSooner(ns - (this.nextNs[f] ?? 0), limit) && (seq + span) >>> 0 !== next) return bits.OUT_OF_ORDER;
    return bits.RETRANSMISSION;
  }

  private advance(f: number, no: number, ns: number, seq: number, span: number, found: number): void {
    if ((found & bits.ZERO_WINDOW_PROBE) !== 0) return;
    const end = (seq + span) >>> 0;
    const next = this.next[f] ?? 0;
    if (next === 0 || after(end, next)) {
      this.next[f] = end;
      this.nextNs[f] = ns;
      this.nextNo[f] = no;
    }
    const known = this.maxToAck[f] ?? 0;
    if (known === 0 || seq === known) this.maxToAck[f] = this.next[f] ?? 0;
  }
}

function grownU32(old: Uint32Array, size: number): Uint32Array {
  const grown = new Uint32Array(size);
  grown.set(old);
  return grown;
}

function grownU8(old: Uint8Array, size: number): Uint8Array {
  const grown = new Uint8Array(size);
  grown.set(old);
  return grown;
}

function grownF64(old: Float64Array, size: number, fill: number): Float64Array {
  const grown = new Float64Array(size).fill(fill, old.length);
  grown.set(old);
  return grown;
}
