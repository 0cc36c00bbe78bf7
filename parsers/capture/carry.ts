// Joins chunks so that a parser sees whole units: a unit inside one chunk is a view on it, a straddling one is copied once.
// Surprise: only the bytes of the one straddling unit are ever gathered. Appending a chunk to the rest of the last one would
// make a large record that arrives in small pieces cost the square of its size, and a corrupt length cost all the memory.

const EMPTY = new Uint8Array(0);

export class Carry {
  /** The unit that `want` made available starts at `bytes[start]`. */
  bytes: Uint8Array;
  view: DataView;
  start: number;
  /** File offset of the unit. */
  offset: number;
  private chunk: Uint8Array;
  private chunkView: DataView;
  private pos: number;
  private held: Uint8Array;
  private heldView: DataView;
  private heldLength: number;
  private toSkip: number;
  /** File offset of the unit that is being skipped. */
  skippedFrom: number;

  constructor() {
    this.bytes = EMPTY;
    this.view = new DataView(EMPTY.buffer);
    this.start = 0;
    this.offset = 0;
    this.chunk = EMPTY;
    this.chunkView = this.view;
    this.pos = 0;
    this.held = EMPTY;
    this.heldView = this.view;
    this.heldLength = 0;
    this.toSkip = 0;
    this.skippedFrom = 0;
  }

  /** Gives the next chunk. The one before must be used up: `want` answered false or everything was taken. */
  append(chunk: Uint8Array): void {
    if (this.pos < this.chunk.length) {
      // Rare: the caller appended without reading. Join what is left, so that nothing is lost.
      const rest = this.chunk.length - this.pos;
      const joined = new Uint8Array(rest + chunk.length);
      joined.set(this.chunk.subarray(this.pos), 0);
      joined.set(chunk, rest);
      this.chunk = joined;
    } else {
      this.chunk = chunk;
    }
    this.chunkView = new DataView(this.chunk.buffer, this.chunk.byteOffset, this.chunk.byteLength);
    this.pos = 0;
  }

  /** Bytes of the current unit that are there but not enough; for the message at the end of the file. */
  get pending(): number {
    return this.heldLength + (this.chunk.length - this.pos);
  }

  /** Bytes that a `skip` still waits for. */
  get skipping(): number {
    return this.toSkip;
  }

  /** True when `size` bytes of the current unit are there, at `bytes[start]`. Ask again with a larger size as it is known. */
  want(size: number): boolean {
    if (this.toSkip > 0 && !this.skipMore()) return false;
    if (this.heldLength === 0) {
      if (this.chunk.length - this.pos >= size) {
        this.bytes = this.chunk;
        this.view = this.chunkView;
        this.start = this.pos;
        return true;
      }
      if (this.pos === this.chunk.length) return false;
    }
    if (this.heldLength < size) {
      const take = Math.min(size - this.heldLength, this.chunk.length - this.pos);
      this.reserve(this.heldLength + take);
      this.held.set(this.chunk.subarray(this.pos, this.pos + take), this.heldLength);
      this.heldLength += take;
      this.pos += take;
      if (this.heldLength < size) return false;
    }
    this.bytes = this.held;
    this.view = this.heldView;
    this.start = 0;
    return true;
  }

  /** Ends the unit: goes `size` bytes on from its start. Bytes not there yet are skipped as they come, never held. */
  take(size: number): void {
    this.skippedFrom = this.offset;
    this.offset += size;
    const fromChunk = size - this.heldLength;
    this.heldLength = 0;
    if (fromChunk <= this.chunk.length - this.pos) {
      this.pos += fromChunk;
      return;
    }
    this.toSkip = fromChunk - (this.chunk.length - this.pos);
    this.pos = this.chunk.length;
  }

  /** Throws the chunk away: nothing after this place can be read. */
  discard(): void {
    this.pos = this.chunk.length;
    this.heldLength = 0;
    this.toSkip = 0;
  }

  private skipMore(): boolean {
    const step = Math.min(this.toSkip, this.chunk.length - this.pos);
    this.pos += step;
    this.toSkip -= step;
    return this.toSkip === 0;
  }

  private reserve(size: number): void {
    if (this.held.length >= size) return;
    const grown = new Uint8Array(Math.max(256, size, this.held.length * 2));
    grown.set(this.held.subarray(0, this.heldLength));
    this.held = grown;
    this.heldView = new DataView(grown.buffer);
  }
}
