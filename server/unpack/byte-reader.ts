// A pull reader over a stream of chunks: look ahead, take exactly so many bytes, hand out the rest. Chunks are lent, not copied,
// unless a request straddles two of them.
// Surprise: when the source fails, what came before is handed out first; `peek` never throws, `read` and `take` do at that place.

export type Bytes = AsyncIterable<Uint8Array>;

const nothing = new Uint8Array(0);

export class ByteReader {
  /** Bytes consumed so far. */
  offset = 0;
  private readonly source: AsyncIterator<Uint8Array>;
  private held: Uint8Array = nothing;
  private ended = false;
  private failure: { readonly error: unknown } | null = null;

  constructor(source: Bytes) {
    this.source = source[Symbol.asyncIterator]();
  }

  private async pull(): Promise<Uint8Array | null> {
    while (!this.ended) {
      try {
        const next = await this.source.next();
        if (next.done) this.ended = true;
        else if (next.value.length > 0) return next.value;
      } catch (error) {
        this.failure = { error };
        this.ended = true;
      }
    }
    return null;
  }

  /** The next `wanted` bytes without consuming them; fewer only at the end. */
  async peek(wanted: number): Promise<Uint8Array> {
    if (this.held.length < wanted) {
      const parts = [this.held];
      let have = this.held.length;
      while (have < wanted) {
        const chunk = await this.pull();
        if (chunk === null) break;
        parts.push(chunk);
        have += chunk.length;
      }
      this.held = joined(parts, have);
    }
    return this.held.subarray(0, wanted);
  }

  /** Exactly `wanted` bytes; fewer only at the end. */
  async read(wanted: number): Promise<Uint8Array> {
    const bytes = await this.peek(wanted);
    if (bytes.length < wanted && this.failure !== null) throw this.failure.error;
    this.held = this.held.subarray(bytes.length);
    this.offset += bytes.length;
    return bytes;
  }

  /** Up to `wanted` bytes in the chunks they came in. */
  async *take(wanted: number): Bytes {
    let left = wanted;
    while (left > 0) {
      const chunk = this.held.length > 0 ? this.held : await this.pull();
      if (chunk === null) {
        if (this.failure !== null) throw this.failure.error;
        return;
      }
      const part = chunk.subarray(0, left);
      this.held = chunk.subarray(part.length);
      this.offset += part.length;
      left -= part.length;
      yield part;
    }
  }

  rest(): Bytes {
    return this.take(Number.POSITIVE_INFINITY);
  }
}

export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
