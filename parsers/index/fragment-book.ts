// IP datagrams that came in pieces (RFC 815 in spirit): which frames make up the datagram that a frame completes.
// Surprise: a completed datagram is kept as places in frames, not as bytes; only open ones hold bytes, and only so many.
import type { JoinedDatagram } from '../wire/dissection.ts';
import { type FrameFacts, HAS_INNER, HAS_IPV4 } from '../wire/facts.ts';

/** Bytes of unfinished datagrams that are held; the oldest are given up first. */
const MAX_HELD = 8 << 20;
/** What an unfinished datagram costs beside its bytes, so that a flood of tiny ones counts too. */
const ENTRY = 512;
const MAX_DATAGRAM = 65_535;
/** Pieces of one datagram; a datagram of the longest kind over the smallest link has 1,365. */
const MAX_PIECES = 2000;
/** Completed datagrams that are remembered. */
const MAX_COMPLETED = 100_000;

interface Piece {
  readonly row: number;
  /** Where the bytes stand in their frame, and where in the datagram. */
  readonly at: number;
  readonly from: number;
  readonly size: number;
}

interface Open {
  readonly pieces: Piece[];
  bytes: Uint8Array;
  /** Length of the whole; -1 until the last fragment came. */
  total: number;
}

interface Datagram {
  readonly pieces: readonly Piece[];
  readonly size: number;
}

export class FragmentBook {
  private readonly open: Map<string, Open>;
  private readonly completed: Map<number, Datagram>;
  private held: number;

  constructor() {
    this.open = new Map();
    this.completed = new Map();
    this.held = 0;
  }

  /**
   * Takes a frame whose innermost IP header is a fragment. When it completes its datagram, the bytes of that, and `facts` says that
   * filters must look closer; null otherwise.
   */
  take(facts: FrameFacts, row: number, point: number): Uint8Array | null {
    const size = facts.wireEnd - facts.at;
    // As tshark: a fragment that was not captured whole, or reaches beyond the longest datagram, takes no part.
    if (size <= 0 || facts.end < facts.wireEnd || facts.fragmentOffset + size > MAX_DATAGRAM) return null;
    const family = facts.layers & HAS_IPV4;
    const source = `${facts.srcA}.${facts.srcB}.${facts.srcC}.${facts.srcD}`;
    const key = `${point} ${family} ${source} ${facts.dstA}.${facts.dstB}.${facts.dstC}.${facts.dstD} ${facts.fragmentId} ${facts.ipProtocol}`;
    const known = this.open.get(key);
    const found = known ?? { pieces: [], bytes: new Uint8Array(0), total: -1 };
    if (known === undefined) this.held += ENTRY;
    const end = facts.fragmentOffset + size;
    found.pieces.push({ row, at: facts.at - facts.start, from: facts.fragmentOffset, size });
    if (found.bytes.length < end) {
      const grown = new Uint8Array(Math.max(end, Math.min(MAX_DATAGRAM, found.bytes.length * 2)));
      grown.set(found.bytes);
      this.held += grown.length - found.bytes.length;
      found.bytes = grown;
    }
    const { view } = facts;
    found.bytes.set(new Uint8Array(view.buffer, view.byteOffset + facts.at, size), facts.fragmentOffset);
    if (!facts.moreFragments) found.total = end;
    this.open.set(key, found);
    if (found.pieces.length > MAX_PIECES) {
      this.forget(key, found);
      return null;
    }
    if (!isWhole(found)) {
      this.giveUp();
      return null;
    }
    this.forget(key, found);
    if (this.completed.size >= MAX_COMPLETED) return null;
    this.completed.set(row, { pieces: found.pieces, size: found.total });
    facts.layers |= HAS_INNER;
    return found.bytes.subarray(0, found.total);
  }

  /** The datagram that this row completes, put together again from its frames; null for other rows. */
  of(row: number, frame: (row: number) => Uint8Array): JoinedDatagram | null {
    const datagram = this.completed.get(row);
    if (datagram === undefined) return null;
    const bytes = new Uint8Array(datagram.size);
    for (const { row: from, at, from: offset, size } of datagram.pieces) {
      const room = Math.min(size, datagram.size - offset);
      if (room > 0) bytes.set(frame(from).subarray(at, at + room), offset);
    }
    const inOrder = [...datagram.pieces].sort((a, b) => a.from - b.from);
    return { bytes, fragments: inOrder.map((piece) => ({ packet: piece.row + 1, size: piece.size })) };
  }

  private forget(key: string, open: Open): void {
    this.open.delete(key);
    this.held -= open.bytes.length + ENTRY;
  }

  private giveUp(): void {
    for (const [key, open] of this.open) {
      if (this.held <= MAX_HELD) return;
      this.forget(key, open);
    }
  }
}

function isWhole({ total, pieces }: Open): boolean {
  if (total < 0) return false;
  let covered = 0;
  for (const { from, size } of [...pieces].sort((a, b) => a.from - b.from)) {
    if (from > covered) return false;
    covered = Math.max(covered, from + size);
  }
  return covered >= total;
}
