// One flow, all points: rows of a capture taken at several points go in by order of time, and out come the rows that show the same packet, the
// rewrites between points, the conversations' paths, and where packets were lost. Memory is bounded whatever the capture's size.
import { ipText } from '../../parsers/core/address.ts';
import { Conversations, type JoinLimits } from './conversations.ts';
import { Datagrams } from './datagrams.ts';
import { Joiner } from './joiner.ts';
import { Segments } from './segments.ts';
import type { Sighting } from './sighting.ts';
import { destinationText, sourceText, type Tuple } from './tuples.ts';

export class PacketJoin {
  readonly joiner: Joiner;
  readonly conversations: Conversations;
  private readonly segments = new Segments();
  private readonly datagrams = new Datagrams();

  /** @param link told of each row that shows a packet seen before, with the row that showed it last */
  constructor(link: (earlier: number, later: number) => void, limits?: JoinLimits) {
    const pairText = (what: 'destination' | 'source', before: number, after: number) =>
      this.pairText(what, before, after);
    this.conversations = new Conversations(pairText, this.segments, this.datagrams, limits);
    this.joiner = new Joiner({ link, close: (packet) => this.conversations.close(packet) });
  }

  /** Rewrites that are known from elsewhere (conntrack): packets of `before` go on as `after`. */
  know(before: Tuple, after: Tuple): void {
    this.joiner.learn(this.joiner.tuples.numberOfTuple(before), this.joiner.tuples.numberOfTuple(after));
  }

  /**
   * @param place the caller's number of the row
   * @param point the caller's number of the capture point, below 65,536
   * @param ns nanoseconds since any fixed moment
   * @returns the directed number of its addresses
   */
  take(s: Sighting, place: number, point: number, ns: number): number {
    this.conversations.see(point, ns);
    const tuple = this.joiner.take(s, place, point, ns);
    if (s.isTcp) this.segments.note(point, tuple, s.seq, s.payloadLength, ns);
    if (s.datagram !== null) this.datagrams.note(point, s.datagram, ns);
    return tuple;
  }

  end(): void {
    this.joiner.end();
  }

  /** Destinations are told with their port. Sources without: masquerade takes a port of its own for each connection. */
  private pairText(what: 'destination' | 'source', before: number, after: number): string | null {
    const a = this.joiner.tuples.of(before);
    const b = this.joiner.tuples.of(after);
    if (a === null || b === null) return null;
    const text = what === 'destination' ? destinationText : sourceText;
    if (text(a) === text(b)) return null;
    if (what === 'destination') return `${a.protocol} ${text(a)} ${text(b)}`;
    return `${a.protocol} ${ipText(a.src)} ${ipText(b.src)}`;
  }
}
