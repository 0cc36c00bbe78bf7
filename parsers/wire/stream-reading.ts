// What a TCP protocol tells about its messages, so that segments can be put together (flow/stream-book.ts does it).
// Surprise: a reader sees every message of its conversation once and in order, however the user jumps about; what a message needs
// to know of the ones before it (the version, the keys, the header table) is handed back as its note and kept with it.

/** The message goes on; how far is not known before the next segment. */
export const ONE_MORE = -1;
/** The message ends where the connection does. */
export const UNTIL_FIN = -2;
/** No message of this protocol begins here. */
export const NOT_MINE = -3;

/** In place of the name of a protocol: what follows on the connection is not read. */
export const UNREAD = 'data';

export interface StreamReader {
  /**
   * Bytes of the message that begins at `at`: its size (also when more than `end - at`; it is asked again when so many are there),
   * or one of the constants above.
   */
  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number;
  /** Takes a whole message, which `row` completes; gives its note. */
  take(bytes: Uint8Array, at: number, end: number, toServer: boolean, row: number): unknown;
  /** Takes what was captured of a message that the snap length cut; gives its note. Without it, cut segments are read by themselves. */
  takeCut?(bytes: Uint8Array, at: number, end: number, toServer: boolean, row: number): unknown;
  /** Text that stands in the list for a message that begins here and goes on in the next segment; the segment's own without. */
  begins?(bytes: Uint8Array, at: number, end: number): string | null;
  /**
   * Display-filter name of the protocol that follows on this connection from the next message on, '' to find out, UNREAD when the rest is
   * nobody's; null while it is this one.
   */
  readonly switchTo: string | null;
}

/** Messages of one kind, one after the other, for which no order matters. */
export function sizedBy(size: (bytes: Uint8Array, at: number, end: number) => number): () => StreamReader {
  return () => ({ size, take: () => null, switchTo: null });
}

/** Messages of one protocol within a segment, or within what was put together from several. */
export interface StreamPart {
  /** Number of the protocol in the registry. */
  readonly protocol: number;
  /** Null: the bytes are this segment's own payload, from its start on. */
  readonly assembled: Uint8Array | null;
  readonly from: number;
  readonly to: number;
  /** One a message. */
  readonly notes: readonly unknown[];
  readonly toServer: boolean;
  /** Packet numbers and sizes of the segments that it was put together from. */
  readonly segments: readonly { readonly no: number; readonly size: number }[];
}

/** What the payload of one TCP segment is. */
export interface SegmentParts {
  readonly parts: readonly StreamPart[];
  /** Bytes at the payload's end that belong to a message which goes on in later segments, or which this segment did not end. */
  readonly fragment: number;
  /** Text for the list in place of the segment's own; null without. */
  readonly begins: string | null;
  /** Number of the protocol of which a message begins here and goes on in later segments; 0 without. */
  readonly begun: number;
  /** Where bytes begin that no protocol claims; -1 without. */
  readonly dataFrom: number;
  /** Before the parts stand bytes of a message that misses others. */
  readonly leads: boolean;
  /** It came out of order into a message that was put together before. */
  readonly overlaps: boolean;
}
