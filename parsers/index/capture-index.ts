// The facade of the packet engine: bytes in, questions about packets and flows answered. What the server and the command line use.
// Surprise: the index never holds the frames. Callers read `caplen(row)` bytes at `fileOffset(row)` of the file and hand them to
// `describePacket` (a row of the packet list) or `dissectPacket` (the tree of one packet).
import type { CaptureFormat } from '../capture/detect.ts';
import type { CaptureNotes } from '../capture/notes.ts';
import type { CaptureInterface } from '../capture/record.ts';
import type { Ip } from '../core/address.ts';
import type { DecodeIssue } from '../core/issue.ts';
import type { Flow } from '../flow/flow.ts';
import type { Followed } from '../flow/follow.ts';
import { type DecodeAsRule, portsWith } from '../wire/decode-as.ts';
import type { ByteSource } from '../wire/dissection.ts';
import type { FieldNode } from '../wire/field.ts';
import { PacketIndex } from './packet-index.ts';
import { follow, summaryOf, treeOf } from './row-view.ts';
import type { SegmentMemory } from './segment-list.ts';

export type { CaptureInterface, Flow };

/** Addresses and ports of the innermost IP header (inside tunnels, but not in the quote of an ICMP error), and its protocol. */
export interface Endpoints {
  readonly src: Ip;
  readonly dst: Ip;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly protocol: number;
}

/** Rows count from 0; packet numbers shown to users count from 1. A row outside 0 … packetCount-1 is a bug and throws. */
export interface CaptureIndex {
  readonly format: CaptureFormat | null;
  readonly packetCount: number;
  readonly interfaces: readonly CaptureInterface[];
  /** Comments and other blocks of a pcapng file; null for pcap. */
  readonly notes: CaptureNotes | null;
  /** What is wrong with the file itself, at most a hundred. Issues of packets come with `dissectPacket`. */
  readonly issues: readonly DecodeIssue[];
  readonly bytesRead: number;
  readonly ended: boolean;
  /** Says where captured bytes of a row are read, so that TCP streams can be put together. The bytes may be lent until the next call. */
  readFramesWith(read: (row: number) => Uint8Array): void;
  /**
   * Does the work that the row's conversation needs before the row is described, until `keepOn` says to stop; true when it is done.
   * Without it, the first look at a row late in a very long stream takes as long as reading the stream.
   */
  prepareRow(row: number, keepOn: () => boolean): boolean;
  /** Nanoseconds since the epoch. */
  timestampNs(row: number): bigint;
  /** Where the frame bytes begin in the file. */
  fileOffset(row: number): number;
  caplen(row: number): number;
  length(row: number): number;
  interfaceOf(row: number): number;
  /** Id of the packet's flow; null when it has no IP header. */
  flowOf(row: number): number | null;
  endpoints(row: number): Endpoints | null;
  /** The twelve flag bits of the innermost TCP header. */
  tcpFlags(row: number): number | null;
  /** True for the rows that Wireshark colours as bad TCP: retransmissions, losses, zero windows, …. */
  isBadTcp(row: number): boolean;
  /** 0 when the client sends the way of the flow's first packet, 1 otherwise. */
  clientDirection(flow: number): number;
  /** Conversations so far; their ids are 0 … flowCount-1. */
  readonly flowCount: number;
  /** Packets of a flow, both ways. */
  flowPackets(id: number): number;
  /** Every conversation so far, by id. Built on each call: keep the result for a screenful. */
  flows(): readonly Flow[];
  /** One conversation; null for an id that does not exist. */
  flow(id: number): Flow | null;
  /** Gives memory and scratch file back; nothing may be asked afterwards. */
  close(): void;
}

export interface IndexerOptions {
  /**
   * True (the default) keeps the flows of different interfaces of one file apart, because the same packet seen at two points of
   * its path is no retransmission. False follows tshark, which knows no capture points.
   */
  readonly splitByInterface?: boolean;
  /** What the user says about ports (wire/decode-as.ts); it holds for everything that is asked of the index. */
  readonly decodeAs?: readonly DecodeAsRule[];
  /** What the columns may take of memory, with other indexes; left out: all they need. */
  readonly memory?: SegmentMemory;
}

/** Builds an index from a file that arrives in chunks; `index` may be asked at any time and grows with it. */
export class CaptureIndexer {
  private readonly building: PacketIndex;

  constructor(options: IndexerOptions = {}) {
    this.building = new PacketIndex(
      options.splitByInterface ?? true,
      portsWith(options.decodeAs ?? []),
      options.memory ?? null,
    );
  }

  get index(): CaptureIndex {
    return this.building;
  }

  /** Takes the next bytes of the file. The chunk is used up on return and may be reused. */
  append(chunk: Uint8Array): void {
    this.building.append(chunk);
  }

  /** Says that no bytes follow; what was cut off becomes an issue of the index. */
  end(): void {
    this.building.end();
  }
}

/** A row of the packet list, in tshark's words. */
export interface PacketSummary {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly info: string;
  /** First colour rule that matched, `bad-tcp`, `http`, …; null when none did. */
  readonly color: string | null;
}

/** The tree of one packet, and what was wrong with its bytes. */
export interface PacketDissection {
  readonly layers: FieldNode[];
  /** What the nodes point into: the frame, then buffers put together from several packets. */
  readonly sources: readonly ByteSource[];
  readonly issues: DecodeIssue[];
}

/** Source, Destination, Protocol, Info and colour of a row; `frame` is its captured bytes. */
export function describePacket(index: CaptureIndex, row: number, frame: Uint8Array): PacketSummary {
  return summaryOf(index, row, frame);
}

/** The bytes of a TCP or UDP conversation, in order, until `limit` are together; null for other flows. Needs `readFramesWith`. */
export function followStream(index: CaptureIndex, flow: number, limit: number): Followed | null {
  return follow(index, flow, limit);
}

/** The field tree of a row, from the frame down; `frame` is its captured bytes. */
export function dissectPacket(index: CaptureIndex, row: number, frame: Uint8Array): PacketDissection {
  return treeOf(index, row, frame);
}
