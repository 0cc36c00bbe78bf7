// 65,536 packets as columns: typed arrays of one number a packet, 61 bytes each in all. Segments fill up in order and the older
// ones are never written again, apart from the flow and analysis columns that the second pass fills.
// Surprise: an IPv4 address stands in `src`/`dst` itself; an IPv6 address is a number into the index's address table.

export const SEGMENT_BITS = 16;
export const SEGMENT_ROWS = 1 << SEGMENT_BITS;
export const SEGMENT_MASK = SEGMENT_ROWS - 1;

const ROW_BYTES = 61;
/** Of a full segment. */
export const SEGMENT_BYTES = ROW_BYTES * SEGMENT_ROWS;

export const NO_FLOW = 0xffff_ffff;

/**
 * Above the twelve TCP flag bits stand four of window scaling: 0 for none, otherwise the shift (at most 14) plus 1. The builder puts
 * the packet's own option there, the flow pass the shift that its window is read with.
 */
export const TCP_FLAG_BITS = 0xfff;
export const WINDOW_SCALE_SHIFT = 12;

export class Segment {
  readonly secondsLow: Uint32Array;
  /** Nanoseconds; the two bits above 2^30 are the low bits of seconds / 2^32, so that dates after 2106 survive. */
  readonly nanos: Uint32Array;
  readonly offsetLow: Uint32Array;
  readonly offsetHigh: Uint16Array;
  readonly caplen: Uint32Array;
  readonly length: Uint32Array;
  readonly interfaceId: Uint16Array;
  readonly layers: Uint8Array;
  readonly protocol: Uint8Array;
  readonly ipProtocol: Uint8Array;
  readonly src: Uint32Array;
  readonly dst: Uint32Array;
  readonly sport: Uint16Array;
  readonly dport: Uint16Array;
  readonly tcpFlags: Uint16Array;
  readonly seq: Uint32Array;
  readonly ack: Uint32Array;
  readonly window: Uint16Array;
  readonly payloadLength: Uint32Array;
  readonly flow: Uint32Array;
  readonly analysis: Uint16Array;

  /** All columns, one after the other. */
  readonly bytes: Uint8Array;
  /** Was asked for since the memory last looked; for the memory alone. */
  used: boolean;

  constructor(rows: number = SEGMENT_ROWS) {
    const buffer = new ArrayBuffer(rows * ROW_BYTES);
    let at = 0;
    const next = (bytes: number): number => {
      const from = at;
      at += rows * bytes;
      return from;
    };
    // The wide ones first, so that each is aligned.
    this.secondsLow = new Uint32Array(buffer, next(4), rows);
    this.nanos = new Uint32Array(buffer, next(4), rows);
    this.offsetLow = new Uint32Array(buffer, next(4), rows);
    this.caplen = new Uint32Array(buffer, next(4), rows);
    this.length = new Uint32Array(buffer, next(4), rows);
    this.src = new Uint32Array(buffer, next(4), rows);
    this.dst = new Uint32Array(buffer, next(4), rows);
    this.seq = new Uint32Array(buffer, next(4), rows);
    this.ack = new Uint32Array(buffer, next(4), rows);
    this.payloadLength = new Uint32Array(buffer, next(4), rows);
    this.flow = new Uint32Array(buffer, next(4), rows);
    this.offsetHigh = new Uint16Array(buffer, next(2), rows);
    this.interfaceId = new Uint16Array(buffer, next(2), rows);
    this.sport = new Uint16Array(buffer, next(2), rows);
    this.dport = new Uint16Array(buffer, next(2), rows);
    this.tcpFlags = new Uint16Array(buffer, next(2), rows);
    this.window = new Uint16Array(buffer, next(2), rows);
    this.analysis = new Uint16Array(buffer, next(2), rows);
    this.layers = new Uint8Array(buffer, next(1), rows);
    this.protocol = new Uint8Array(buffer, next(1), rows);
    this.ipProtocol = new Uint8Array(buffer, next(1), rows);
    this.bytes = new Uint8Array(buffer);
    this.used = false;
  }

  /** A copy with room for twice the rows (at most a full segment). The first segment starts small and grows this way. */
  grown(): Segment {
    const copy = new Segment(Math.min(SEGMENT_ROWS, this.length.length * 2));
    copy.secondsLow.set(this.secondsLow);
    copy.nanos.set(this.nanos);
    copy.offsetLow.set(this.offsetLow);
    copy.offsetHigh.set(this.offsetHigh);
    copy.caplen.set(this.caplen);
    copy.length.set(this.length);
    copy.interfaceId.set(this.interfaceId);
    copy.layers.set(this.layers);
    copy.protocol.set(this.protocol);
    copy.ipProtocol.set(this.ipProtocol);
    copy.src.set(this.src);
    copy.dst.set(this.dst);
    copy.sport.set(this.sport);
    copy.dport.set(this.dport);
    copy.tcpFlags.set(this.tcpFlags);
    copy.seq.set(this.seq);
    copy.ack.set(this.ack);
    copy.window.set(this.window);
    copy.payloadLength.set(this.payloadLength);
    copy.flow.set(this.flow);
    copy.analysis.set(this.analysis);
    return copy;
  }
}
