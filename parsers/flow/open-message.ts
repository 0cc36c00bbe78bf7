// A message of a TCP stream that takes several segments (a "multi-segment PDU"), while its bytes come in, in any order.
// Surprise: which segments its bytes came from is kept, not the bytes: whoever wants to see the message reads them again.

export interface Piece {
  readonly row: number;
  /** Range in that row's payload. */
  readonly from: number;
  readonly to: number;
}

/** More than this out of order, and the rest is given up. */
const MAX_HELD = 256;
const FIRST_ROOM = 4096;

export class OpenMessage {
  /** Sequence number of its first byte. */
  readonly seq: number;
  /** Bytes that must be there before it is asked again how long it is. */
  wanted: number;
  /** Its length is not known: the next segment belongs to it, whole. */
  takesWholeSegment: boolean;
  untilFin: boolean;
  readonly pieces: Piece[];
  /** Bytes that are there from its start without a gap. */
  have: number;
  private room: Uint8Array;
  private held: { readonly offset: number; readonly bytes: Uint8Array; readonly piece: Piece }[];

  constructor(seq: number, wanted: number) {
    this.seq = seq;
    this.wanted = wanted;
    this.takesWholeSegment = false;
    this.untilFin = false;
    this.pieces = [];
    this.have = 0;
    this.room = new Uint8Array(Math.min(Math.max(wanted, 256), FIRST_ROOM));
    this.held = [];
  }

  /** Lent until the next `add`. */
  get bytes(): Uint8Array {
    return this.room.subarray(0, this.have);
  }

  /** Adds bytes that begin `offset` after the message's start; those that are there already are passed over. */
  add(offset: number, bytes: Uint8Array, piece: Piece): void {
    if (offset > this.have) {
      if (this.held.length < MAX_HELD) this.held.push({ offset, bytes: bytes.slice(), piece });
      return;
    }
    this.append(offset, bytes, piece);
    for (let found = true; found; ) {
      found = false;
      for (const [i, one] of this.held.entries()) {
        if (one.offset > this.have) continue;
        this.held.splice(i, 1);
        this.append(one.offset, one.bytes, one.piece);
        found = true;
        break;
      }
    }
  }

  private append(offset: number, bytes: Uint8Array, piece: Piece): void {
    const skip = this.have - offset;
    if (skip >= bytes.length) return;
    const size = bytes.length - skip;
    if (this.have + size > this.room.length) {
      const grown = new Uint8Array(Math.max(this.have + size, this.room.length * 2));
      grown.set(this.bytes);
      this.room = grown;
    }
    this.room.set(bytes.subarray(skip), this.have);
    this.pieces.push({ row: piece.row, from: piece.from + skip, to: piece.to });
    this.have += size;
  }
}
