// What a statistic is given and what it must do: one packet after the other in list order, an answer at any time.
// Surprise: times count from the first packet of the list, not from the first one that passes a filter, as tshark's do.
import type { CaptureIndex } from '../index/capture-index.ts';
import { PacketIndex } from '../index/packet-index.ts';

/** One packet. `capture` numbers the capture among those merged; `ns` are nanoseconds since the first packet of the list. */
export interface CountedPacket {
  readonly index: PacketIndex;
  readonly capture: number;
  readonly row: number;
  readonly ns: number;
  /** Bytes on the wire. */
  readonly length: number;
  /** The captured bytes, read when asked for. */
  readonly frame: () => Uint8Array;
}

export interface Statistic<T> {
  take(packet: CountedPacket): void;
  result(): T;
}

/** A row of an index as a statistic takes it; `baseNs` is the time of the list's first packet. */
export function countedPacket(
  index: CaptureIndex,
  capture: number,
  row: number,
  baseNs: bigint,
  frame: () => Uint8Array,
): CountedPacket {
  if (!(index instanceof PacketIndex)) throw new TypeError('this index was not made by CaptureIndexer');
  return { index, capture, row, ns: Number(index.timestampNs(row) - baseNs), length: index.length(row), frame };
}
