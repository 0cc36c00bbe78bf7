// The cold side: one frame on its way to a tree of fields. Protocol files append layers and nodes, set the list's columns and say
// what follows. It mirrors `FrameFacts`, and a property test holds the two decoders of every protocol equal.
// Surprise: a packet quoted inside an ICMP error is dissected like any other, but must not change the columns: `locked`.
import { ipText } from '../core/address.ts';
import type { DecodeIssue } from '../core/issue.ts';
import type { DatagramNote } from './datagram-reading.ts';
import { NEXT_NONE } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { SegmentParts } from './stream-reading.ts';
import type { PortTables } from './tables.ts';

/** What the index knows about the packet's flow, which the bytes alone do not tell. */
export interface FlowContext {
  /** IP protocol of the flow, and where the header stands that it is about (that of the innermost packet); -1 for the first one. */
  readonly ipProtocol: number;
  readonly headerAt: number;
  /** Number among the flows of the same protocol, as `tcp.stream`. */
  readonly stream: number;
  /** Sequence numbers that count as 0 in this direction and the other; null before one was seen. */
  readonly baseSeq: number | null;
  readonly baseAck: number | null;
  /** Window shift: -1 unknown, -2 not in use. */
  readonly windowShift: number;
  /** Bits of flow/analysis-flags.ts, already turned into list prefix and tree nodes by the caller. */
  readonly prefix: string;
  readonly notes: readonly {
    readonly filter: string;
    readonly text: string;
    readonly severity: 'chat' | 'note' | 'warn';
  }[];
  /** Nanoseconds since the packet of another row; null where no index is. */
  readonly sinceRow: ((row: number) => number) | null;
  /** A retransmission or keep-alive: what it carries is not read again. */
  readonly repeated: boolean;
  /** What the payload is, where the stream was put together; null: read the segment by itself. */
  readonly parts: SegmentParts | null;
  /** What the UDP conversation says about this datagram; null: read it by itself. */
  readonly datagram: DatagramNote | null;
  /** Who announced this conversation said of it; null for those that nobody did. */
  readonly announced: DatagramNote | null;
  /** What flow/tcp-timing.ts found; null outside TCP. Times are in nanoseconds. */
  readonly timing: {
    readonly acked: { readonly no: number; readonly ns: number } | null;
    readonly inFlight: number | null;
    readonly pushed: number | null;
    readonly rto: { readonly no: number; readonly ns: number } | null;
    readonly completeness: number;
    readonly closesFirst: boolean;
    readonly sinceFirst: number;
    readonly sinceBefore: number;
  } | null;
  /** The analysis noted something of this packet, shown or not: what is known of its stream is then repeated. */
  readonly remarked: boolean;
  /** Of a duplicate ACK: packet number of the one it repeats, and the count. */
  readonly duplicate: { readonly original: number; readonly count: number } | null;
  /** Packet number (from 1) that an ICMP reply answers. */
  readonly requestNo: number | null;
  readonly initialRtt: number | null;
}

/** An IP datagram put together, and the packets (from 1) that its parts came in. */
export interface JoinedDatagram {
  readonly bytes: Uint8Array;
  readonly fragments: readonly { readonly packet: number; readonly size: number }[];
}

/** Bytes that nodes point into. */
export interface ByteSource {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Columns {
  source: string;
  destination: string;
  protocol: string;
  info: string;
}

const MAX_NODES = 20_000;

export class Dissection {
  /** Where `at` and `end` count: the frame, or the buffer that was entered. */
  bytes: Uint8Array;
  view: DataView;
  /** The frame first, then the buffers put together for it. */
  readonly sources: ByteSource[];
  private source: number;
  readonly flow: FlowContext | null;
  private flowTaken: boolean;
  at: number;
  /** Last byte that may be read, by what was captured and by the enclosing header's length. */
  end: number;
  /** End of the enclosing payload by its header, which may lie beyond what was captured. */
  wireEnd: number;
  next: number;
  nextKey: number;
  /** Both ports for the port tables, when the next protocol hangs on ports. */
  nextKey2: number;
  readonly layers: FieldNode[];
  readonly issues: DecodeIssue[];
  readonly columns: Columns;
  locked: boolean;
  /** The datagram that this frame completes, until an IP header has gone on to it. */
  datagram: JoinedDatagram | null;
  /** A header claims bytes that the packet does not have; the list says so. */
  isMalformed: boolean;
  /** Set by TCP: its payload is read by this plan, not by the port tables. */
  parts: SegmentParts | null;
  /** Which protocols hang on which ports; null for the usual ones. */
  ports: PortTables | null;
  /** Of the decoder behind two ports: one of them led to it, or the stream it is part of is known. */
  byPort: boolean;
  /** Set by UDP: whose datagram this is, and what is known of it. */
  known: DatagramNote | null;
  /** For a TCP protocol: what its reader said of this message; whether it goes to the server; whether one came before it in this row. */
  note: unknown;
  toServer: boolean;
  continued: boolean;
  /** TTL or hop limit of the last IP header; ICMP shows it. */
  ttl: number;
  /** Text of the link-layer source, for ARP over cooked captures. */
  linkSource: string;
  private nodes: number;

  constructor(bytes: Uint8Array, length: number, flow: FlowContext | null) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.sources = [{ name: 'Frame', bytes }];
    this.source = 0;
    this.flow = flow;
    this.flowTaken = false;
    this.at = 0;
    this.end = bytes.length;
    this.wireEnd = Math.max(bytes.length, length);
    this.next = NEXT_NONE;
    this.nextKey = 0;
    this.nextKey2 = 0;
    this.layers = [];
    this.issues = [];
    this.columns = { source: '', destination: '', protocol: '', info: '' };
    this.locked = false;
    this.datagram = null;
    this.isMalformed = false;
    this.parts = null;
    this.ports = null;
    this.byPort = true;
    this.known = null;
    this.note = null;
    this.toServer = true;
    this.continued = false;
    this.ttl = 0;
    this.linkSource = '';
    this.nodes = 0;
  }

  /** The flow's facts for a header of this protocol, once: null for a second header and for a quoted one. */
  takeFlow(ipProtocol: number): FlowContext | null {
    if (this.locked || this.flowTaken || this.flow?.ipProtocol !== ipProtocol) return null;
    if (this.flow.headerAt >= 0 && this.flow.headerAt !== this.at) return null;
    this.flowTaken = true;
    return this.flow;
  }

  /** Goes on in a buffer put together from several packets: `at` is its start. The function given back returns to where we were. */
  enter(name: string, bytes: Uint8Array): () => void {
    const before = { bytes: this.bytes, view: this.view, source: this.source, at: this.at, end: this.end };
    const { wireEnd } = this;
    this.source = this.sources.length;
    this.sources.push({ name, bytes });
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.at = 0;
    this.end = bytes.length;
    this.wireEnd = bytes.length;
    return () => {
      Object.assign(this, before);
      this.wireEnd = wireEnd;
    };
  }

  /** Captured bytes from `at` on. */
  get left(): number {
    return Math.max(0, this.end - this.at);
  }

  /** True when `size` bytes are there; otherwise an issue says what is missing and which length cut it. */
  need(size: number, protocol: string): boolean {
    return this.needAt(this.at, size, protocol);
  }

  needAt(at: number, size: number, protocol: string): boolean {
    if (at + size <= this.end) return true;
    const cut = this.end === this.bytes.length && this.wireEnd > this.end;
    this.issues.push({
      kind: 'truncated',
      protocol,
      where: 'frame',
      offset: at,
      needed: size,
      available: Math.max(0, this.end - at),
      limitedBy: cut || this.end === this.bytes.length ? 'caplen' : 'header',
      message: `The ${protocol} header needs ${size} bytes at ${at}, and ${Math.max(0, this.end - at)} are there.`,
    });
    return false;
  }

  malformed(protocol: string, offset: number, message: string): void {
    this.issues.push({ kind: 'malformed', protocol, where: 'frame', offset, message });
  }

  layer(filter: string, label: string, offset: number, length: number): FieldNode {
    const node = this.leaf(filter, label, null, offset, length);
    this.layers.push(node);
    return node;
  }

  node(
    parent: FieldNode,
    filter: string | null,
    label: string,
    value: string | null,
    offset: number,
    length: number,
  ): FieldNode {
    const node = this.leaf(filter, label, value, offset, length);
    // A hostile packet can ask for a node a byte; past the bound nodes are made but not kept.
    if (this.nodes++ < MAX_NODES) parent.children.push(node);
    return node;
  }

  /** `Name: value`, with the value as the filter takes it. */
  field(
    parent: FieldNode,
    filter: string,
    name: string,
    value: number | string,
    offset: number,
    length: number,
  ): FieldNode {
    return this.node(parent, filter, `${name}: ${value}`, String(value), offset, length);
  }

  /** A field shown in hexadecimal of `digits`; its value keeps the same form, as tshark prints it. */
  hex(
    parent: FieldNode,
    filter: string,
    name: string,
    value: number,
    digits: number,
    offset: number,
    length: number,
  ): FieldNode {
    const text = hexText(value, digits);
    return this.node(parent, filter, `${name}: ${text}`, text, offset, length);
  }

  bit(parent: FieldNode, filter: string, name: string, on: boolean, offset: number, length: number): FieldNode {
    return this.node(parent, filter, `${name}: ${on ? 'Set' : 'Not set'}`, on ? '1' : '0', offset, length);
  }

  generated(parent: FieldNode, filter: string | null, label: string, value: string | null): FieldNode {
    const node = this.node(parent, filter, `[${label}]`, value, parent.offset, 0);
    node.generated = true;
    return node;
  }

  setProtocol(protocol: string, info: string): void {
    if (this.locked) return;
    this.columns.protocol = protocol;
    this.columns.info = info;
  }

  /** Sets the columns; where another message of the row stands before, its text is kept, then `separator`, then this one's. */
  addInfo(protocol: string, info: string, separator: string): void {
    if (this.locked) return;
    this.columns.protocol = protocol;
    this.columns.info = this.continued ? `${this.columns.info}${separator}${info}` : info;
    this.continued = true;
  }

  setAddresses(source: string, destination: string): void {
    if (this.locked) return;
    this.columns.source = source;
    this.columns.destination = destination;
  }

  mac(at: number): string {
    return macText(this.bytes, at);
  }

  ipv6(at: number): string {
    const { view } = this;
    return ipText({
      family: 6,
      a: view.getUint32(at),
      b: view.getUint32(at + 4),
      c: view.getUint32(at + 8),
      d: view.getUint32(at + 12),
    });
  }

  ipv4(at: number): string {
    const { bytes } = this;
    return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  }

  private leaf(filter: string | null, label: string, value: string | null, offset: number, length: number): FieldNode {
    const clipped = Math.max(0, Math.min(length, this.bytes.length - offset));
    const { source } = this;
    return { filter, label, value, source, offset, length: clipped, generated: false, severity: null, children: [] };
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Nanoseconds as seconds with nine decimals. */
export function secondsOf(ns: number): string {
  const sign = ns < 0 ? '-' : '';
  const size = Math.abs(ns);
  return `${sign}${Math.floor(size / 1e9)}.${String(size % 1e9).padStart(9, '0')}`;
}

export function hexText(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export function macText(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = 0; i < 6; i++) text += `${i === 0 ? '' : ':'}${(bytes[at + i] ?? 0).toString(16).padStart(2, '0')}`;
  return text;
}

/** A MAC address as the columns show it. */
export function macName(mac: string): string {
  return mac === 'ff:ff:ff:ff:ff:ff' ? 'Broadcast' : mac;
}

export function hexBytes(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += (bytes[i] ?? 0).toString(16).padStart(2, '0');
  return text;
}

/** Text of bytes that should be ASCII; anything else is a dot, so that it can be shown anywhere. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return text;
}
