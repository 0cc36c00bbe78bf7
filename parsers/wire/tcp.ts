// TCP (RFC 9293), one segment by itself; what follows from other packets comes in as `FlowContext` (see flow/).
// Surprise: the segment length is taken from the IP length, not from the captured bytes, so that cut packets count right.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ISSUE, HAS_TCP, NEXT_TCP_PORTS } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { analysisNodes, completenessText, connectionNodes, timeNodes } from './tcp-analysis.ts';
import { dissectOptions, OPTION_FIELDS } from './tcp-options.ts';

const AT_SPORT = 0;
const AT_DPORT = 2;
const AT_SEQ = 4;
const AT_ACK = 8;
const AT_FLAGS = 12;
const AT_WINDOW = 14;
const AT_CHECKSUM = 16;
const AT_URGENT = 18;
const MIN_HEADER = 20;
/** Ports to window: Wireshark follows a connection by these, also where the header is cut after them. */
const NUMBERS = 16;

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 0x10;
const URG = 0x20;

const OPT_NOP = 1;
const OPT_WINDOW_SCALE = 3;

/** Flag names from the lowest bit, as the list shows them, and the field and name of each in the tree. */
const FLAGS: readonly {
  readonly bit: number;
  readonly list: string;
  readonly filter: string;
  readonly name: string;
}[] = [
  { bit: FIN, list: 'FIN', filter: 'tcp.flags.fin', name: 'Fin' },
  { bit: SYN, list: 'SYN', filter: 'tcp.flags.syn', name: 'Syn' },
  { bit: RST, list: 'RST', filter: 'tcp.flags.reset', name: 'Reset' },
  { bit: PSH, list: 'PSH', filter: 'tcp.flags.push', name: 'Push' },
  { bit: ACK, list: 'ACK', filter: 'tcp.flags.ack', name: 'Acknowledgment' },
  { bit: URG, list: 'URG', filter: 'tcp.flags.urg', name: 'Urgent' },
  { bit: 0x40, list: 'ECE', filter: 'tcp.flags.ece', name: 'ECN-Echo' },
  { bit: 0x80, list: 'CWR', filter: 'tcp.flags.cwr', name: 'Congestion Window Reduced' },
  { bit: 0x100, list: 'AE', filter: 'tcp.flags.ae', name: 'Accurate ECN' },
];

function index(facts: FrameFacts): boolean {
  const { view, at } = facts;
  if (!facts.has(NUMBERS)) return true;
  const flags = view.getUint16(at + AT_FLAGS);
  const headerLength = (flags >> 12) * 4;
  facts.enterTransport(HAS_TCP);
  facts.sport = view.getUint16(at + AT_SPORT);
  facts.dport = view.getUint16(at + AT_DPORT);
  facts.seq = view.getUint32(at + AT_SEQ);
  facts.ack = view.getUint32(at + AT_ACK);
  facts.tcpFlags = flags & 0xfff;
  facts.window = view.getUint16(at + AT_WINDOW);
  if (headerLength < MIN_HEADER) {
    facts.layers |= HAS_ISSUE;
    facts.payloadLength = 0;
    return true;
  }
  facts.payloadLength = Math.max(0, facts.wireEnd - at - headerLength);
  if ((flags & SYN) !== 0)
    facts.windowScale = windowScale(view, at + MIN_HEADER, Math.min(at + headerLength, facts.end));
  if (!facts.has(headerLength)) return true;
  facts.at = at + headerLength;
  if (facts.payloadLength > 0 && (flags & RST) === 0) facts.next = NEXT_TCP_PORTS;
  return true;
}

/** The window scale option between `from` and `end`; -1 without one. */
function windowScale(view: DataView, from: number, end: number): number {
  for (let at = from; at < end; ) {
    const kind = view.getUint8(at);
    if (kind === 0) return -1;
    if (kind === OPT_NOP) {
      at++;
      continue;
    }
    if (at + 1 >= end) return -1;
    const size = view.getUint8(at + 1);
    if (size < 2 || at + size > end) return -1;
    if (kind === OPT_WINDOW_SCALE && size === 3) return Math.min(14, view.getUint8(at + 2));
    at += size;
  }
  return -1;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('TCP', '');
  if (!d.need(NUMBERS, 'tcp')) {
    const layer = d.layer('tcp', 'Transmission Control Protocol', at, d.left);
    if (d.left >= 4) {
      const [sport, dport] = ports(d, layer, at);
      d.setProtocol('TCP', `${sport} → ${dport}`);
    }
    d.at = d.end;
    return;
  }
  const word = view.getUint16(at + AT_FLAGS);
  const flags = word & 0xfff;
  const headerLength = (word >> 12) * 4;
  const seq = view.getUint32(at + AT_SEQ);
  const ack = view.getUint32(at + AT_ACK);
  const hasAck = (flags & ACK) !== 0;
  const known = d.takeFlow(6);
  // Without a flow (inside a tunnel) a SYN still is its own base; anything later has to show the numbers of the header.
  const isSyn = (flags & SYN) !== 0;
  const relativeSeq = known?.baseSeq == null ? (isSyn && !d.locked ? 0 : seq) : (seq - known.baseSeq) >>> 0;
  const relativeAck =
    known?.baseAck == null || !hasAck ? (isSyn && hasAck && !d.locked ? 1 : ack) : (ack - known.baseAck) >>> 0;
  const bogus = headerLength < MIN_HEADER;
  const length = bogus ? 0 : Math.max(0, d.wireEnd - at - headerLength);
  const rawWindow = view.getUint16(at + AT_WINDOW);
  const window = known && known.windowShift > 0 && (flags & SYN) === 0 ? rawWindow * 2 ** known.windowShift : rawWindow;
  const layer = d.layer('tcp', '', at, bogus ? MIN_HEADER : headerLength);
  const [sport, dport] = ports(d, layer, at);
  layer.label = `Transmission Control Protocol, Src Port: ${sport}, Dst Port: ${dport}, Seq: ${relativeSeq}${hasAck ? `, Ack: ${relativeAck}` : ''}, Len: ${length}`;
  if (known) d.generated(layer, 'tcp.stream', `Stream index: ${known.stream}`, String(known.stream));
  const completeness = known?.timing?.completeness ?? null;
  if (completeness !== null)
    d.generated(layer, 'tcp.completeness', completenessText(completeness), String(completeness));
  // A quoted segment is cut by design: how long it was, nobody knows.
  if (!d.locked) d.generated(layer, 'tcp.len', `TCP Segment Len: ${length}`, String(length));
  const relative = known?.baseSeq == null ? '' : '    (relative sequence number)';
  d.node(layer, 'tcp.seq', `Sequence Number: ${relativeSeq}${relative}`, String(relativeSeq), at + AT_SEQ, 4);
  d.field(layer, 'tcp.seq_raw', 'Sequence Number (raw)', seq, at + AT_SEQ, 4);
  const nextSeq = (relativeSeq + length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
  d.generated(layer, 'tcp.nxtseq', `Next Sequence Number: ${nextSeq}${relative}`, String(nextSeq));
  d.node(
    layer,
    'tcp.ack',
    `Acknowledgment Number: ${relativeAck}${hasAck ? relative.replace('sequence', 'ack') : ''}`,
    String(relativeAck),
    at + AT_ACK,
    4,
  );
  d.field(layer, 'tcp.ack_raw', 'Acknowledgment number (raw)', ack, at + AT_ACK, 4);
  d.node(
    layer,
    'tcp.hdr_len',
    `Header Length: ${headerLength} bytes (${headerLength / 4})`,
    String(headerLength),
    at + AT_FLAGS,
    1,
  );
  flagNodes(d, layer, at, flags);
  d.field(layer, 'tcp.window_size_value', 'Window', rawWindow, at + AT_WINDOW, 2);
  d.generated(layer, 'tcp.window_size', `Calculated window size: ${window}`, String(window));
  if (known && (flags & SYN) === 0) scaleNode(d, layer, known.windowShift);
  connectionNodes(d, layer, flags, known);
  const numbers = `Seq=${relativeSeq}${hasAck ? ` Ack=${relativeAck}` : ''} Win=${window}`;
  if (!d.need(MIN_HEADER, 'tcp')) {
    d.setProtocol('TCP', `${sport} → ${dport} [${flagList(flags)}] ${numbers}`);
    d.at = d.end;
    return;
  }
  const checksum = view.getUint16(at + AT_CHECKSUM);
  d.node(
    layer,
    'tcp.checksum',
    `Checksum: ${hexText(checksum, 4)} [unverified]`,
    hexText(checksum, 4),
    at + AT_CHECKSUM,
    2,
  );
  const urgent = view.getUint16(at + AT_URGENT);
  d.field(layer, 'tcp.urgent_pointer', 'Urgent Pointer', urgent, at + AT_URGENT, 2);
  const whole = at + headerLength <= d.end;
  // tshark says what it found out about a segment after its options: not at all when those are cut.
  const head = `${whole ? (known?.prefix ?? '') : ''}${sport} → ${dport} [${flagList(flags)}]`;
  if (bogus) {
    d.malformed('tcp', at + AT_FLAGS, `The header length field says ${headerLength} bytes; 20 is the least.`);
    d.setProtocol(
      'TCP',
      `${sport} → ${dport} [${flagList(flags)}] ${numbers}, bogus TCP header length (${headerLength}, must be at least 20)`,
    );
    d.at = d.end;
    return;
  }
  const options = dissectOptions(d, layer, at + MIN_HEADER, at + headerLength, known?.baseAck ?? 0);
  if (known) timeNodes(d, layer, known);
  if (known && whole) analysisNodes(d, layer, known);
  const urgentText = (flags & URG) !== 0 ? ` Urg=${urgent}` : '';
  d.setProtocol('TCP', `${head} ${numbers}${urgentText} Len=${length}${options}`);
  if (!d.need(headerLength, 'tcp')) {
    d.at = d.end;
    return;
  }
  d.at = at + headerLength;
  if (length === 0) {
    // A FIN without data ends a message that was to go on until then.
    if (known?.parts && known.parts.parts.length > 0) d.parts = known.parts;
    return;
  }
  d.node(layer, 'tcp.payload', `TCP payload (${length} bytes)`, null, d.at, length);
  if (known?.parts) {
    d.parts = known.parts;
    return;
  }
  if ((flags & RST) !== 0 || known?.repeated) return;
  d.next = NEXT_TCP_PORTS;
  d.nextKey = sport;
  d.nextKey2 = dport;
}

function ports(d: Dissection, layer: FieldNode, at: number): readonly [number, number] {
  const sport = d.view.getUint16(at + AT_SPORT);
  const dport = d.view.getUint16(at + AT_DPORT);
  d.field(layer, 'tcp.srcport', 'Source Port', sport, at + AT_SPORT, 2);
  d.field(layer, 'tcp.dstport', 'Destination Port', dport, at + AT_DPORT, 2);
  return [sport, dport];
}

function flagList(flags: number): string {
  const names = FLAGS.filter((flag) => (flags & flag.bit) !== 0).map((flag) => flag.list);
  if ((flags & 0xe00) !== 0) names.push('Reserved');
  return names.length === 0 ? '<None>' : names.join(', ');
}

function flagNodes(d: Dissection, layer: FieldNode, at: number, flags: number): void {
  const node = d.node(
    layer,
    'tcp.flags',
    `Flags: ${hexText(flags, 3)} (${flagList(flags)})`,
    hexText(flags, 4),
    at + AT_FLAGS,
    2,
  );
  const reserved = flags >> 9;
  d.node(
    node,
    'tcp.flags.res',
    `Reserved: ${reserved === 0 ? 'Not set' : 'Set'}`,
    reserved === 0 ? '0' : '1',
    at + AT_FLAGS,
    1,
  );
  for (const flag of [...FLAGS].reverse()) {
    const where = flag.bit > 0xff ? at + AT_FLAGS : at + AT_FLAGS + 1;
    d.bit(node, flag.filter, flag.name, (flags & flag.bit) !== 0, where, 1);
  }
}

function scaleNode(d: Dissection, layer: FieldNode, shift: number): void {
  if (shift >= 0)
    d.generated(layer, 'tcp.window_size_scalefactor', `Window size scaling factor: ${2 ** shift}`, String(2 ** shift));
  else if (shift === -1)
    d.generated(layer, 'tcp.window_size_scalefactor', 'Window size scaling factor: -1 (unknown)', '-1');
  else
    d.generated(layer, 'tcp.window_size_scalefactor', 'Window size scaling factor: -2 (no window scaling used)', '-2');
}

export const protocol: Protocol = {
  filter: 'tcp',
  name: 'Transmission Control Protocol',
  attach: { ipProtocols: [6] },
  fields: [
    { name: 'tcp.srcport', kind: 'uint' },
    { name: 'tcp.dstport', kind: 'uint' },
    { name: 'tcp.port', kind: 'uint', either: ['tcp.srcport', 'tcp.dstport'] },
    { name: 'tcp.stream', kind: 'uint' },
    { name: 'tcp.len', kind: 'uint' },
    { name: 'tcp.seq', kind: 'uint' },
    { name: 'tcp.seq_raw', kind: 'uint' },
    { name: 'tcp.nxtseq', kind: 'uint' },
    { name: 'tcp.ack', kind: 'uint' },
    { name: 'tcp.ack_raw', kind: 'uint' },
    { name: 'tcp.hdr_len', kind: 'uint' },
    { name: 'tcp.flags', kind: 'uint' },
    { name: 'tcp.flags.res', kind: 'bool' },
    { name: 'tcp.flags.fin', kind: 'bool' },
    { name: 'tcp.flags.syn', kind: 'bool' },
    { name: 'tcp.flags.reset', kind: 'bool' },
    { name: 'tcp.flags.push', kind: 'bool' },
    { name: 'tcp.flags.ack', kind: 'bool' },
    { name: 'tcp.flags.urg', kind: 'bool' },
    { name: 'tcp.flags.ece', kind: 'bool' },
    { name: 'tcp.flags.cwr', kind: 'bool' },
    { name: 'tcp.flags.ae', kind: 'bool' },
    { name: 'tcp.window_size_value', kind: 'uint' },
    { name: 'tcp.window_size', kind: 'uint' },
    { name: 'tcp.window_size_scalefactor', kind: 'uint' },
    { name: 'tcp.checksum', kind: 'uint', bits: [128, 16] },
    { name: 'tcp.urgent_pointer', kind: 'uint', bits: [144, 16] },
    { name: 'tcp.payload', kind: 'bytes' },
    { name: 'tcp.segment_data', kind: 'bytes' },
    { name: 'tcp.segments', kind: 'none' },
    { name: 'tcp.segment', kind: 'uint' },
    { name: 'tcp.segment.count', kind: 'uint' },
    { name: 'tcp.reassembled.length', kind: 'uint' },
    { name: 'tcp.analysis', kind: 'none' },
    { name: 'tcp.analysis.initial_rtt', kind: 'seconds' },
    { name: 'tcp.analysis.acks_frame', kind: 'uint' },
    { name: 'tcp.analysis.ack_rtt', kind: 'seconds' },
    { name: 'tcp.analysis.bytes_in_flight', kind: 'uint' },
    { name: 'tcp.analysis.push_bytes_sent', kind: 'uint' },
    { name: 'tcp.analysis.rto', kind: 'seconds' },
    { name: 'tcp.analysis.rto_frame', kind: 'uint' },
    { name: 'tcp.analysis.duplicate_ack_num', kind: 'uint' },
    { name: 'tcp.analysis.duplicate_ack_frame', kind: 'uint' },
    { name: 'tcp.completeness', kind: 'uint' },
    { name: 'tcp.connection.syn', kind: 'none' },
    { name: 'tcp.connection.synack', kind: 'none' },
    { name: 'tcp.connection.fin', kind: 'none' },
    { name: 'tcp.connection.fin_active', kind: 'none' },
    { name: 'tcp.connection.fin_passive', kind: 'none' },
    { name: 'tcp.connection.rst', kind: 'none' },
    { name: 'tcp.time_relative', kind: 'seconds' },
    { name: 'tcp.time_delta', kind: 'seconds' },
    { name: 'tcp.analysis.flags', kind: 'none' },
    { name: 'tcp.analysis.retransmission', kind: 'none' },
    { name: 'tcp.analysis.fast_retransmission', kind: 'none' },
    { name: 'tcp.analysis.spurious_retransmission', kind: 'none' },
    { name: 'tcp.analysis.out_of_order', kind: 'none' },
    { name: 'tcp.analysis.duplicate_ack', kind: 'none' },
    { name: 'tcp.analysis.lost_segment', kind: 'none' },
    { name: 'tcp.analysis.ack_lost_segment', kind: 'none' },
    { name: 'tcp.analysis.zero_window', kind: 'none' },
    { name: 'tcp.analysis.zero_window_probe', kind: 'none' },
    { name: 'tcp.analysis.zero_window_probe_ack', kind: 'none' },
    { name: 'tcp.analysis.window_full', kind: 'none' },
    { name: 'tcp.analysis.window_update', kind: 'none' },
    { name: 'tcp.analysis.keep_alive', kind: 'none' },
    { name: 'tcp.analysis.keep_alive_ack', kind: 'none' },
    { name: 'tcp.analysis.reused_ports', kind: 'none' },
    ...OPTION_FIELDS,
  ],
  index,
  dissect,
};
