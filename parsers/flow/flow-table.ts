// All conversations of a capture: found by hash, counted, and for TCP judged packet by packet. Runs over the index's columns as a
// second pass, in file order. Surprise: when ports are reused, the new connection gets a new flow and takes the key over.
import { hasPorts, SCTP, TCP } from '../core/protocol-numbers.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import { SEGMENT_BITS, SEGMENT_MASK, type Segment, TCP_FLAG_BITS, WINDOW_SCALE_SHIFT } from '../index/segment.ts';
import { HAS_ICMP, HAS_IPV4, HAS_IPV6, HAS_ISSUE, HAS_TCP, HAS_UDP } from '../wire/facts.ts';
import { numbersOf } from '../wire/tables.ts';
import { ANY_RETRANSMISSION, DUPLICATE_ACK, RETRANSMISSION, REUSED_PORTS } from './analysis-flags.ts';
import { DuplicateAcks } from './duplicate-acks.ts';
import { EchoPairs } from './echo-pairs.ts';
import type { Flow } from './flow.ts';
import { FlowColumns, hashKey } from './flow-columns.ts';
import { flagLetters, protocolLabel, stateOf } from './flow-state.ts';
import { SCALE_OFF, SCALE_UNKNOWN, TcpState } from './tcp-state.ts';

const EMPTY_SLOT = -1;
const SEVERAL = 255;
const TCP_NUMBER = numbersOf('tcp')[0] ?? 0;
const UDP_NUMBER = numbersOf('udp')[0] ?? 0;
const SYN = 2;
const ACK = 0x10;

export class FlowTable {
  count: number;
  readonly tcp: TcpState;
  readonly duplicates: DuplicateAcks;
  readonly echoes: EchoPairs;
  private readonly index: PacketIndex;
  private readonly splitByInterface: boolean;
  private readonly columns: FlowColumns;
  private slots: Int32Array;
  private used: number;
  private readonly streams: Uint32Array;
  private baseSeconds: number;
  private direction: number;

  constructor(index: PacketIndex, splitByInterface: boolean) {
    this.count = 0;
    this.tcp = new TcpState();
    this.duplicates = new DuplicateAcks();
    this.echoes = new EchoPairs();
    this.index = index;
    this.splitByInterface = splitByInterface;
    this.columns = new FlowColumns();
    this.slots = new Int32Array(1024).fill(EMPTY_SLOT);
    this.used = 0;
    this.streams = new Uint32Array(256);
    this.baseSeconds = -1;
    this.direction = 0;
  }

  /** Takes the rows `from` … `until`-1, which lie in one segment and follow the rows taken before. */
  analyse(segment: Segment, from: number, until: number): void {
    for (let row = from; row < until; row++) {
      const at = row & SEGMENT_MASK;
      const layers = segment.layers[at] ?? 0;
      if ((layers & (HAS_IPV4 | HAS_IPV6)) !== 0) this.take(segment, at, row, layers);
    }
  }

  private take(segment: Segment, at: number, row: number, layers: number): void {
    const packed = segment.nanos[at] ?? 0;
    const seconds = (packed >>> 30) * 0x1_0000_0000 + (segment.secondsLow[at] ?? 0);
    if (this.baseSeconds < 0) this.baseSeconds = seconds;
    // Nanoseconds since the first packet's second: exact in a double for 104 days, and only differences matter beyond.
    const ns = (seconds - this.baseSeconds) * 1e9 + (packed & 0x3fff_ffff);
    let flow = this.find(segment, at, row, layers);
    let early = 0;
    const isTcp = (layers & HAS_TCP) !== 0;
    const flags = (segment.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;
    if (isTcp && this.tcp.isReuse(flow * 2 + this.direction, flags, segment.seq[at] ?? 0)) {
      flow = this.replace(segment, at, row, layers, flow);
      early = REUSED_PORTS;
    }
    segment.flow[at] = flow;
    const { columns } = this;
    const end = flow * 2 + this.direction;
    columns.packets[end] = (columns.packets[end] ?? 0) + 1;
    columns.bytes[end] = (columns.bytes[end] ?? 0) + (segment.length[at] ?? 0);
    columns.lastRow[flow] = row;
    if (!isTcp) {
      if ((layers & HAS_UDP) !== 0 && columns.application[flow] === 0)
        this.noteApplication(flow, segment.protocol[at] ?? 0);
      if (segment.ipProtocol[at] === SCTP) {
        if (segment.window[at] === 1) this.tcp.noteFirst(end, segment.seq[at] ?? 0);
      } else if ((layers & HAS_ICMP) !== 0)
        segment.ack[at] = this.echoes.take(flow, segment.window[at] ?? 0, segment.seq[at] ?? 0, row);
      return;
    }
    this.noteApplication(flow, segment.protocol[at] ?? 0);
    columns.flags[end] = (columns.flags[end] ?? 0) | flags;
    if ((flags & SYN) !== 0 && columns.client[flow] === 0)
      columns.client[flow] = 1 + ((flags & ACK) !== 0 ? this.direction ^ 1 : this.direction);
    const scale = ((segment.tcpFlags[at] ?? 0) >> WINDOW_SCALE_SHIFT) - 1;
    const isCut = (layers & HAS_ISSUE) !== 0 && (segment.caplen[at] ?? 0) < (segment.length[at] ?? 0);
    const highest = this.tcp.nextNo[end] ?? 0;
    const found = this.tcp.judge(
      end,
      row + 1,
      ns,
      flags,
      segment.seq[at] ?? 0,
      segment.ack[at] ?? 0,
      segment.window[at] ?? 0,
      segment.payloadLength[at] ?? 0,
      scale,
      early,
      !isCut,
    );
    segment.analysis[at] = found;
    // The option is used up; from here on the bits say by how much this packet's window is to be shifted.
    const shift = (flags & SYN) !== 0 ? -1 : (this.tcp.scale[end] ?? -1);
    segment.tcpFlags[at] = flags | (Math.max(0, shift + 1) << WINDOW_SCALE_SHIFT);
    if ((found & ANY_RETRANSMISSION) !== 0) columns.retransmissions[flow] = (columns.retransmissions[flow] ?? 0) + 1;
    if ((found & RETRANSMISSION) !== 0) this.duplicates.add(row, highest, 0);
    else if (found === 0 && this.tcp.unflagged) this.duplicates.add(row, 0, 0);
    if ((found & DUPLICATE_ACK) !== 0) this.duplicates.add(row, this.tcp.duplicateOf, this.tcp.duplicateCount);
  }

  private noteApplication(flow: number, protocol: number): void {
    if (protocol === TCP_NUMBER || protocol === UDP_NUMBER || protocol === 0) return;
    const known = this.columns.application[flow] ?? 0;
    if (known !== protocol) this.columns.application[flow] = known === 0 ? protocol : SEVERAL;
  }

  /** The flow of a row, a new one when none is known; sets `direction` to 0 when the row goes the way of the first packet. */
  private find(segment: Segment, at: number, row: number, layers: number): number {
    if (this.used * 2 >= this.slots.length) this.rehash();
    const { slots, columns } = this;
    const src = segment.src[at] ?? 0;
    const dst = segment.dst[at] ?? 0;
    const sport = segment.sport[at] ?? 0;
    const dport = segment.dport[at] ?? 0;
    const kind = ((segment.ipProtocol[at] ?? 0) << 1) | (layers & HAS_IPV4);
    const point = this.splitByInterface ? (segment.interfaceId[at] ?? 0) : 0;
    const mask = slots.length - 1;
    for (let slot = hashKey(src, dst, sport, dport, kind, point) & mask; ; slot = (slot + 1) & mask) {
      const flow = slots[slot] ?? EMPTY_SLOT;
      if (flow === EMPTY_SLOT) {
        slots[slot] = this.count;
        this.used++;
        return this.push(segment, at, row, layers);
      }
      if (columns.kind[flow] !== kind || (this.splitByInterface && columns.interfaceId[flow] !== point)) continue;
      if (
        columns.src[flow] === src &&
        columns.dst[flow] === dst &&
        columns.sport[flow] === sport &&
        columns.dport[flow] === dport
      ) {
        this.direction = 0;
        return flow;
      }
      if (
        columns.src[flow] === dst &&
        columns.dst[flow] === src &&
        columns.sport[flow] === dport &&
        columns.dport[flow] === sport
      ) {
        this.direction = 1;
        return flow;
      }
    }
  }

  private replace(segment: Segment, at: number, row: number, layers: number, old: number): number {
    const { slots, columns } = this;
    const mask = slots.length - 1;
    const key = columns.hashOf(old, this.splitByInterface);
    for (let slot = key & mask; ; slot = (slot + 1) & mask) {
      if (slots[slot] !== old) continue;
      slots[slot] = this.count;
      return this.push(segment, at, row, layers);
    }
  }

  private push(segment: Segment, at: number, row: number, layers: number): number {
    const flow = this.count++;
    const { columns } = this;
    columns.reserve(this.count);
    this.tcp.reserve(this.count);
    const protocol = segment.ipProtocol[at] ?? 0;
    columns.kind[flow] = (protocol << 1) | (layers & HAS_IPV4);
    columns.src[flow] = segment.src[at] ?? 0;
    columns.dst[flow] = segment.dst[at] ?? 0;
    columns.sport[flow] = segment.sport[at] ?? 0;
    columns.dport[flow] = segment.dport[at] ?? 0;
    columns.interfaceId[flow] = segment.interfaceId[at] ?? 0;
    columns.firstRow[flow] = row;
    columns.stream[flow] = this.streams[protocol] ?? 0;
    // A fragment or a cut packet without its ports is a flow, but no stream.
    const isStream = hasPorts(protocol) ? (layers & (HAS_TCP | HAS_UDP)) !== 0 || protocol === SCTP : true;
    if (isStream) this.streams[protocol] = (this.streams[protocol] ?? 0) + 1;
    this.direction = 0;
    return flow;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 4).fill(EMPTY_SLOT);
    const mask = slots.length - 1;
    for (const flow of this.slots) {
      if (flow === EMPTY_SLOT) continue;
      let slot = this.columns.hashOf(flow, this.splitByInterface) & mask;
      while (slots[slot] !== EMPTY_SLOT) slot = (slot + 1) & mask;
      slots[slot] = flow;
    }
    this.slots = slots;
  }

  /** Number of the flow among those of its protocol, as `tcp.stream`. */
  streamOf(flow: number): number {
    return this.columns.stream[flow] ?? 0;
  }

  /** 0 when the row goes the way of the flow's first packet, 1 otherwise. */
  directionOf(flow: number, row: number): number {
    const segment = this.index.segments.at(row >>> SEGMENT_BITS);
    const at = row & SEGMENT_MASK;
    const { columns } = this;
    return segment &&
      columns.src[flow] === segment.src[at] &&
      columns.sport[flow] === segment.sport[at] &&
      columns.dport[flow] === segment.dport[at]
      ? 0
      : 1;
  }

  packetsOf(flow: number): number {
    const { packets } = this.columns;
    return (packets[flow * 2] ?? 0) + (packets[flow * 2 + 1] ?? 0);
  }

  /** The direction (0 or 1) that the client sends in. */
  clientDirectionOf(flow: number): number {
    return Math.max(0, (this.columns.client[flow] ?? 0) - 1);
  }

  /** Protocol that was recognised in the flow's segments (number of the registry), 0 for none, 255 for several; over UDP the first. */
  applicationOf(flow: number): number {
    return this.columns.application[flow] ?? 0;
  }

  /** Seconds; null when not TCP or not seen. Below 0 where the clock stepped back. */
  initialRtt(flow: number): number | null {
    const ns = this.tcp.rttNs[flow] ?? -1;
    return ns === -1 || ns === 0 ? null : ns / 1e9;
  }

  /** The shift in force when this row came; -1 unknown, -2 not in use. */
  windowShift(flow: number, direction: number, row: number): number {
    const segment = this.index.segments.at(row >>> SEGMENT_BITS);
    const shift = ((segment?.tcpFlags[row & SEGMENT_MASK] ?? 0) >> WINDOW_SCALE_SHIFT) - 1;
    if (shift >= 0) return shift;
    const unscaledNo = this.tcp.unscaledNo[flow * 2 + direction] ?? 0;
    return unscaledNo !== 0 && unscaledNo <= row ? SCALE_OFF : SCALE_UNKNOWN;
  }

  flow(id: number): Flow | null {
    if (!Number.isInteger(id) || id < 0 || id >= this.count) return null;
    const { columns, index } = this;
    const ipProtocol = (columns.kind[id] ?? 0) >> 1;
    const family = (columns.kind[id] ?? 0) & HAS_IPV4 ? HAS_IPV4 : HAS_IPV6;
    const clientIs = Math.max(0, (columns.client[id] ?? 0) - 1);
    const withPorts = hasPorts(ipProtocol) && ((columns.sport[id] ?? 0) !== 0 || (columns.dport[id] ?? 0) !== 0);
    const first = { ip: index.ipOf(columns.src[id] ?? 0, family), port: withPorts ? (columns.sport[id] ?? 0) : null };
    const second = { ip: index.ipOf(columns.dst[id] ?? 0, family), port: withPorts ? (columns.dport[id] ?? 0) : null };
    const up = id * 2 + clientIs;
    const down = up ^ 1;
    const packetsToServer = columns.packets[up] ?? 0;
    const packetsToClient = columns.packets[down] ?? 0;
    const bytesToServer = columns.bytes[up] ?? 0;
    const bytesToClient = columns.bytes[down] ?? 0;
    const firstRow = columns.firstRow[id] ?? 0;
    const initialRtt = ipProtocol === TCP ? this.initialRtt(id) : null;
    return {
      id,
      ipProtocol,
      protocol: protocolLabel(ipProtocol),
      interfaceId: columns.interfaceId[id] ?? 0,
      client: clientIs === 0 ? first : second,
      server: clientIs === 0 ? second : first,
      packets: packetsToServer + packetsToClient,
      bytes: bytesToServer + bytesToClient,
      packetsToServer,
      packetsToClient,
      bytesToServer,
      bytesToClient,
      firstNs: index.timestampNs(firstRow),
      lastNs: index.timestampNs(columns.lastRow[id] ?? firstRow),
      firstRow,
      initialRtt,
      flagsToServer: flagLetters(columns.flags[up] ?? 0),
      flagsToClient: flagLetters(columns.flags[down] ?? 0),
      retransmissions: columns.retransmissions[id] ?? 0,
      state: stateOf(
        ipProtocol,
        columns.flags[up] ?? 0,
        columns.flags[down] ?? 0,
        packetsToServer,
        packetsToClient,
        (this.tcp.rttNo[id] ?? 0) !== 0,
      ),
    };
  }
}
