// One row made visible: joins what the bytes say (wire/dissect.ts) with what the index knows of the flow.
// Surprise: everything here runs for the rows on the screen only, so it may make objects and strings as it likes.

import { decodeUtf8, encodeUtf8 } from '../capture/utf8.ts';
import { SCTP, TCP } from '../core/protocol-numbers.ts';
import { ANALYSIS_FLAGS, DUPLICATE_ACK, NOT_READ_AGAIN } from '../flow/analysis-flags.ts';
import { type Followed, followFlow } from '../flow/follow.ts';
import { isCutRead } from '../flow/stream-book.ts';
import { transportAt } from '../wire/decode.ts';
import { dissectFrame } from '../wire/dissect.ts';
import type { Dissection, FlowContext } from '../wire/dissection.ts';
import { HAS_ICMP, HAS_INNER, HAS_TCP, HAS_UDP } from '../wire/facts.ts';
import type { CaptureIndex, PacketDissection, PacketSummary } from './capture-index.ts';
import { colorOf } from './color-rules.ts';
import { frameLayer } from './frame-layer.ts';
import { PacketIndex } from './packet-index.ts';
import { SEGMENT_MASK } from './segment.ts';

export function summaryOf(index: CaptureIndex, row: number, frame: Uint8Array): PacketSummary {
  const inner = own(index);
  const d = dissectRow(inner, row, frame);
  return { ...d.columns, color: colorOf(inner, row, frame, d) };
}

export function treeOf(index: CaptureIndex, row: number, frame: Uint8Array): PacketDissection {
  const inner = own(index);
  const d = dissectRow(inner, row, frame);
  return { layers: [frameLayer(inner, row, frame, d), ...d.layers], sources: d.sources, issues: d.issues };
}

export function follow(index: CaptureIndex, flow: number, limit: number): Followed | null {
  const inner = own(index);
  const { streams } = inner;
  return streams === null ? null : followFlow(inner, flow, (row) => streams.captured(row), limit);
}

/** The frame of a row, dissected with all that the index knows about its flow. */
export function dissectRow(index: PacketIndex, row: number, frame: Uint8Array): Dissection {
  const linkType = index.interfaces[index.interfaceOf(row)]?.linkType ?? 0;
  const flow = flowContext(index, row);
  const isInner = (index.layersOf(row) & HAS_INNER) !== 0;
  const datagram = index.datagramOf(row);
  const about =
    flow && isInner && datagram === null
      ? { ...flow, headerAt: transportAt(frame, index.length(row), linkType) }
      : flow;
  const d = dissectFrame(frame, index.length(row), linkType, about, datagram, index.ports);
  const cut = d.issues.some(
    (issue) =>
      issue.kind === 'truncated' &&
      issue.limitedBy === 'caplen' &&
      (issue.protocol !== 'data' || missesData(d, issue.needed ?? 0, issue.available ?? 0)),
  );
  if (cut && index.caplen(row) < index.length(row)) d.columns.info += '[Packet size limited during capture]';
  else if (
    d.isMalformed ||
    (!d.locked && d.issues.some((issue) => issue.kind !== 'unsupported' && issue.protocol === 'dns'))
  )
    d.columns.info += '[Malformed Packet]';
  if (d.columns.info.length > MAX_INFO / 3) d.columns.info = clipped(d.columns.info);
  return d;
}

/** A column is cut where Wireshark cuts it: after so many bytes. */
const MAX_INFO = 4095;

function clipped(text: string): string {
  const bytes = encodeUtf8(text);
  if (bytes.length <= MAX_INFO) return text;
  let end = MAX_INFO;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return decodeUtf8(bytes.subarray(0, end));
}

/** True when a payload of `size` bytes that nobody knows is cut so short that Wireshark's heuristics miss something. */
function missesData(d: Dissection, size: number, available: number): boolean {
  if (d.flow?.repeated) return false;
  const carrier = d.layers.filter(({ filter }) => filter !== 'data').at(-1)?.filter;
  if (carrier === 'tcp') return size >= 4 && available > 0 && available < (size < 20 ? 4 : 8);
  return carrier === 'udp' && available < (size < 4 ? 1 : size < 110 ? 4 : 6);
}

function own(index: CaptureIndex): PacketIndex {
  if (index instanceof PacketIndex) return index;
  throw new TypeError('this index was not made by CaptureIndexer');
}

function flowContext(index: PacketIndex, row: number): FlowContext | null {
  const flow = index.flowOf(row);
  if (flow === null) return null;
  const table = index.flowTable;
  const layers = index.layersOf(row);
  const stream = table.streamOf(flow);
  if ((layers & HAS_TCP) === 0) {
    const protocol = index.segmentOf(row).ipProtocol[row & SEGMENT_MASK] ?? 0;
    const sctp = flow * 2 + (protocol === SCTP ? table.directionOf(flow, row) : 0);
    const request = (layers & HAS_ICMP) === 0 ? 0 : (index.segmentOf(row).ack[row & SEGMENT_MASK] ?? 0);
    return {
      ...NO_TCP,
      ipProtocol: protocol,
      datagram: (layers & HAS_UDP) === 0 ? null : (index.datagrams?.noteOf(flow, row) ?? null),
      announced: (layers & HAS_UDP) === 0 ? null : index.announcementOf(row),
      stream,
      baseSeq: protocol === SCTP ? table.tcp.baseAt(sctp, row + 1) : null,
      baseAck: protocol === SCTP ? table.tcp.baseAt(sctp ^ 1, row + 1) : null,
      requestNo: request === 0 ? null : request,
    };
  }
  const direction = table.directionOf(flow, row);
  const end = flow * 2 + direction;
  const { tcp } = table;
  const analysis = index.analysisOf(row);
  const isCut = index.caplen(row) < index.length(row);
  const notes = ANALYSIS_FLAGS.filter(({ field }) => (analysis & field.bits) !== 0).map((flag) => ({
    filter: flag.field.name,
    text: `${flag.text}${flag.bit === DUPLICATE_ACK ? duplicateText(index, row) : ''}`,
    severity: flag.severity,
  }));
  return {
    ipProtocol: TCP,
    headerAt: -1,
    stream,
    baseSeq: tcp.baseAt(end, row + 1),
    baseAck: tcp.baseAt(end ^ 1, row + 1),
    windowShift: table.windowShift(flow, direction, row),
    prefix: prefixOf(index, row, analysis),
    notes,
    sinceRow: (earlier) => Number(index.timestampNs(row) - index.timestampNs(earlier)),
    repeated: isCut ? !isCutRead(analysis) : (analysis & NOT_READ_AGAIN) !== 0,
    parts: index.streams?.partsOf(flow, row) ?? null,
    datagram: null,
    announced: index.announcementOf(row),
    timing: index.timings.of(flow, row),
    remarked: index.flowTable.duplicates.of(row) !== null,
    duplicate: (analysis & DUPLICATE_ACK) === 0 ? null : index.flowTable.duplicates.of(row),
    requestNo: null,
    // As tshark, which does not look ahead: the packets before the one that told it do not have it.
    initialRtt: row + 1 >= (tcp.rttNo[flow] ?? 0) ? table.initialRtt(flow) : null,
  };
}

const NO_TCP: FlowContext = {
  ipProtocol: 0,
  headerAt: -1,
  stream: 0,
  baseSeq: null,
  baseAck: null,
  windowShift: -1,
  prefix: '',
  notes: [],
  sinceRow: null,
  repeated: false,
  parts: null,
  datagram: null,
  announced: null,
  timing: null,
  remarked: false,
  duplicate: null,
  requestNo: null,
  initialRtt: null,
};

function duplicateText(index: PacketIndex, row: number): string {
  const duplicate = index.flowTable.duplicates.of(row);
  return duplicate === null ? '' : ` ${duplicate.original}#${duplicate.count}`;
}

function prefixOf(index: PacketIndex, row: number, analysis: number): string {
  let prefix = '';
  for (const flag of ANALYSIS_FLAGS) {
    if ((analysis & flag.bit) === 0) continue;
    prefix = `[${flag.text}${flag.bit === DUPLICATE_ACK ? duplicateText(index, row) : ''}] ${prefix}`;
  }
  return prefix;
}
