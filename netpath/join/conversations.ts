// What joined packets say of the conversations they belong to: which points each direction passes and how long it takes between them, what
// the node rewrote, and which packets stopped where others went on. Surprise: it keeps no packet, only counts by the points that packets
// were seen at, with a few examples of each; so it costs the same for ten packets of a conversation and for a million.
import type { Datagrams } from './datagrams.ts';
import type { JoinedPacket, Seen } from './joiner.ts';
import type { Segments } from './segments.ts';

/** How much is kept; what comes later is left out, or the oldest given up. */
export interface JoinLimits {
  readonly conversations: number;
  readonly pairs: number;
}
const usualLimits: JoinLimits = { conversations: 20_000, pairs: 10_000 };
const kindLimit = 24;
export const exampleLimit = 5;

/** A point that a packet passes again (into a bridge and out of it, in and out of one veth) counts as one more point. */
const pass = 65_536;
export const pointOfPass = (passed: number): number => passed % pass;

/** Packets of one direction that were seen at the same points, in the same order. */
export interface Kind {
  /** See `pointOfPass`. */
  readonly points: readonly number[];
  /** Points where only the bytes were seen, in segments cut otherwise (GSO, GRO, a tbf queue) or fragments put together. */
  readonly elsewhere: readonly number[];
  packets: number;
  firstNs: number;
  lastNs: number;
  /** Place of the first sighting of each of the first few. */
  readonly examples: { readonly place: number; readonly ns: number }[];
}

export interface Transit {
  readonly from: number;
  readonly to: number;
  packets: number;
  sumNs: number;
  minNs: number;
  maxNs: number;
}

export interface Direction {
  packets: number;
  readonly kinds: Map<string, Kind>;
  readonly transits: Map<number, Transit>;
  /** Kinds that no longer fitted: nothing is said of losses then. */
  uncounted: number;
}

export interface Conversation {
  readonly id: number;
  readonly protocol: number;
  /** Multicast and broadcast go every way at once: nothing is lost where they end. */
  readonly isToMany: boolean;
  /** Its addresses at each point, the way of the client's packets: directed numbers of `Tuples`. */
  readonly at: Map<number, number>;
  readonly toServer: Direction;
  readonly toClient: Direction;
  readonly firstNs: number;
  /** Which directed numbers go to the server. */
  readonly ways: Map<number, boolean>;
  readonly pairs: Set<string>;
}

/** A rewrite that the node did: told for the way to the server, the answers' way back is the same pair. */
export interface NatPair {
  readonly what: 'destination' | 'source';
  /** Directed numbers, the way to the server, of one connection that shows it. */
  readonly before: number;
  readonly after: number;
  /** The points between which it happened. */
  readonly from: number;
  readonly to: number;
  packets: number;
  connections: number;
  readonly firstPlace: number;
}

/** What a rewrite is called: `destination` and `source` parts that differ; the text is only compared. */
export type PairText = (what: 'destination' | 'source', before: number, after: number) => string | null;

const direction = (): Direction => ({ packets: 0, kinds: new Map(), transits: new Map(), uncounted: 0 });

export class Conversations {
  readonly pairs = new Map<string, NatPair>();
  /** First sighting at each point, and the last. */
  readonly spans = new Map<number, { firstNs: number; lastNs: number }>();
  private readonly byTuple = new Map<number, Conversation>();
  private readonly all = new Map<number, Conversation>();
  private readonly pairText: PairText;
  private readonly segments: Segments;
  private readonly datagrams: Datagrams;
  private next = 0;
  /** Conversations that were given up because there are too many. */
  forgotten = 0;
  /** There were more NAT pairs than are kept. */
  pairsAreCut = false;
  private readonly limits: JoinLimits;

  constructor(pairText: PairText, segments: Segments, datagrams: Datagrams, limits: JoinLimits = usualLimits) {
    this.limits = limits;
    this.pairText = pairText;
    this.segments = segments;
    this.datagrams = datagrams;
  }

  list(): Iterable<Conversation> {
    return this.all.values();
  }

  /** The conversation that addresses belong to, whichever point saw them. */
  of(tuple: number): Conversation | null {
    return this.byTuple.get(tuple & ~1) ?? null;
  }

  see(point: number, ns: number): void {
    const span = this.spans.get(point);
    if (span === undefined) this.spans.set(point, { firstNs: ns, lastNs: ns });
    else if (ns > span.lastNs) span.lastNs = ns;
  }

  close(packet: JoinedPacket): void {
    const first = packet.seen[0];
    if (first === undefined) return;
    const conversation = this.conversationOf(packet, first);
    const toServer = this.isToServer(conversation, packet, first.tuple);
    for (const { tuple, point } of packet.seen) {
      conversation.ways.set(tuple, toServer);
      conversation.ways.set(tuple ^ 1, !toServer);
      if (!conversation.at.has(point)) conversation.at.set(point, toServer ? tuple : tuple ^ 1);
    }
    const way = toServer ? conversation.toServer : conversation.toClient;
    way.packets += 1;
    this.count(conversation, way, packet, first);
    let before: Seen | null = null;
    for (const seen of packet.seen) {
      if (before !== null) {
        transit(way, before, seen);
        if (before.tuple !== seen.tuple) this.rewritten(conversation, toServer, before, seen);
      }
      before = seen;
    }
  }

  private conversationOf(packet: JoinedPacket, first: Seen): Conversation {
    let known = this.byTuple.get(first.tuple & ~1) ?? null;
    // A new connection may come by addresses that an earlier one left (a port of masquerade used again): it is not that one.
    if (known === null && !packet.isSyn) {
      for (const { tuple } of packet.seen) known ??= this.byTuple.get(tuple & ~1) ?? null;
    }
    const found = known ?? this.begin(packet, first);
    for (const { tuple } of packet.seen) {
      if (packet.isSyn || !this.byTuple.has(tuple & ~1)) this.byTuple.set(tuple & ~1, found);
    }
    return found;
  }

  private begin(packet: JoinedPacket, first: Seen): Conversation {
    const conversation: Conversation = {
      id: this.next,
      protocol: packet.protocol,
      isToMany: packet.isToMany,
      at: new Map(),
      toServer: direction(),
      toClient: direction(),
      firstNs: first.ns,
      ways: new Map(),
      pairs: new Set(),
    };
    this.next += 1;
    this.all.set(conversation.id, conversation);
    if (this.all.size > this.limits.conversations) this.forgetOldest();
    return conversation;
  }

  private forgetOldest(): void {
    for (const [id, conversation] of this.all) {
      this.all.delete(id);
      this.forgotten += 1;
      for (const tuple of conversation.ways.keys()) {
        if (this.byTuple.get(tuple & ~1) === conversation) this.byTuple.delete(tuple & ~1);
      }
      if (this.all.size <= this.limits.conversations * 0.75) return;
    }
  }

  private isToServer(conversation: Conversation, packet: JoinedPacket, tuple: number): boolean {
    if (packet.isSyn) return true;
    const known = conversation.ways.get(tuple);
    return known ?? !packet.isSynAck;
  }

  private count(conversation: Conversation, way: Direction, packet: JoinedPacket, first: Seen): void {
    const points: number[] = [];
    for (const { point } of packet.seen) {
      let passed = point;
      while (points.includes(passed)) passed += pass;
      points.push(passed);
    }
    const elsewhere: number[] = [];
    for (const [point, tuple] of conversation.at) {
      if (points.includes(point)) continue;
      if (packet.datagram !== null && this.datagrams.passed(point, packet.datagram, first.ns)) elsewhere.push(point);
      if (!packet.isTcp || packet.payloadLength === 0) continue;
      const there = way === conversation.toServer ? tuple : tuple ^ 1;
      if (this.segments.covers(point, there, packet.seq, packet.payloadLength, first.ns)) elsewhere.push(point);
    }
    const key = `${points.join(' ')}/${elsewhere.join(' ')}`;
    const known = way.kinds.get(key);
    if (known === undefined) {
      if (way.kinds.size >= kindLimit) {
        way.uncounted += 1;
        return;
      }
      const examples = [{ place: first.place, ns: first.ns }];
      way.kinds.set(key, { points, elsewhere, packets: 1, firstNs: first.ns, lastNs: first.ns, examples });
      return;
    }
    known.packets += 1;
    known.lastNs = Math.max(known.lastNs, first.ns);
    known.firstNs = Math.min(known.firstNs, first.ns);
    if (known.examples.length < exampleLimit) known.examples.push({ place: first.place, ns: first.ns });
  }

  private rewritten(conversation: Conversation, toServer: boolean, before: Seen, after: Seen): void {
    const from = toServer ? before.tuple : after.tuple ^ 1;
    const to = toServer ? after.tuple : before.tuple ^ 1;
    for (const what of ['destination', 'source'] as const) {
      const text = this.pairText(what, from, to);
      if (text === null) continue;
      const key = `${what} ${text}`;
      const known = this.pairs.get(key);
      const isNew = !conversation.pairs.has(key);
      if (isNew && conversation.pairs.size < kindLimit) conversation.pairs.add(key);
      if (known !== undefined) {
        known.packets += 1;
        if (isNew) known.connections += 1;
      } else if (this.pairs.size >= this.limits.pairs) {
        this.pairsAreCut = true;
      } else {
        const between = { from: toServer ? before.point : after.point, to: toServer ? after.point : before.point };
        this.pairs.set(key, {
          what,
          before: from,
          after: to,
          ...between,
          packets: 1,
          connections: 1,
          firstPlace: before.place,
        });
      }
    }
  }
}

function transit(way: Direction, before: Seen, after: Seen): void {
  const key = before.point * pass + after.point;
  const ns = after.ns - before.ns;
  const known = way.transits.get(key);
  if (known === undefined) {
    if (way.transits.size < kindLimit * 2)
      way.transits.set(key, { from: before.point, to: after.point, packets: 1, sumNs: ns, minNs: ns, maxNs: ns });
    return;
  }
  known.packets += 1;
  known.sumNs += ns;
  known.minNs = Math.min(known.minNs, ns);
  known.maxNs = Math.max(known.maxNs, ns);
}
