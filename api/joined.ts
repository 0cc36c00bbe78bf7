// The same packet at several capture points: what rows, packets and conversations know of each other.
import { z } from 'zod';

/** Where a packet was seen, one row of the list. */
export const sighting = z.object({
  no: z.number().int(),
  point: z.string(),
  tsNs: z.string(),
  /** Nanoseconds since the packet was first seen. */
  offsetNs: z.number().int(),
  /** Addresses and ports as they were there. */
  source: z.string(),
  destination: z.string(),
});
export type SightingDto = z.infer<typeof sighting>;

/** What a packet's addresses are at another point; null for the one that is the same there. */
const otherAddresses = z.object({
  source: z.string().nullable(),
  destination: z.string().nullable(),
  point: z.string(),
  no: z.number().int(),
});

/** NAT on the way: the nearest point before and after this one where the packet had other addresses. */
export const rewritten = z.object({ before: otherAddresses.nullable(), after: otherAddresses.nullable() });
export type Rewritten = z.infer<typeof rewritten>;

export const packetLoss = z.object({
  toServer: z.boolean(),
  /** Last point where these packets were seen, first where they should have been. */
  from: z.string(),
  to: z.string(),
  packets: z.number().int(),
  /** Of so many of this direction. */
  of: z.number().int(),
  verdict: z.enum(['proved', 'unknown']),
  /** `3 of 120 packets to the server were seen at veth client and never at eth0, which others passed.` */
  text: z.string(),
  /** The first few, where they were seen first. */
  examples: z.array(z.number().int()).readonly(),
});
export type PacketLoss = z.infer<typeof packetLoss>;

/** A rewrite that was seen: the way to the server, answers back are the same pair. */
export const seenNat = z.object({
  protocol: z.string(),
  what: z.enum(['destination', 'source']),
  /** Destinations with their port; sources without, because masquerade takes another for each connection. */
  before: z.string(),
  after: z.string(),
  from: z.string(),
  to: z.string(),
  packets: z.number().int(),
  connections: z.number().int(),
  firstPacket: z.number().int(),
});
export type SeenNat = z.infer<typeof seenNat>;

const transit = z.object({
  toServer: z.boolean(),
  from: z.string(),
  to: z.string(),
  packets: z.number().int(),
  minNs: z.number(),
  meanNs: z.number(),
  maxNs: z.number(),
});

export const joinedConversation = z.object({
  protocol: z.string(),
  /** The same conversation at each point, in the order of the way to the server; `flow` is its id in the list of flows. */
  points: z
    .array(z.object({ point: z.string(), client: z.string(), server: z.string(), flow: z.number().int().nullable() }))
    .readonly(),
  toServer: z.number().int(),
  toClient: z.number().int(),
  pathToServer: z.array(z.string()).readonly(),
  pathToClient: z.array(z.string()).readonly(),
  transits: z.array(transit).readonly(),
  losses: z.array(packetLoss).readonly(),
  /** Where the client's packets were last seen, when nothing came back; null otherwise. */
  unanswered: z.string().nullable(),
});
export type JoinedConversation = z.infer<typeof joinedConversation>;

/** What a capture at several points shows of its packets' ways. */
export const joined = z.object({
  /** False while packets are still being compared. A packet counts when no further sighting of it is awaited, after three seconds. */
  settled: z.boolean(),
  points: z.array(z.string()).readonly(),
  nat: z.array(seenNat).readonly(),
  /** Conversations with losses first, then by their first packet; at most as many as asked for. */
  conversations: z.array(joinedConversation).readonly(),
  total: z.number().int(),
  /** Conversations that were given up, the oldest first, because there are too many: nothing here is about them. */
  forgotten: z.number().int(),
  /** There were more rewrites than are kept. */
  natIsCut: z.boolean(),
});
export type Joined = z.infer<typeof joined>;
