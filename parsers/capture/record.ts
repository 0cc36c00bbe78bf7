// What the capture reader hands out: interfaces, and one packet record at a time in a reused holder.
// Surprise: `CaptureRecord` is lent, not given. The next `read()` overwrites it, and its bytes may be a view on the chunk.

/** An interface of the capture file. A pcap file has exactly one, with id 0. */
export interface CaptureInterface {
  readonly id: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly linkType: number;
  /** `ETHERNET`, `LINUX_SLL2`, … */
  readonly linkTypeName: string;
  /** As the file says; 0 means no limit in pcapng, and files exist where it is absurd. */
  readonly snaplen: number;
  /** The capture filter that ran here, as the file says (pcapng); null where it says none. */
  readonly filter: string | null;
  /** Its `if_tsresol` and `if_tsoffset`: how times of its blocks are counted. */
  readonly resolution: number;
  readonly offsetSeconds: number;
  /** Comments on it, as the file says (pcapng). */
  readonly comments: readonly string[];
  /** Packets that passed the filter and were lost, from the last interface statistics; null before any. */
  dropped: number | null;
}

/** One packet as it stands in the file. Hot: the constructor assigns every field, so that the shape never changes. */
export class CaptureRecord {
  /** Buffer that holds the frame, at `start`. Lent until the next `read()`. */
  view: DataView;
  bytes: Uint8Array;
  start: number;
  /** Offset of the first frame byte in the file. */
  fileOffset: number;
  /** Bytes captured, bytes on the wire. */
  caplen: number;
  length: number;
  /** Time since the epoch; `seconds` may be negative or beyond 32 bits with if_tsoffset, `nanos` is 0–999,999,999. */
  seconds: number;
  nanos: number;
  interfaceId: number;
  linkType: number;

  constructor() {
    this.bytes = new Uint8Array(0);
    this.view = new DataView(this.bytes.buffer);
    this.start = 0;
    this.fileOffset = 0;
    this.caplen = 0;
    this.length = 0;
    this.seconds = 0;
    this.nanos = 0;
    this.interfaceId = 0;
    this.linkType = 0;
  }
}
