// Connection tracking as far as one packet needs it: its state, and which NAT its connection has.
import { type Ip, sameIp } from '../../parsers/core/address.ts';
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import type { ConntrackEntry, Tuple } from '../../parsers/nodestate/state.ts';
import { indexed, ipKey } from './address-index.ts';
import type { Packet } from './packet.ts';
import { TCP_FLAGS } from './packet.ts';

export interface Endpoint {
  readonly ip: Ip;
  readonly port: number | null;
}

/** A zone may count for one direction only (`CT --zone-orig`): the other one is then in zone 0. */
export interface Zone {
  readonly original: number;
  readonly reply: number;
}

export const NO_ZONE: Zone = { original: 0, reply: 0 };

/** The connection of the packet under simulation. `dnat`/`snat` are what was set up, null when that direction is untouched. */
export interface Connection {
  /** False before conntrack has looked at the packet (table raw) and for untracked packets: matches then see no connection. */
  attached: boolean;
  state: 'new' | 'established' | 'related' | 'invalid' | 'untracked';
  /** The packet goes with (original) or against (reply) the direction of the connection's first packet. */
  direction: 'original' | 'reply';
  readonly original: Tuple;
  dnat: Endpoint | null;
  snat: Endpoint | null;
  /** NAT for destination / source is decided (also when decided to be nothing): nat chains are not asked again. */
  dnatDone: boolean;
  snatDone: boolean;
  mark: number;
  /** The conntrack zone that table raw put the packet into, by direction; 0 without. */
  zone: Zone;
  /** A rule has given the packet its zone: it counts as one of a new connection already, and later rules give no other. */
  template: boolean;
  /** Confirmed and seen replies, for --ctstatus. */
  seenReply: boolean;
  assured: boolean;
  /** The kernel knows it for good: its first packet has left the last hook, or it stands in the dump. */
  confirmed: boolean;
  /** The dump's entry behind this connection, if it came from one. */
  readonly entry: ConntrackEntry | null;
}

export function tupleOf(p: Packet): Tuple {
  return { src: p.src, dst: p.dst, sport: p.sport, dport: p.dport, icmpId: null };
}

export function newConnection(p: Packet): Connection {
  return {
    attached: false,
    state: 'new',
    direction: 'original',
    original: tupleOf(p),
    dnat: null,
    snat: null,
    dnatDone: false,
    snatDone: false,
    mark: 0,
    zone: NO_ZONE,
    template: false,
    seenReply: false,
    assured: false,
    confirmed: false,
    entry: null,
  };
}

function sameTuple(a: Tuple, b: Tuple): boolean {
  return sameIp(a.src, b.src) && sameIp(a.dst, b.dst) && a.sport === b.sport && a.dport === b.dport;
}

const tupleKey = (protocol: number, t: Tuple): string =>
  `${protocol} ${ipKey(t.src)} ${t.sport} ${ipKey(t.dst)} ${t.dport}`;
const entriesBy = indexed<ConntrackEntry>((e) => {
  const keys = [tupleKey(e.protocol, e.original), tupleKey(e.protocol, e.reply)];
  return keys[0] === keys[1] ? keys.slice(1) : keys;
});

/** The dump's entry of a zone whose original or reply tuple is the packet's. */
export function findEntry(
  entries: readonly ConntrackEntry[] | null,
  p: Packet,
  zone: Zone,
): { entry: ConntrackEntry; direction: 'original' | 'reply' } | null {
  const tuple = tupleOf(p);
  for (const entry of entriesBy(entries, tupleKey(p.protocol, tuple))) {
    if (entry.protocol !== p.protocol || entry.original.src.family !== p.family) continue;
    if (entry.zone.original === zone.original && sameTuple(entry.original, tuple))
      return { entry, direction: 'original' };
    if (entry.zone.reply === zone.reply && sameTuple(entry.reply, tuple)) return { entry, direction: 'reply' };
  }
  return null;
}

/** Destination and source NAT that an entry records: the reply tuple, read backwards, where it differs from the original. */
export function natOfEntry(entry: ConntrackEntry): { dnat: Endpoint | null; snat: Endpoint | null } {
  const { original, reply } = entry;
  const dnat = !sameIp(reply.src, original.dst) || reply.sport !== original.dport;
  const snat = !sameIp(reply.dst, original.src) || reply.dport !== original.sport;
  return {
    dnat: dnat ? { ip: reply.src, port: reply.sport } : null,
    snat: snat ? { ip: reply.dst, port: reply.dport } : null,
  };
}

/** TCP states in which a new SYN makes the kernel forget the entry and start a new connection (nf_conntrack_proto_tcp.c). */
const REOPENED_BY_SYN = new Set(['TIME_WAIT', 'CLOSE', 'LAST_ACK']);

/** True when the packet would begin a new connection although an entry with its tuple exists. */
export function reopens(entry: ConntrackEntry, p: Packet): boolean {
  const syn = (p.tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK)) === TCP_FLAGS.SYN;
  return p.protocol === TCP && syn && entry.state !== null && REOPENED_BY_SYN.has(entry.state);
}

/** The connection that an entry stands for, as the packet finds it. */
export function connectionOf(entry: ConntrackEntry, direction: 'original' | 'reply'): Connection {
  const { dnat, snat } = natOfEntry(entry);
  return {
    attached: false,
    state: direction === 'reply' || !entry.unreplied ? 'established' : 'new',
    direction,
    original: entry.original,
    dnat,
    snat,
    dnatDone: true,
    snatDone: true,
    mark: entry.mark,
    zone: entry.zone,
    template: false,
    seenReply: !entry.unreplied,
    assured: entry.assured,
    confirmed: true,
    entry,
  };
}
