// The columnar index itself: takes records from the reader, keeps columns in segments, answers by row.
// Surprise: the flow and analysis columns are filled by a second pass after each chunk, because looking flows up between the
// decoding of packets costs a third of the speed.
import { CaptureReader } from '../capture/reader.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { type Ip, ipv4 } from '../core/address.ts';
import { hasPorts, SCTP } from '../core/protocol-numbers.ts';
import { BAD_TCP } from '../flow/analysis-flags.ts';
import { DatagramBook } from '../flow/datagram-book.ts';
import type { Flow } from '../flow/flow.ts';
import { FlowTable } from '../flow/flow-table.ts';
import { RowChain } from '../flow/row-chain.ts';
import { StreamBook } from '../flow/stream-book.ts';
import { TcpTimings } from '../flow/tcp-timing.ts';
import { Announcements } from '../wire/announcements.ts';
import type { DatagramNote } from '../wire/datagram-reading.ts';
import { indexDatagram, indexFrame } from '../wire/decode.ts';
import type { JoinedDatagram } from '../wire/dissection.ts';
import { FrameFacts, HAS_ICMP, HAS_IPV4, HAS_IPV6, HAS_TCP, HAS_UDP } from '../wire/facts.ts';
import type { PortTables } from '../wire/tables.ts';
import { AddressTable } from './address-table.ts';
import type { CaptureIndex, Endpoints } from './capture-index.ts';
import { FragmentBook } from './fragment-book.ts';
import {
  NO_FLOW,
  SEGMENT_BITS,
  SEGMENT_MASK,
  SEGMENT_ROWS,
  Segment,
  TCP_FLAG_BITS,
  WINDOW_SCALE_SHIFT,
} from './segment.ts';
import { SegmentList, type SegmentMemory } from './segment-list.ts';

const FIRST_SEGMENT_ROWS = 1024;
/** Seconds are held in 34 bits: until the year 2514. */
const MAX_SECONDS = 2 ** 34 - 1;
const NANOS_BITS = 0x3fff_ffff;

export class PacketIndex implements CaptureIndex {
  readonly reader: CaptureReader;
  readonly segments: SegmentList;
  readonly addresses: AddressTable;
  readonly flowTable: FlowTable;
  packetCount: number;
  ended: boolean;
  /** Puts TCP streams together; null while nobody said where frames are read. */
  streams: StreamBook | null;
  /** Reads the UDP conversations that need it; null as `streams`. */
  datagrams: DatagramBook | null;
  readonly rowChain: RowChain;
  readonly timings: TcpTimings;
  private readonly announcements = new Announcements();
  private readonly facts: FrameFacts;
  private readonly fragments: FragmentBook;
  readonly splitByInterface: boolean;
  private readFrame: ((row: number) => Uint8Array) | null;
  private current: Segment;
  private analysed: number;

  /** Which protocols hang on which ports; null for the usual ones. */
  readonly ports: PortTables | null;

  constructor(splitByInterface: boolean, ports: PortTables | null = null, memory: SegmentMemory | null = null) {
    this.ports = ports;
    this.fragments = new FragmentBook();
    this.splitByInterface = splitByInterface;
    this.readFrame = null;
    this.reader = new CaptureReader();
    this.current = new Segment(FIRST_SEGMENT_ROWS);
    this.segments = new SegmentList(memory);
    this.segments.push(this.current);
    this.addresses = new AddressTable();
    this.flowTable = new FlowTable(this, splitByInterface);
    this.facts = new FrameFacts(ports);
    this.facts.announcements = this.announcements;
    this.packetCount = 0;
    this.streams = null;
    this.datagrams = null;
    this.rowChain = new RowChain(this);
    this.timings = new TcpTimings(this, this.rowChain);
    this.analysed = 0;
    this.ended = false;
  }

  get format() {
    return this.reader.format;
  }

  get interfaces() {
    return this.reader.interfaces;
  }

  get notes() {
    return this.reader.notes;
  }

  get issues() {
    return this.reader.issues;
  }

  get bytesRead() {
    return this.reader.bytesRead;
  }

  readFramesWith(read: (row: number) => Uint8Array): void {
    const streams = new StreamBook(this, read);
    this.streams = streams;
    this.datagrams = new DatagramBook(this, (row) => streams.captured(row));
    this.readFrame = read;
  }

  /** The datagram that this row completes; null for other rows, and while nobody said where frames are read. */
  datagramOf(row: number): JoinedDatagram | null {
    return this.readFrame === null ? null : this.fragments.of(row, this.readFrame);
  }

  append(chunk: Uint8Array): void {
    this.reader.append(chunk);
    this.drain();
  }

  end(): void {
    this.reader.end();
    this.drain();
    this.ended = true;
  }

  private drain(): void {
    const { reader } = this;
    const { record } = reader;
    while (reader.read()) this.add(record);
    for (let row = this.analysed; row < this.packetCount; ) {
      const segment = this.segmentOf(row);
      const until = Math.min(this.packetCount, row - (row & SEGMENT_MASK) + SEGMENT_ROWS);
      this.flowTable.analyse(segment, row, until);
      row = until;
    }
    this.analysed = this.packetCount;
    this.segments.seal(this.packetCount >>> SEGMENT_BITS);
  }

  private add(record: CaptureRecord): void {
    const at = this.packetCount & SEGMENT_MASK;
    if (at === 0 && this.packetCount > 0) {
      this.current = new Segment();
      this.segments.push(this.current);
    } else if (at === this.current.length.length) {
      this.current = this.current.grown();
      this.segments.replaceLast(this.current);
    }
    const { facts, current } = this;
    this.announcements.row = this.packetCount;
    indexFrame(facts, record.view, record.start, record.caplen, record.length, record.linkType);
    if (facts.fragmentOffset >= 0) {
      const datagram = this.fragments.take(facts, this.packetCount, this.splitByInterface ? record.interfaceId : 0);
      if (datagram !== null) indexDatagram(facts, datagram);
    }
    const seconds = record.seconds < 0 ? 0 : Math.min(record.seconds, MAX_SECONDS);
    const secondsHigh = Math.floor(seconds / 0x1_0000_0000);
    const offsetHigh = Math.floor(record.fileOffset / 0x1_0000_0000);
    current.secondsLow[at] = seconds;
    current.nanos[at] = record.nanos + secondsHigh * 0x4000_0000;
    current.offsetLow[at] = record.fileOffset;
    current.offsetHigh[at] = offsetHigh;
    current.caplen[at] = record.caplen;
    current.length[at] = record.length;
    current.interfaceId[at] = record.interfaceId;
    current.layers[at] = facts.layers;
    current.protocol[at] = facts.protocol;
    current.flow[at] = NO_FLOW;
    if ((facts.layers & HAS_IPV4) !== 0) {
      current.src[at] = facts.srcD;
      current.dst[at] = facts.dstD;
    } else if ((facts.layers & HAS_IPV6) !== 0) {
      current.src[at] = this.addresses.intern(facts.srcA, facts.srcB, facts.srcC, facts.srcD);
      current.dst[at] = this.addresses.intern(facts.dstA, facts.dstB, facts.dstC, facts.dstD);
    } else {
      this.packetCount++;
      return;
    }
    current.ipProtocol[at] = facts.ipProtocol;
    current.sport[at] = facts.sport;
    current.dport[at] = facts.dport;
    if ((facts.layers & HAS_ICMP) !== 0 || facts.ipProtocol === SCTP) {
      current.seq[at] = facts.seq;
      current.window[at] = facts.window;
    } else if ((facts.layers & HAS_TCP) !== 0) {
      const scale = facts.windowScale < 0 ? 0 : Math.min(facts.windowScale, 14) + 1;
      current.tcpFlags[at] = facts.tcpFlags | (scale << WINDOW_SCALE_SHIFT);
      current.seq[at] = facts.seq;
      current.ack[at] = facts.ack;
      current.window[at] = facts.window;
    }
    current.payloadLength[at] = facts.payloadLength;
    this.packetCount++;
  }

  /** The segment of a row; `row & SEGMENT_MASK` is the place in its columns. */
  segmentOf(row: number): Segment {
    const segment = row >= 0 && row < this.packetCount ? this.segments.at(row >>> SEGMENT_BITS) : undefined;
    if (!segment) throw new RangeError(`row ${row} is outside the index of ${this.packetCount} packets`);
    return segment;
  }

  timestampNs(row: number): bigint {
    const segment = this.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const packed = segment.nanos[at] ?? 0;
    const seconds = (packed >>> 30) * 0x1_0000_0000 + (segment.secondsLow[at] ?? 0);
    return BigInt(seconds) * 1_000_000_000n + BigInt(packed & NANOS_BITS);
  }

  fileOffset(row: number): number {
    const segment = this.segmentOf(row);
    const at = row & SEGMENT_MASK;
    return (segment.offsetHigh[at] ?? 0) * 0x1_0000_0000 + (segment.offsetLow[at] ?? 0);
  }

  caplen(row: number): number {
    return this.segmentOf(row).caplen[row & SEGMENT_MASK] ?? 0;
  }

  length(row: number): number {
    return this.segmentOf(row).length[row & SEGMENT_MASK] ?? 0;
  }

  interfaceOf(row: number): number {
    return this.segmentOf(row).interfaceId[row & SEGMENT_MASK] ?? 0;
  }

  layersOf(row: number): number {
    return this.segmentOf(row).layers[row & SEGMENT_MASK] ?? 0;
  }

  protocolOf(row: number): number {
    return this.segmentOf(row).protocol[row & SEGMENT_MASK] ?? 0;
  }

  flowOf(row: number): number | null {
    const flow = this.segmentOf(row).flow[row & SEGMENT_MASK] ?? NO_FLOW;
    return flow === NO_FLOW ? null : flow;
  }

  endpoints(row: number): Endpoints | null {
    const segment = this.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const layers = segment.layers[at] ?? 0;
    if ((layers & (HAS_IPV4 | HAS_IPV6)) === 0) return null;
    const protocol = segment.ipProtocol[at] ?? 0;
    const sport = segment.sport[at] ?? 0;
    const dport = segment.dport[at] ?? 0;
    const ports = hasPorts(protocol) && (sport !== 0 || dport !== 0 || (layers & HAS_TCP) !== 0);
    return {
      src: this.ipOf(segment.src[at] ?? 0, layers),
      dst: this.ipOf(segment.dst[at] ?? 0, layers),
      sport: ports ? sport : null,
      dport: ports ? dport : null,
      protocol,
    };
  }

  /** What was said of the conversation of this row when another one announced it; null for those that nobody announced. */
  announcementOf(row: number): DatagramNote | null {
    const { announcements } = this;
    const segment = this.segmentOf(row);
    const at = row & SEGMENT_MASK;
    if (!announcements.mayKnow(segment.sport[at] ?? 0, segment.dport[at] ?? 0)) return null;
    const ends = this.endpoints(row);
    if (ends === null) return null;
    const { protocol: transport, src, dst, sport, dport } = ends;
    return announcements.of({ transport, ip: src, port: sport ?? 0 }, { transport, ip: dst, port: dport ?? 0 }, row);
  }

  /** An address column's value as an address. */
  ipOf(value: number, layers: number): Ip {
    return (layers & HAS_IPV4) !== 0 ? ipv4(value) : this.addresses.ip(value);
  }

  tcpFlags(row: number): number | null {
    const segment = this.segmentOf(row);
    const at = row & SEGMENT_MASK;
    return ((segment.layers[at] ?? 0) & HAS_TCP) === 0 ? null : (segment.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;
  }

  analysisOf(row: number): number {
    return this.segmentOf(row).analysis[row & SEGMENT_MASK] ?? 0;
  }

  isBadTcp(row: number): boolean {
    return (this.analysisOf(row) & BAD_TCP) !== 0;
  }

  prepareRow(row: number, keepOn: () => boolean): boolean {
    const flow = this.flowOf(row);
    if (flow === null) return true;
    if ((this.layersOf(row) & HAS_UDP) !== 0) return this.datagrams?.advance(flow, row, keepOn) ?? true;
    if ((this.layersOf(row) & HAS_TCP) === 0) return true;
    return (
      this.timings.advance(flow, row, keepOn) && (this.streams === null || this.streams.advance(flow, row, keepOn))
    );
  }

  clientDirection(flow: number): number {
    return this.flowTable.clientDirectionOf(flow);
  }

  get flowCount() {
    return this.flowTable.count;
  }

  flowPackets(id: number): number {
    return this.flowTable.packetsOf(id);
  }

  flows(): readonly Flow[] {
    const all: Flow[] = [];
    for (let id = 0; id < this.flowTable.count; id++) {
      const flow = this.flowTable.flow(id);
      if (flow) all.push(flow);
    }
    return all;
  }

  flow(id: number): Flow | null {
    return this.flowTable.flow(id);
  }

  close(): void {
    this.segments.close();
  }
}
