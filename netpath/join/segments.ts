// Which TCP bytes passed each point lately. A segment that leaves a queue in several pieces (tbf cuts what GSO joined), or comes joined by
// GRO, has no counterpart of its size at the next point, and is not lost for that.

const perEnd = 128;
const ends = 8192;
/** What comes later than this was sent again. */
const aboutNs = 5e8;

interface Range {
  readonly seq: number;
  readonly length: number;
  readonly ns: number;
}

export class Segments {
  private readonly byEnd = new Map<number, Range[]>();

  /** @param tuple directed number of the addresses as this point saw them */
  note(point: number, tuple: number, seq: number, length: number, ns: number): void {
    if (length === 0) return;
    const key = tuple * 65_536 + point;
    const known = this.byEnd.get(key);
    if (known === undefined) {
      this.byEnd.set(key, [{ seq, length, ns }]);
      if (this.byEnd.size > ends) this.forgetOldest();
      return;
    }
    known.push({ seq, length, ns });
    if (known.length > perEnd * 2) known.splice(0, perEnd);
  }

  private forgetOldest(): void {
    for (const key of this.byEnd.keys()) {
      this.byEnd.delete(key);
      if (this.byEnd.size <= ends * 0.75) return;
    }
  }

  /** Were all of these bytes seen there at about that time, in other segments? One of the same size would be the packet itself, sent again. */
  covers(point: number, tuple: number, seq: number, length: number, ns: number): boolean {
    const known = this.byEnd.get(tuple * 65_536 + point);
    if (known === undefined) return false;
    // Sequence numbers wrap: everything is measured from the segment's own.
    const parts = known
      .filter((part) => Math.abs(part.ns - ns) <= aboutNs && (part.seq !== seq || part.length !== length))
      .map((part) => ({ from: (part.seq - seq) | 0, to: ((part.seq - seq) | 0) + part.length }))
      .filter(({ from, to }) => to > 0 && from < length)
      .sort((a, b) => a.from - b.from);
    let covered = 0;
    for (const { from, to } of parts) {
      if (from > covered) return false;
      covered = Math.max(covered, to);
    }
    return covered >= length;
  }
}
