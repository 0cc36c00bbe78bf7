// Recognises the same packet at several capture points of one node, before and after NAT, while packets come by in order of time. What one
// packet costs does not depend on how many came before: only packets of the last seconds wait for further sightings, and only so many.
// Surprise: packets can be alike (UDP without IP identification, repeated RSTs). The same point never sees one packet twice alike, so
// a second like it there begins another packet; and what only looks alike is joined only where its addresses fit.
import type { DatagramId } from './datagrams.ts';
import type { Sighting } from './sighting.ts';
import { Tuples } from './tuples.ts';

/** A packet waits so long for its next sighting: neighbours are asked three times a second apart before it is given up. */
export const waitNs = 3e9;
/** Packets alike that are this close may overtake nothing: the oldest comes first. */
const queueNs = 1e8;
/** NAT of both ends at once, of a packet without numbers of its own, is believed within this time. */
const swiftNs = 2e7;
const openLimit = 1 << 17;
const alikeLimit = 32;
const learnedLimit = 1 << 17;
const learnedPer = 8;
const SYN = 2;
const ACK = 16;

export interface Seen {
  /** The caller's number for this row. */
  readonly place: number;
  readonly point: number;
  readonly ns: number;
  readonly ttl: number;
  /** Directed number of its addresses, see `Tuples`. */
  readonly tuple: number;
  /** Inside a tunnel here. */
  readonly isInner: boolean;
}

/** One packet, wherever it was seen, in order of time. */
export interface JoinedPacket {
  readonly seen: readonly Seen[];
  readonly protocol: number;
  readonly isToMany: boolean;
  readonly datagram: DatagramId | null;
  readonly isTcp: boolean;
  /** Without the answer's ACK: it begins a connection. */
  readonly isSyn: boolean;
  readonly isSynAck: boolean;
  readonly seq: number;
  readonly payloadLength: number;
}

interface Open extends JoinedPacket {
  readonly seen: Seen[];
  readonly key: number;
  readonly more: number;
  readonly moreLength: number;
  isClosed: boolean;
  /** When it is looked at again. */
  dueNs: number;
}

export interface JoinerEvents {
  /** A row was recognised as the packet that `earlier` showed. */
  link(earlier: number, later: number): void;
  /** No more sightings of this packet are awaited. */
  close(packet: JoinedPacket): void;
}

const lastOf = (packet: JoinedPacket): Seen | undefined => packet.seen[packet.seen.length - 1];

export class Joiner {
  readonly tuples = new Tuples();
  private readonly events: JoinerEvents;
  private readonly open = new Map<number, Open[]>();
  private queue: Open[] = [];
  private head = 0;
  private nowNs = Number.NEGATIVE_INFINITY;
  /** Addresses that were seen to be rewritten into each other, by directed number. */
  private readonly learned = new Map<number, number[]>();

  constructor(events: JoinerEvents) {
    this.events = events;
  }

  /** Says that packets of `a` go on as `b`, from what others know (conntrack, the simulator). */
  learn(a: number, b: number): void {
    if (a === b) return;
    for (const [from, to] of [
      [a, b],
      [b, a],
      [a ^ 1, b ^ 1],
      [b ^ 1, a ^ 1],
    ] as const) {
      const known = this.learned.get(from);
      if (known === undefined) this.learned.set(from, [to]);
      else if (!known.includes(to) && known.length < learnedPer) known.push(to);
    }
    if (this.learned.size <= learnedLimit) return;
    for (const key of this.learned.keys()) {
      this.learned.delete(key);
      if (this.learned.size <= learnedLimit * 0.75) return;
    }
  }

  /** The next packet in order of time. @param ns since any fixed moment; a step back counts as now. Returns the number of its addresses. */
  take(s: Sighting, place: number, point: number, ns: number): number {
    this.nowNs = Math.max(this.nowNs, ns);
    this.expire(this.nowNs - waitNs, openLimit);
    const tuple = this.tuples.numberOf(s);
    const seen: Seen = { place, point, ns, ttl: s.ttl, tuple, isInner: s.isInner };
    const alike = this.open.get(s.key);
    const found = alike === undefined ? null : this.choose(alike, s, seen);
    if (found !== null) {
      const before = lastOf(found);
      found.seen.push(seen);
      if (before !== undefined) {
        // Not only from point to point: the answer may be translated back in one step.
        for (const { tuple: earlier } of found.seen) this.learn(earlier, tuple);
        this.events.link(before.place, place);
      }
      return tuple;
    }
    const packet: Open = {
      seen: [seen],
      key: s.key,
      protocol: s.protocol,
      isToMany: s.isToMany,
      datagram: s.datagram,
      isTcp: s.isTcp,
      isSyn: s.isTcp && (s.tcpFlags & (SYN | ACK)) === SYN,
      isSynAck: s.isTcp && (s.tcpFlags & (SYN | ACK)) === (SYN | ACK),
      seq: s.seq,
      payloadLength: s.payloadLength,
      more: s.more,
      moreLength: s.moreLength,
      isClosed: false,
      dueNs: ns,
    };
    this.queue.push(packet);
    if (alike === undefined) this.open.set(s.key, [packet]);
    else {
      alike.push(packet);
      const oldest = alike.length > alikeLimit ? alike[0] : undefined;
      if (oldest !== undefined) this.finish(oldest);
    }
    return tuple;
  }

  /** The packet among those alike that this is a further sighting of; null when it is another one. */
  private choose(alike: readonly Open[], s: Sighting, seen: Seen): Open | null {
    let near: Open | null = null;
    let newest: Open | null = null;
    let strange: Open | null = null;
    let strangers = 0;
    for (const packet of alike) {
      const last = lastOf(packet);
      if (last === undefined || seen.ns - last.ns > waitNs || !canGoOn(packet, s, seen)) continue;
      if (this.fits(last.tuple, seen.tuple)) {
        newest = packet;
        if (near === null && seen.ns - last.ns <= queueNs) near = packet;
      } else if (s.isStrong && (s.isTcp || seen.ns - last.ns <= swiftNs)) {
        strange = packet;
        strangers += 1;
      }
    }
    return near ?? newest ?? (strangers === 1 || s.isTcp ? strange : null);
  }

  private fits(a: number, b: number): boolean {
    return a === b || this.tuples.shareAnEnd(a, b) || (this.learned.get(a)?.includes(b) ?? false);
  }

  private expire(beforeNs: number, most: number): void {
    while (this.head < this.queue.length) {
      const oldest = this.queue[this.head];
      const last = oldest === undefined ? undefined : lastOf(oldest);
      if (oldest === undefined || last === undefined) return;
      const isCrowded = this.queue.length - this.head > most;
      if (!oldest.isClosed && !isCrowded) {
        if (oldest.dueNs > beforeNs) break;
        if (last.ns > beforeNs) {
          // Seen again since: it waits once more, and each sighting buys at most one such turn.
          oldest.dueNs = last.ns;
          this.head += 1;
          this.queue.push(oldest);
          continue;
        }
      }
      this.head += 1;
      if (!oldest.isClosed) this.finish(oldest);
    }
    if (this.head > 4096 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }

  private finish(packet: Open): void {
    packet.isClosed = true;
    const alike = this.open.get(packet.key);
    if (alike !== undefined) {
      if (alike.length === 1) this.open.delete(packet.key);
      else alike.splice(alike.indexOf(packet), 1);
    }
    this.events.close(packet);
  }

  /** Nothing more comes. */
  end(): void {
    for (const packet of this.queue.slice(this.head)) if (!packet.isClosed) this.finish(packet);
    this.queue = [];
    this.head = 0;
  }
}

/** Could the packet come by this point now? Not where it was already, unless the node changed it meanwhile: routed, or rewritten. */
function canGoOn(packet: Open, s: Sighting, seen: Seen): boolean {
  if (packet.moreLength === s.moreLength && packet.more !== s.more) return false;
  for (const at of packet.seen) {
    if (at.point === seen.point && at.ttl <= seen.ttl && at.tuple === seen.tuple && at.isInner === seen.isInner)
      return false;
  }
  return packet.seen.length < alikeLimit;
}
