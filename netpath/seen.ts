// What only a capture knows of a packet: when it passed, and its bytes. Nobody types these; they answer matches that look at either.
//
// Surprise: `answered` is written to by what was answered so, because an explanation has to say that the capture decided it.
export interface Seen {
  /** Unix seconds. */
  readonly at: number;
  /** From the IP header on, as far as the capture kept them; null where they are not those of the whole packet (a fragment). */
  readonly bytes: Uint8Array | null;
  /** IP total length in bytes, also where the capture kept fewer; null with `bytes`. */
  readonly length: number | null;
  /** Time to live (hop limit) where the node got the packet; null where the capture was taken elsewhere, which may be a hop later. */
  readonly ttl: number | null;
  /** TOS (traffic class) byte; null when not told. */
  readonly tos: number | null;
  /** Don't Fragment; null when not told. */
  readonly df: boolean | null;
  /** Matches and expressions that the capture answered: `-m string`, `meta day`. */
  readonly answered: Set<string>;
}
