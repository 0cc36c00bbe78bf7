// Several streams of packets into one, by time. Each stream keeps its own order; equal times go by the order of the points.
// Surprise: a stream that is silent may only be late (the kernel hands packets over in blocks, up to a second old, where no quick capture
// runs), so a packet waits until every open stream has a later one or until it is older than the window. Late ones are written all the same.
import { CaptureReader } from '../../parsers/capture/reader.ts';
import type { CaptureRecord } from '../../parsers/capture/record.ts';

/** Takes one packet; its bytes are lent for the call. */
export type TakePacket = (stream: number, record: CaptureRecord) => void;

class Stream {
  readonly reader = new CaptureReader();
  private readonly chunks: Uint8Array[] = [];
  queuedBytes = 0;
  private headThere = false;
  private endSaid = false;
  ended = false;

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.queuedBytes += chunk.length;
  }

  /** The next packet, or null when it has not arrived. */
  head(): CaptureRecord | null {
    if (this.headThere) return this.reader.record;
    for (;;) {
      if (this.reader.read()) {
        this.headThere = true;
        return this.reader.record;
      }
      const chunk = this.chunks.shift();
      if (chunk === undefined) {
        if (this.ended && !this.endSaid) {
          this.endSaid = true;
          this.reader.end();
        }
        return null;
      }
      this.queuedBytes -= chunk.length;
      this.reader.append(chunk);
    }
  }

  take(): void {
    this.headThere = false;
  }
}

export class Merge {
  private readonly streams: Stream[] = [];

  /** Streams are numbered from 0. */
  addStream(): number {
    return this.streams.push(new Stream()) - 1;
  }

  private at(stream: number): Stream {
    const found = this.streams[stream];
    if (found === undefined) throw new RangeError(`stream ${stream} of ${this.streams.length}`);
    return found;
  }

  push(stream: number, chunk: Uint8Array): void {
    this.at(stream).push(chunk);
  }

  end(stream: number): void {
    this.at(stream).ended = true;
  }

  /** Link type, once the stream's header has arrived; null until then, or when it ended without one. */
  linkType(stream: number): number | null {
    const { reader } = this.at(stream);
    if (reader.interfaces.length === 0) this.at(stream).head();
    return reader.interfaces[0]?.linkType ?? null;
  }

  /** What was wrong with a stream's bytes; null when nothing. */
  problem(stream: number): string | null {
    return this.at(stream).reader.issues[0]?.message ?? null;
  }

  get queuedBytes(): number {
    let sum = 0;
    for (const stream of this.streams) sum += stream.queuedBytes;
    return sum;
  }

  /**
   * Gives packets in order for as long as `more` says so: all that are earlier than `seconds.nanos`, and later ones while no open
   * stream could still bring an earlier one.
   */
  advance(seconds: number, nanos: number, take: TakePacket, more: () => boolean = () => true): void {
    const { streams } = this;
    while (more()) {
      let best: CaptureRecord | null = null;
      let bestStream = 0;
      let complete = true;
      for (let i = 0; i < streams.length; i++) {
        const stream = streams[i];
        if (stream === undefined) continue;
        const head = stream.head();
        if (head === null) {
          if (!stream.ended) complete = false;
        } else if (
          best === null ||
          head.seconds < best.seconds ||
          (head.seconds === best.seconds && head.nanos < best.nanos)
        ) {
          best = head;
          bestStream = i;
        }
      }
      if (best === null) return;
      if (!complete && (best.seconds > seconds || (best.seconds === seconds && best.nanos > nanos))) return;
      take(bestStream, best);
      streams[bestStream]?.take();
    }
  }
}
