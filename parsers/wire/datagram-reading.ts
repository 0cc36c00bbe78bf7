// What a protocol over UDP tells about its datagrams, when one needs to know of those before it (flow/datagram-book.ts asks in order).
// Surprise: only flows in which the protocol was recognised by its bytes are read so; the rest of UDP costs nothing.

export interface DatagramReader {
  /** Takes the datagram of a row of the conversation; gives its note, null when it is not this protocol's. */
  take(bytes: Uint8Array, toServer: boolean, row: number): unknown;
}

/** What the conversation says about one datagram. */
export interface DatagramNote {
  /** Number of the protocol in the registry. */
  readonly protocol: number;
  readonly note: unknown;
}
