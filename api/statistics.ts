// Statistics of a case's packets. Numbers are those of tshark's -z conv, endpoints, io,phs, plen,tree, io,stat and expert.
import { z } from 'zod';

const count = z.number().int();

export const conversationKind = z.enum(['eth', 'ip', 'ipv6', 'tcp', 'udp']);

/** Side A sent the first packet. A tunnelled packet counts for the outer and for the inner addresses. */
export const conversation = z.object({
  addressA: z.string(),
  portA: count.nullable(),
  addressB: z.string(),
  portB: count.nullable(),
  packetsAToB: count,
  bytesAToB: count,
  packetsBToA: count,
  bytesBToA: count,
  /** Nanoseconds from the case's first packet to the conversation's, and from there to its last. */
  startNs: count,
  durationNs: count,
});
export type Conversation = z.infer<typeof conversation>;

export const endpoint = z.object({
  address: z.string(),
  port: count.nullable(),
  packetsSent: count,
  bytesSent: count,
  packetsReceived: count,
  bytesReceived: count,
});
export type Endpoint = z.infer<typeof endpoint>;

/** A protocol below the one that carries it; bytes are whole frames. */
export interface HierarchyNode {
  readonly protocol: string;
  readonly packets: number;
  readonly bytes: number;
  readonly children: readonly HierarchyNode[];
}
export const hierarchyNode: z.ZodType<HierarchyNode> = z.lazy(() =>
  z.object({ protocol: z.string(), packets: count, bytes: count, children: z.array(hierarchyNode) }),
);

/** Packets of one range of lengths (bytes on the wire); numbers are null where nothing was counted. */
export const lengthRange = z.object({
  from: count,
  /** Null: no upper bound. */
  to: count.nullable(),
  packets: count,
  average: z.number().nullable(),
  shortest: count.nullable(),
  longest: count.nullable(),
  /** Packets a millisecond. */
  rate: z.number().nullable(),
  /** Part of all packets, 0 to 1. */
  share: z.number(),
  /** Packets a millisecond in the fullest 100 ms, and when they began, in nanoseconds from the case's first packet. */
  burstRate: z.number().nullable(),
  burstStartNs: count.nullable(),
});
export type LengthRange = z.infer<typeof lengthRange>;

export const packetLengths = z.object({ all: lengthRange, ranges: z.array(lengthRange).readonly() });
export type PacketLengths = z.infer<typeof packetLengths>;

export const ioStatistics = z.object({
  intervalNs: count,
  /** From the case's first packet to its last. */
  durationNs: count,
  /** Time of the first packet, nanoseconds since the epoch as decimal text. */
  fromNs: z.string(),
  series: z
    .array(
      z.object({
        filter: z.string(),
        /** One number an interval, for every series the same number of intervals. */
        packets: z.array(count).readonly(),
        bytes: z.array(count).readonly(),
        bad: z.array(count).readonly(),
        /** What `SUM(field)` and the like before the filter calculate, one number an interval; times in seconds. Null without. */
        values: z.array(z.number()).readonly().nullable(),
      }),
    )
    .readonly(),
});
export type IoStatistics = z.infer<typeof ioStatistics>;

export const expertItem = z.object({
  severity: z.enum(['error', 'warn', 'note', 'chat']),
  group: z.string(),
  protocol: z.string(),
  summary: z.string(),
  packets: count,
  /** A display filter that finds these packets; null where there is none. */
  filter: z.string().nullable(),
});
export type ExpertItem = z.infer<typeof expertItem>;

/** The tables of one pass. `settled` is false while more packets arrive or are counted: ask again. */
export const statistics = z.object({
  filter: z.string(),
  /** Packets counted. */
  packets: count,
  settled: z.boolean(),
  conversations: z.record(conversationKind, z.array(conversation).readonly()),
  endpoints: z.record(conversationKind, z.array(endpoint).readonly()),
  hierarchy: z.array(hierarchyNode).readonly(),
  lengths: packetLengths,
  expert: z.array(expertItem).readonly(),
  /** Protocols that expert items can be about. */
  expertCovers: z.array(z.string()).readonly(),
  /** What is left out, in words. */
  issues: z.array(z.string()).readonly(),
});
export type Statistics = z.infer<typeof statistics>;
