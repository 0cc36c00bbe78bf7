// Two captures of one point made one: the patient one misses nothing but is up to a second late, the quick one is at once but drops what
// does not fit its few frames. What the quick one gives goes out first; of the patient one only what was not given yet.
// A quick one that begins later than the patient one is held until that has given all from before, so that order is kept; the first one
// begins earlier, so that nothing is from before.
// Surprise: packets are known again by their bytes, not by their times, since each socket may take its own time. Equal packets are
// counted, so that none is lost and none is told twice.

/** A pcap file header, and the one of each record; both captures write this machine's byte order. */
const fileHeader = 24;
const recordHeader = 16;
/** Beyond this the stream is not what we think it is, and is passed on as it is. */
const longestRecord = 1 << 24;
/** Of long packets only both ends are compared. */
const comparedBytes = 1024;

/** Cuts a pcap stream at its records, whatever its chunks are. */
class Records {
  private rest = new Uint8Array(0);
  headerThere = false;
  damaged = false;
  /** The file header, once. */
  private readonly onHeader: (bytes: Uint8Array) => void;

  constructor(onHeader: (bytes: Uint8Array) => void) {
    this.onHeader = onHeader;
  }

  /** @param keep says of each whole record whether it goes on; runs of those that do come as one piece */
  push(
    chunk: Uint8Array,
    keep: (all: Uint8Array, start: number, end: number) => boolean,
    on: (run: Uint8Array) => void,
  ) {
    const all = new Uint8Array(this.rest.length + chunk.length);
    all.set(this.rest);
    all.set(chunk, this.rest.length);
    let at = 0;
    if (!this.headerThere) {
      if (all.length < fileHeader) {
        this.rest = all;
        return;
      }
      this.headerThere = true;
      this.onHeader(all.subarray(0, fileHeader));
      at = fileHeader;
    }
    const view = new DataView(all.buffer);
    let runStart = at;
    while (!this.damaged && at + recordHeader <= all.length) {
      const end = at + recordHeader + view.getUint32(at + 8, true);
      if (end - at > longestRecord) this.damaged = true;
      if (this.damaged || end > all.length) break;
      if (!keep(all, at, end)) {
        if (at > runStart) on(all.subarray(runStart, at));
        runStart = end;
      }
      at = end;
    }
    if (this.damaged) at = all.length;
    if (at > runStart) on(all.subarray(runStart, at));
    this.rest = all.slice(at);
  }

  /** What came of a record that will not be whole any more. */
  end(): Uint8Array {
    const { rest } = this;
    this.rest = new Uint8Array(0);
    return rest;
  }
}

/** FNV-1a over the lengths and the packet. */
function keyOf(all: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  const mix = (from: number, to: number) => {
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (all[i] ?? 0), 0x01000193);
  };
  const packet = start + recordHeader;
  mix(start + 8, packet);
  if (end - packet <= 2 * comparedBytes) mix(packet, end);
  else {
    mix(packet, packet + comparedBytes);
    mix(end - comparedBytes, end);
  }
  return hash >>> 0;
}

/** How often each was added and not taken off; what stays for two ages is forgotten. */
class Counted {
  private newer = new Map<number, number>();
  private older = new Map<number, number>();

  get empty(): boolean {
    return this.newer.size === 0 && this.older.size === 0;
  }

  add(key: number): void {
    this.newer.set(key, (this.newer.get(key) ?? 0) + 1);
  }

  takeOff(key: number): boolean {
    for (const of of [this.older, this.newer]) {
      const times = of.get(key);
      if (times === undefined) continue;
      if (times === 1) of.delete(key);
      else of.set(key, times - 1);
      return true;
    }
    return false;
  }

  age(): void {
    this.older = this.newer;
    this.newer = new Map();
  }

  clear(): void {
    this.newer.clear();
    this.older.clear();
  }
}

export class Early {
  /** Records seen since they were last asked for, of the patient and of the quick one. */
  patientRecords = 0;
  quickRecords = 0;
  quickBytes = 0;
  private readonly out: (bytes: Uint8Array) => void;
  /** Given early and not seen in the patient one yet. */
  private readonly early = new Counted();
  /** Given by the patient one first, as happens when a burst fills its block. */
  private readonly late = new Counted();
  private readonly patient: Records;
  private quick: Records | null = null;
  /** Of a quick one that has just begun; null once it is given at once. */
  private held: { readonly key: number; readonly bytes: Uint8Array }[] | null = null;

  constructor(out: (bytes: Uint8Array) => void) {
    this.out = out;
    this.patient = new Records(out);
  }

  get begun(): boolean {
    return this.patient.headerThere;
  }

  fromPatient(chunk: Uint8Array): void {
    this.patient.push(chunk, this.isNew, this.out);
  }

  private readonly isNew = (all: Uint8Array, start: number, end: number): boolean => {
    this.patientRecords += 1;
    if (this.quick === null && this.early.empty) return true;
    const key = keyOf(all, start, end);
    if (this.early.takeOff(key)) return false;
    if (this.quick !== null) this.late.add(key);
    return true;
  };

  /** The quick one listens. */
  get quickBegun(): boolean {
    return this.quick?.headerThere ?? false;
  }

  /** Another quick capture begins; what the last one left half is in the patient one. */
  beginQuick(): void {
    this.quick = new Records(() => undefined);
    this.held = [];
  }

  /** The patient one has given all from before the quick one began. */
  release(): void {
    for (const { key, bytes } of this.held ?? []) if (this.isEarly(key)) this.out(bytes);
    this.held = null;
  }

  get isHolding(): boolean {
    return this.held !== null;
  }

  private isEarly(key: number): boolean {
    if (this.late.takeOff(key)) return false;
    this.early.add(key);
    return true;
  }

  fromQuick(chunk: Uint8Array): void {
    this.quick?.push(chunk, this.given, this.out);
  }

  private readonly given = (all: Uint8Array, start: number, end: number): boolean => {
    this.quickRecords += 1;
    this.quickBytes += end - start;
    const key = keyOf(all, start, end);
    if (this.held === null) return this.isEarly(key);
    this.held.push({ key, bytes: all.slice(start, end) });
    return false;
  };

  endQuick(): void {
    this.quick = null;
    this.held = null;
    this.late.clear();
  }

  /** Call it every two seconds or more: what is not confirmed after two calls was dropped by the patient one. */
  age(): void {
    this.early.age();
    this.late.age();
  }

  end(): void {
    const rest = this.patient.end();
    if (rest.length > 0) this.out(rest);
  }
}
