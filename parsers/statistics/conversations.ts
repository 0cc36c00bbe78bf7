// Conversations and endpoints of five kinds in one pass, as tshark's `-z conv,…` and `-z endpoints,…` count them.
// Surprise: a tunnelled packet counts for the outer and for the inner addresses; and side A is whoever sent the first packet.
import { ipText, ipv4 } from '../core/address.ts';
import { SEGMENT_MASK } from '../index/segment.ts';
import { macText } from '../wire/dissection.ts';
import { type FrameFacts, HAS_INNER, HAS_IPV4, HAS_IPV6, HAS_ISSUE, HAS_TCP, HAS_UDP } from '../wire/facts.ts';
import { numbersOf } from '../wire/tables.ts';
import type { CountedPacket, Statistic } from './counted.ts';
import { walkHeaders } from './header-walk.ts';

export const CONVERSATION_KINDS = ['eth', 'ip', 'ipv6', 'tcp', 'udp'] as const;
export type ConversationKind = (typeof CONVERSATION_KINDS)[number];

/** Two ends and what went each way. Ports are null for `eth`, `ip` and `ipv6`; bytes are those on the wire. */
export interface Conversation {
  readonly addressA: string;
  readonly portA: number | null;
  readonly addressB: string;
  readonly portB: number | null;
  readonly packetsAToB: number;
  readonly bytesAToB: number;
  readonly packetsBToA: number;
  readonly bytesBToA: number;
  /** Nanoseconds from the list's first packet to the conversation's, and from there to its last. */
  readonly startNs: number;
  readonly durationNs: number;
}

/** One end of conversations; sent and received are counted from its side. */
export interface Endpoint {
  readonly address: string;
  readonly port: number | null;
  readonly packetsSent: number;
  readonly bytesSent: number;
  readonly packetsReceived: number;
  readonly bytesReceived: number;
}

export interface ConversationTables {
  /** Most packets first; equal ones in the order of their first packet. */
  readonly conversations: Readonly<Record<ConversationKind, readonly Conversation[]>>;
  readonly endpoints: Readonly<Record<ConversationKind, readonly Endpoint[]>>;
  /** True when a table grew beyond its bound and leaves conversations out. */
  readonly isCut: boolean;
}

interface Row {
  readonly addressA: string;
  readonly portA: number | null;
  readonly addressB: string;
  readonly portB: number | null;
  packetsAToB: number;
  bytesAToB: number;
  packetsBToA: number;
  bytesBToA: number;
  first: number;
  last: number;
}

/** A hostile capture can make a conversation a packet; more than this are not kept apart. */
const MAX_ROWS = 500_000;
const ETH = numbersOf('eth')[0] ?? 0;
const IP = numbersOf('ip')[0] ?? 0;
const IPV6 = numbersOf('ipv6')[0] ?? 0;
const TCP = numbersOf('tcp')[0] ?? 0;
const UDP = numbersOf('udp')[0] ?? 0;
const LINK_ETHERNET = 1;
const ETH_HEADER = 14;
const AT_TCP_OFFSET = 12;

class Table {
  readonly rows: Row[] = [];
  private readonly known = new Map<string, Row>();

  row(src: string, sport: number | null, dst: string, dport: number | null, instance: number, ns: number): Row | null {
    const ends = sport === null ? `${src} ${dst}` : `${src} ${sport} ${dst} ${dport} ${instance}`;
    const found = this.known.get(ends);
    if (found !== undefined) return found;
    if (this.rows.length >= MAX_ROWS) return null;
    const row: Row = {
      addressA: src,
      portA: sport,
      addressB: dst,
      portB: dport,
      packetsAToB: 0,
      bytesAToB: 0,
      packetsBToA: 0,
      bytesBToA: 0,
      first: ns,
      last: ns,
    };
    this.rows.push(row);
    this.known.set(ends, row);
    this.known.set(sport === null ? `${dst} ${src}` : `${dst} ${dport} ${src} ${sport} ${instance}`, row);
    return row;
  }
}

function count(row: Row, fromA: boolean, { length, ns }: CountedPacket): void {
  if (fromA) {
    row.packetsAToB++;
    row.bytesAToB += length;
  } else {
    row.packetsBToA++;
    row.bytesBToA += length;
  }
  if (ns > row.last) row.last = ns;
  else if (ns < row.first) row.first = ns;
}

/** The rows that a flow's packets count for, found once. */
interface FlowRows {
  readonly ip: Row | null;
  readonly ipFromA: boolean;
  readonly ports: Row | null;
  readonly portsFromA: boolean;
}

export class Conversations implements Statistic<ConversationTables> {
  private readonly tables: Readonly<Record<ConversationKind, Table>>;
  private readonly flows: FlowRows[][] = [];
  /** How many flows of the same ends and protocol a capture point has had: tells reused ports apart, and matches points. */
  private readonly instances = new Map<string, number>();
  private readonly instanceOf: number[][] = [];
  /** Ethernet conversations by source and destination as numbers. */
  private readonly pairs = new Map<number, Map<number, { readonly row: Row; readonly fromA: boolean }>>();
  private isCut = false;

  constructor() {
    this.tables = { eth: new Table(), ip: new Table(), ipv6: new Table(), tcp: new Table(), udp: new Table() };
  }

  take(packet: CountedPacket): void {
    const { index, row } = packet;
    const segment = index.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const layers = segment.layers[at] ?? 0;
    const isBareIpv6 = (layers & (HAS_IPV6 | HAS_TCP | HAS_UDP)) === HAS_IPV6;
    if ((layers & (HAS_INNER | HAS_ISSUE)) !== 0 || isBareIpv6) {
      this.walk(packet);
      return;
    }
    this.takeEthernet(packet);
    if ((layers & (HAS_IPV4 | HAS_IPV6)) === 0) return;
    const flow = segment.flow[at] ?? 0;
    const known = this.flows[packet.capture] ?? [];
    this.flows[packet.capture] = known;
    let rows = known[flow];
    const direction = index.flowTable.directionOf(flow, row);
    if (rows === undefined) {
      rows = this.rowsOf(packet, layers, direction);
      known[flow] = rows;
    }
    if (rows.ip !== null) count(rows.ip, (direction === 0) === rows.ipFromA, packet);
    if (rows.ports !== null) count(rows.ports, (direction === 0) === rows.portsFromA, packet);
  }

  /** Addresses stand where they do in every Ethernet frame; the decoders are not needed for them. */
  private takeEthernet(packet: CountedPacket): void {
    const { index, row } = packet;
    if (index.interfaces[index.interfaceOf(row)]?.linkType !== LINK_ETHERNET || index.caplen(row) < ETH_HEADER) return;
    const frame = packet.frame();
    if (frame.length < ETH_HEADER) return;
    const src = macNumber(frame, 6);
    const dst = macNumber(frame, 0);
    const known = this.pairs.get(src) ?? new Map<number, { readonly row: Row; readonly fromA: boolean }>();
    let found = known.get(dst);
    if (found === undefined) {
      const address = macText(frame, 6);
      const row = this.tables.eth.row(address, null, macText(frame, 0), null, 0, packet.ns);
      if (row === null) {
        this.isCut = true;
        return;
      }
      found = { row, fromA: row.addressA === address };
      known.set(dst, found);
      this.pairs.set(src, known);
    }
    count(found.row, found.fromA, packet);
  }

  private rowsOf(packet: CountedPacket, layers: number, direction: number): FlowRows {
    const { index, row, ns } = packet;
    const ends = index.endpoints(row);
    if (ends === null) return { ip: null, ipFromA: true, ports: null, portsFromA: true };
    const src = ipText(ends.src);
    const dst = ipText(ends.dst);
    const ip = this.tables[(layers & HAS_IPV4) !== 0 ? 'ip' : 'ipv6'].row(src, null, dst, null, 0, ns);
    const kind = (layers & HAS_TCP) !== 0 ? 'tcp' : (layers & HAS_UDP) !== 0 ? 'udp' : null;
    const sport = ends.sport ?? 0;
    const dport = ends.dport ?? 0;
    const instance = kind === 'tcp' ? this.instance(packet, src, sport, dst, dport) : 0;
    const ports = kind === null ? null : this.tables[kind].row(src, sport, dst, dport, instance, ns);
    if (ip === null || (kind !== null && ports === null)) this.isCut = true;
    const forward = direction === 0;
    return {
      ip,
      ipFromA: (ip?.addressA === src) === forward,
      ports,
      portsFromA: (ports?.addressA === src && ports.portA === sport) === forward,
    };
  }

  /** Counts the connections between the same ends: 0 for the first one at its point. */
  private instance(packet: CountedPacket, src: string, sport: number, dst: string, dport: number): number {
    const { index, row, capture } = packet;
    const flow = index.flowOf(row) ?? 0;
    const known = this.instanceOf[capture] ?? [];
    this.instanceOf[capture] = known;
    const found = known[flow];
    if (found !== undefined) return found;
    const ends = [`${src} ${sport}`, `${dst} ${dport}`].sort().join(' ');
    const key = `${capture} ${index.splitByInterface ? index.interfaceOf(row) : 0} ${ends}`;
    const instance = this.instances.get(key) ?? 0;
    this.instances.set(key, instance + 1);
    known[flow] = instance;
    return instance;
  }

  private add(
    kind: ConversationKind,
    packet: CountedPacket,
    src: string,
    sport: number | null,
    dst: string,
    dport: number | null,
    instance: number,
  ): void {
    const row = this.tables[kind].row(src, sport, dst, dport, instance, packet.ns);
    if (row === null) this.isCut = true;
    else count(row, row.addressA === src && row.portA === sport, packet);
  }

  private walk(packet: CountedPacket): void {
    let src = '';
    let dst = '';
    walkHeaders(packet.index, packet.row, packet.frame(), (number, from, facts) => {
      const { view } = facts;
      // A decoder that could not read its header whole stays where it was.
      if (facts.at <= from) return;
      if (number === ETH) {
        const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
        this.add('eth', packet, macText(bytes, from + 6), null, macText(bytes, from), null, 0);
      } else if (number === IP || number === IPV6) {
        if ((facts.layers & (number === IP ? HAS_IPV4 : HAS_IPV6)) === 0) return;
        // As tshark: of an IPv6 datagram in pieces only the piece that completes it counts.
        if (number === IPV6 && facts.fragmentOffset >= 0 && packet.index.datagramOf(packet.row) === null) return;
        [src, dst] = addressesOf(facts, number === IP);
        this.add(number === IP ? 'ip' : 'ipv6', packet, src, null, dst, null, 0);
      } else if (number === TCP || number === UDP) {
        if ((facts.layers & (number === TCP ? HAS_TCP : HAS_UDP)) === 0) return;
        const { sport, dport } = facts;
        // As tshark: a segment whose options were cut off does not count.
        if (number === TCP && from + (view.getUint8(from + AT_TCP_OFFSET) >> 4) * 4 > view.byteLength) return;
        const instance = number === TCP ? this.instance(packet, src, sport, dst, dport) : 0;
        this.add(number === TCP ? 'tcp' : 'udp', packet, src, sport, dst, dport, instance);
      }
    });
  }

  result(): ConversationTables {
    const { tables, isCut } = this;
    const each = <T>(make: (kind: ConversationKind) => T): Record<ConversationKind, T> => ({
      eth: make('eth'),
      ip: make('ip'),
      ipv6: make('ipv6'),
      tcp: make('tcp'),
      udp: make('udp'),
    });
    return {
      conversations: each((kind) => conversationsOf(tables[kind].rows)),
      endpoints: each((kind) => endpointsOf(tables[kind].rows)),
      isCut,
    };
  }
}

function macNumber(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function addressesOf(facts: FrameFacts, isIpv4: boolean): [string, string] {
  if (isIpv4) return [ipText(ipv4(facts.srcD)), ipText(ipv4(facts.dstD))];
  const src = { family: 6, a: facts.srcA, b: facts.srcB, c: facts.srcC, d: facts.srcD } as const;
  const dst = { family: 6, a: facts.dstA, b: facts.dstB, c: facts.dstC, d: facts.dstD } as const;
  return [ipText(src), ipText(dst)];
}

function conversationsOf(rows: readonly Row[]): Conversation[] {
  return [...rows]
    .sort((a, b) => b.packetsAToB + b.packetsBToA - a.packetsAToB - a.packetsBToA)
    .map(({ first, last, ...row }) => ({ ...row, startNs: first, durationNs: last - first }));
}

interface EndpointSums {
  readonly address: string;
  readonly port: number | null;
  packetsSent: number;
  bytesSent: number;
  packetsReceived: number;
  bytesReceived: number;
}

function endpointsOf(rows: readonly Row[]): Endpoint[] {
  const found = new Map<string, EndpointSums>();
  const end = (address: string, port: number | null): EndpointSums => {
    const key = `${address} ${port}`;
    const known = found.get(key) ?? {
      address,
      port,
      packetsSent: 0,
      bytesSent: 0,
      packetsReceived: 0,
      bytesReceived: 0,
    };
    found.set(key, known);
    return known;
  };
  for (const row of rows) {
    const a = end(row.addressA, row.portA);
    const b = end(row.addressB, row.portB);
    a.packetsSent += row.packetsAToB;
    a.bytesSent += row.bytesAToB;
    b.packetsReceived += row.packetsAToB;
    b.bytesReceived += row.bytesAToB;
    b.packetsSent += row.packetsBToA;
    b.bytesSent += row.bytesBToA;
    a.packetsReceived += row.packetsBToA;
    a.bytesReceived += row.bytesBToA;
  }
  return [...found.values()].sort((a, b) => b.packetsSent + b.packetsReceived - a.packetsSent - a.packetsReceived);
}
