// Fields that the index's columns answer without a look at the bytes: the fast path of filters.
// Surprise: columns hold the innermost headers only. A row with another packet inside (tunnel, ICMP error) or with something wrong
// in it is sent to the slow path by the caller, before any of this runs.
import { ANALYSIS_FLAGS } from '../flow/analysis-flags.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import { type Segment, TCP_FLAG_BITS, WINDOW_SCALE_SHIFT } from '../index/segment.ts';
import { HAS_ARP, HAS_ICMP, HAS_IPV4, HAS_IPV6, HAS_TCP, HAS_UDP } from '../wire/facts.ts';

/** A number column: present when `(layers & needs) === needs`; `second` for fields with two sources, as tcp.port. */
export interface NumberColumn {
  readonly needs: number;
  readonly first: (segment: Segment, at: number, row: number, index: PacketIndex) => number;
  readonly second: ((segment: Segment, at: number) => number) | null;
}

const srcPort = (s: Segment, at: number): number => s.sport[at] ?? 0;
const dstPort = (s: Segment, at: number): number => s.dport[at] ?? 0;
const flags = (s: Segment, at: number): number => (s.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;

function one(needs: number, first: NumberColumn['first']): NumberColumn {
  return { needs, first, second: null };
}

function flagBit(bit: number): NumberColumn {
  return one(HAS_TCP, (s, at) => ((flags(s, at) & bit) !== 0 ? 1 : 0));
}

/** The window shift that the flow pass left above the flags; a SYN has none. */
function shiftOf(packed: number): number {
  return (packed & 2) !== 0 ? 0 : Math.max(0, (packed >> WINDOW_SCALE_SHIFT) - 1);
}

function relativeSeq(s: Segment, at: number, row: number, index: PacketIndex): number {
  const flow = s.flow[at] ?? 0;
  const base = index.flowTable.tcp.baseAt(flow * 2 + index.flowTable.directionOf(flow, row), row + 1) ?? 0;
  return ((s.seq[at] ?? 0) - base) >>> 0;
}

const NUMBERS: ReadonlyMap<string, NumberColumn> = new Map([
  ['tcp.srcport', one(HAS_TCP, srcPort)],
  ['tcp.dstport', one(HAS_TCP, dstPort)],
  ['tcp.port', { needs: HAS_TCP, first: srcPort, second: dstPort }],
  ['udp.srcport', one(HAS_UDP, srcPort)],
  ['udp.dstport', one(HAS_UDP, dstPort)],
  ['udp.port', { needs: HAS_UDP, first: srcPort, second: dstPort }],
  ['tcp.len', one(HAS_TCP, (s, at) => s.payloadLength[at] ?? 0)],
  ['tcp.flags', one(HAS_TCP, flags)],
  ['tcp.flags.fin', flagBit(1)],
  ['tcp.flags.syn', flagBit(2)],
  ['tcp.flags.reset', flagBit(4)],
  ['tcp.flags.push', flagBit(8)],
  ['tcp.flags.ack', flagBit(0x10)],
  ['tcp.flags.urg', flagBit(0x20)],
  ['tcp.flags.ece', flagBit(0x40)],
  ['tcp.flags.cwr', flagBit(0x80)],
  ['tcp.seq_raw', one(HAS_TCP, (s, at) => s.seq[at] ?? 0)],
  ['tcp.ack_raw', one(HAS_TCP, (s, at) => s.ack[at] ?? 0)],
  ['tcp.window_size_value', one(HAS_TCP, (s, at) => s.window[at] ?? 0)],
  ['tcp.stream', one(HAS_TCP, (s, at, _row, index) => index.flowTable.streamOf(s.flow[at] ?? 0))],
  ['udp.stream', one(HAS_UDP, (s, at, _row, index) => index.flowTable.streamOf(s.flow[at] ?? 0))],
  ['tcp.window_size', one(HAS_TCP, (s, at) => (s.window[at] ?? 0) * 2 ** shiftOf(s.tcpFlags[at] ?? 0))],
  ['tcp.seq', one(HAS_TCP, relativeSeq)],
  ['icmp.type', one(HAS_ICMP | HAS_IPV4, (s, at) => (s.window[at] ?? 0) >> 8)],
  ['icmp.code', one(HAS_ICMP | HAS_IPV4, (s, at) => (s.window[at] ?? 0) & 255)],
  ['icmpv6.type', one(HAS_ICMP | HAS_IPV6, (s, at) => (s.window[at] ?? 0) >> 8)],
  ['icmpv6.code', one(HAS_ICMP | HAS_IPV6, (s, at) => (s.window[at] ?? 0) & 255)],
  ['ip.proto', one(HAS_IPV4, (s, at) => s.ipProtocol[at] ?? 0)],
  ['frame.len', one(0, (s, at) => s.length[at] ?? 0)],
  ['frame.cap_len', one(0, (s, at) => s.caplen[at] ?? 0)],
  ['frame.number', one(0, (_s, _at, row) => row + 1)],
]);

/** The column that answers a number field; null when the bytes must be read. */
export function numberColumn(field: string): NumberColumn | null {
  return NUMBERS.get(field) ?? null;
}

/** Which address columns a field reads: source, destination or both, and the layer bit they need. */
export interface AddressColumn {
  readonly needs: number;
  readonly src: boolean;
  readonly dst: boolean;
}

const ADDRESSES: ReadonlyMap<string, AddressColumn> = new Map([
  ['ip.src', { needs: HAS_IPV4, src: true, dst: false }],
  ['ip.dst', { needs: HAS_IPV4, src: false, dst: true }],
  ['ip.addr', { needs: HAS_IPV4, src: true, dst: true }],
  ['ipv6.src', { needs: HAS_IPV6, src: true, dst: false }],
  ['ipv6.dst', { needs: HAS_IPV6, src: false, dst: true }],
  ['ipv6.addr', { needs: HAS_IPV6, src: true, dst: true }],
]);

export function addressColumn(field: string): AddressColumn | null {
  return ADDRESSES.get(field) ?? null;
}

const LAYERS: ReadonlyMap<string, number> = new Map([
  ['frame', 0],
  ['ip', HAS_IPV4],
  ['ipv6', HAS_IPV6],
  ['tcp', HAS_TCP],
  ['udp', HAS_UDP],
  ['arp', HAS_ARP],
]);

/** The layer bit of a protocol that the columns know for sure; null for the others. */
export function layerBit(filter: string): number | null {
  return LAYERS.get(filter) ?? null;
}

const ANALYSIS: ReadonlyMap<string, number> = new Map([
  ...ANALYSIS_FLAGS.map((flag) => [flag.field.name, flag.field.bits] as const),
  ['tcp.analysis.flags', 0xffff] as const,
]);

/** Bits of the analysis column of which one makes this field exist; null for other fields. */
export function analysisBits(field: string): number | null {
  return ANALYSIS.get(field) ?? null;
}
