// The segments of an index, of which only some are in memory when there are many: the others lie in a scratch file and are read back when
// a row of theirs is asked for. One `SegmentMemory` is shared by all indexes of a process.
// Surprise: which ones go is decided by a clock hand, not by order of use: marking a use must cost nothing, it happens for every row.
import { SEGMENT_BYTES, Segment } from './segment.ts';

/** Where segments lie that memory has no room for. Both calls are answered at once: a row is asked for in the middle of a computation. */
export interface Scratch {
  /** Throws when there is no room. */
  writeAt(position: number, bytes: Uint8Array): void;
  /** Bytes read into `target`. */
  readAt(position: number, target: Uint8Array): number;
  close(): void;
}

interface Held {
  readonly list: SegmentList;
  readonly place: number;
  readonly segment: Segment;
}

export class SegmentMemory {
  readonly limitBytes: number;
  /** Bytes of finished segments in memory; those being filled are not counted. */
  residentBytes = 0;
  private failed = false;
  private readonly onProblem: (error: unknown) => void;
  private readonly open: () => Scratch;
  private readonly ring: Held[] = [];
  private hand = 0;

  /** @param open makes a scratch file, one an index @param onProblem is told once why segments stay in memory although there are too many */
  constructor(limitBytes: number, open: () => Scratch, onProblem: (error: unknown) => void = () => undefined) {
    this.onProblem = onProblem;
    this.limitBytes = limitBytes;
    this.open = open;
  }

  scratch(): Scratch {
    return this.open();
  }

  admit(list: SegmentList, place: number, segment: Segment): void {
    this.ring.push({ list, place, segment });
    this.residentBytes += SEGMENT_BYTES;
    while (this.residentBytes > this.limitBytes && this.ring.length > 1 && !this.failed) this.evict();
  }

  private evict(): void {
    for (;;) {
      if (this.hand >= this.ring.length - 1) this.hand = 0; // the last one has just come
      const held = this.ring[this.hand];
      if (held === undefined) return;
      if (held.segment.used) {
        held.segment.used = false;
        this.hand += 1;
        continue;
      }
      try {
        held.list.putAway(held.place);
      } catch (error) {
        this.failed = true;
        this.onProblem(error);
        return;
      }
      this.residentBytes -= SEGMENT_BYTES;
      this.ring.splice(this.hand, 1);
      return;
    }
  }

  forget(list: SegmentList): void {
    const kept = this.ring.filter((held) => held.list !== list);
    this.residentBytes -= (this.ring.length - kept.length) * SEGMENT_BYTES;
    this.ring.splice(0, this.ring.length, ...kept);
    this.hand = 0;
  }
}

export class SegmentList {
  /** Null: all stay in memory. */
  private memory: SegmentMemory | null;
  private readonly held: (Segment | null)[] = [];
  private readonly written: boolean[] = [];
  private sealed = 0;
  private scratch: Scratch | null = null;

  /** @param memory null: all stay in memory */
  constructor(memory: SegmentMemory | null) {
    this.memory = memory;
  }

  push(segment: Segment): void {
    this.held.push(segment);
  }

  replaceLast(segment: Segment): void {
    this.held[this.held.length - 1] = segment;
  }

  /** Undefined past the end. Good to read for as long as it is held; only the newest ones may be written. */
  at(place: number): Segment | undefined {
    const segment = this.held[place];
    if (segment) {
      segment.used = true;
      return segment;
    }
    return segment === undefined ? undefined : this.readBack(place);
  }

  /** Says that the segments before this place are full and will not be written again. */
  seal(before: number): void {
    if (this.memory === null) return;
    for (; this.sealed < before; this.sealed++) {
      const segment = this.held[this.sealed];
      if (segment) this.memory.admit(this, this.sealed, segment);
    }
  }

  /** For the memory: leaves the segment to the scratch file. */
  putAway(place: number): void {
    const segment = this.held[place];
    if (!segment || this.memory === null) return;
    if (this.written[place] !== true) {
      this.scratch ??= this.memory.scratch();
      this.scratch.writeAt(place * SEGMENT_BYTES, segment.bytes);
      this.written[place] = true;
    }
    this.held[place] = null;
  }

  private readBack(place: number): Segment {
    const segment = new Segment();
    const got = this.scratch?.readAt(place * SEGMENT_BYTES, segment.bytes) ?? 0;
    if (got < SEGMENT_BYTES) throw new Error(`the scratch file of the index ends in segment ${place}`);
    this.held[place] = segment;
    segment.used = true;
    this.memory?.admit(this, place, segment);
    return segment;
  }

  /** Gives memory and scratch file back. Rows that lay there cannot be asked for afterwards; a writer that comes late does no harm. */
  close(): void {
    this.memory?.forget(this);
    this.memory = null;
    this.scratch?.close();
    this.scratch = null;
  }
}
