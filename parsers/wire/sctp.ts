// SCTP (RFC 9260, 8260): a header and any number of chunks, all of which the list names.
// Surprise: TSNs are shown relative to the first DATA of their direction, which the index remembers, as it does for TCP.
import { type Dissection, type FlowContext, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ISSUE } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { chunkName, ppidName } from './sctp-names.ts';

const HEADER = 12;
const CHUNK_HEAD = 4;
const DATA = 0;
const INIT = 1;
const INIT_ACK = 2;
const SACK = 3;
const HEARTBEAT = 4;
const HEARTBEAT_ACK = 5;
const SHUTDOWN = 7;
const I_DATA = 64;
/** Chunks of one packet that are looked at. */
const MAX_CHUNKS = 200;

const paddedSize = (size: number): number => (size + 3) & ~3;

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const { view, at, end } = facts;
  facts.transportAt = at - facts.start;
  facts.sport = view.getUint16(at);
  facts.dport = view.getUint16(at + 2);
  facts.payloadLength = Math.max(0, facts.wireEnd - at - HEADER);
  // The TCP columns are free here: the first TSN, and whether there is one.
  for (let from = at + HEADER, i = 0; from + CHUNK_HEAD <= end && i < MAX_CHUNKS; i++) {
    const type = view.getUint8(from);
    const size = view.getUint16(from + 2);
    if (size < CHUNK_HEAD) {
      facts.layers |= HAS_ISSUE;
      return true;
    }
    if ((type === DATA || type === I_DATA) && facts.window === 0 && from + 8 <= end) {
      facts.seq = view.getUint32(from + 4);
      facts.window = 1;
    }
    from += paddedSize(size);
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('SCTP', '');
  const layer = d.layer('sctp', 'Stream Control Transmission Protocol', at, d.left);
  const flow = d.takeFlow(132);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'sctp')) return;
  const sport = view.getUint16(at);
  const dport = view.getUint16(at + 2);
  layer.label += `, Src Port: ${sport}, Dst Port: ${dport}`;
  d.field(layer, 'sctp.srcport', 'Source port', sport, at, 2);
  d.field(layer, 'sctp.dstport', 'Destination port', dport, at + 2, 2);
  d.hex(layer, 'sctp.verification_tag', 'Verification tag', view.getUint32(at + 4), 8, at + 4, 4);
  d.hex(layer, 'sctp.checksum', 'Checksum', view.getUint32(at + 8), 8, at + 8, 4);
  let info = '';
  for (let from = at + HEADER, i = 0; from + CHUNK_HEAD <= d.end && i < MAX_CHUNKS; i++) {
    const size = view.getUint16(from + 2);
    if (size < CHUNK_HEAD) {
      d.malformed('sctp', from + 2, `A chunk of ${size} bytes is shorter than its own head.`);
      break;
    }
    info += chunk(d, layer, from, size, flow);
    d.setProtocol('SCTP', info);
    from += paddedSize(size);
  }
  d.needAt(Math.min(d.end, d.wireEnd), Math.max(0, d.wireEnd - d.end), 'sctp');
}

function chunk(d: Dissection, layer: FieldNode, at: number, size: number, flow: FlowContext | null): string {
  const { view } = d;
  const type = view.getUint8(at);
  const flags = view.getUint8(at + 1);
  const name = chunkName(type);
  const node = d.node(layer, null, `${name} chunk`, null, at, size);
  d.node(node, 'sctp.chunk_type', `Chunk type: ${name} (${type})`, String(type), at, 1);
  d.hex(node, 'sctp.chunk_flags', 'Chunk flags', flags, 2, at + 1, 1);
  d.field(node, 'sctp.chunk_length', 'Chunk length', size, at + 2, 2);
  const fits = (wanted: number): boolean => size >= wanted && d.needAt(at, wanted, 'sctp');
  if (type === DATA && fits(16)) return data(d, node, at, size, flags, flow);
  if (type === I_DATA && fits(20)) {
    const tsn = relative(view.getUint32(at + 4), flow?.baseSeq);
    dataFlags(d, node, at, flags);
    tsnNodes(d, node, 'sctp.data_tsn', 'Transmission sequence number', at + 4, tsn);
    d.hex(node, 'sctp.data_sid', 'Stream identifier', view.getUint16(at + 8), 4, at + 8, 2);
    return `${name} (TSN=${tsn}) ${(flags & 3) === 3 ? '' : '(Message Fragment) '}`;
  }
  if ((type === INIT || type === INIT_ACK) && fits(20)) init(d, node, at, size, type);
  else if (type === SACK && fits(16)) return sack(d, node, at, size, flow);
  else if (type === SHUTDOWN && fits(8)) {
    d.field(node, 'sctp.shutdown_cumulative_tsn_ack', 'Cumulative TSN Ack', view.getUint32(at + 4), at + 4, 4);
  } else if ((type === HEARTBEAT || type === HEARTBEAT_ACK) && size > CHUNK_HEAD)
    parameters(d, node, at + CHUNK_HEAD, Math.min(at + size, d.end));
  return `${name} `;
}

function relative(tsn: number, base: number | null | undefined): number {
  return base == null ? tsn : (tsn - base) >>> 0;
}

function tsnNodes(d: Dissection, node: FieldNode, filter: string, name: string, at: number, value: number): void {
  d.node(node, filter, `${name} (relative): ${value}`, String(value), at, 4);
  const raw = d.view.getUint32(at);
  d.node(node, `${filter}_raw`, `${name} (absolute): ${raw}`, String(raw), at, 4);
}

function dataFlags(d: Dissection, node: FieldNode, at: number, flags: number): void {
  d.bit(node, 'sctp.data_i_bit', 'I-Bit', (flags & 8) !== 0, at + 1, 1);
  d.bit(node, 'sctp.data_u_bit', 'U-Bit', (flags & 4) !== 0, at + 1, 1);
  d.bit(node, 'sctp.data_b_bit', 'B-Bit', (flags & 2) !== 0, at + 1, 1);
  d.bit(node, 'sctp.data_e_bit', 'E-Bit', (flags & 1) !== 0, at + 1, 1);
}

function data(
  d: Dissection,
  node: FieldNode,
  at: number,
  size: number,
  flags: number,
  flow: FlowContext | null,
): string {
  const { view } = d;
  const tsn = relative(view.getUint32(at + 4), flow?.baseSeq);
  const ppid = view.getUint32(at + 12);
  dataFlags(d, node, at, flags);
  tsnNodes(d, node, 'sctp.data_tsn', 'Transmission sequence number', at + 4, tsn);
  d.hex(node, 'sctp.data_sid', 'Stream identifier', view.getUint16(at + 8), 4, at + 8, 2);
  d.field(node, 'sctp.data_ssn', 'Stream sequence number', view.getUint16(at + 10), at + 10, 2);
  const ppidText = `Payload protocol identifier: ${ppidName(ppid)} (${ppid})`;
  d.node(node, 'sctp.data_payload_proto_id', ppidText, String(ppid), at + 12, 4);
  d.node(node, null, `Data (${size - 16} bytes)`, null, at + 16, size - 16);
  return `DATA (TSN=${tsn}) ${(flags & 3) === 3 ? '' : '(Message Fragment) '}`;
}

function init(d: Dissection, node: FieldNode, at: number, size: number, type: number): void {
  const { view } = d;
  const prefix = type === INIT ? 'sctp.init' : 'sctp.initack';
  d.hex(node, `${prefix}_initiate_tag`, 'Initiate tag', view.getUint32(at + 4), 8, at + 4, 4);
  d.field(node, `${prefix}_credit`, 'Advertised receiver window credit (a_rwnd)', view.getUint32(at + 8), at + 8, 4);
  d.field(node, `${prefix}_nr_out_streams`, 'Number of outbound streams', view.getUint16(at + 12), at + 12, 2);
  d.field(node, `${prefix}_nr_in_streams`, 'Number of inbound streams', view.getUint16(at + 14), at + 14, 2);
  d.field(node, `${prefix}_initial_tsn`, 'Initial TSN', view.getUint32(at + 16), at + 16, 4);
  parameters(d, node, at + 20, Math.min(at + size, d.end));
}

function parameters(d: Dissection, node: FieldNode, start: number, end: number): void {
  const { view } = d;
  for (let from = start; from + 4 <= end; ) {
    const kind = view.getUint16(from);
    const length = view.getUint16(from + 2);
    if (length < 4) return;
    const child = d.node(node, null, `Parameter ${hexText(kind, 4)}`, null, from, length);
    d.hex(child, 'sctp.parameter_type', 'Parameter type', kind, 4, from, 2);
    d.field(child, 'sctp.parameter_length', 'Parameter length', length, from + 2, 2);
    if (kind === 5 && length === 8 && from + 8 <= end)
      d.field(child, 'sctp.parameter_ipv4_address', 'IP Version 4 address', d.ipv4(from + 4), from + 4, 4);
    if (kind === 6 && length === 20 && from + 20 <= end)
      d.field(child, 'sctp.parameter_ipv6_address', 'IP Version 6 address', d.ipv6(from + 4), from + 4, 16);
    from += paddedSize(length);
  }
}

function sack(d: Dissection, node: FieldNode, at: number, size: number, flow: FlowContext | null): string {
  const { view } = d;
  const ack = relative(view.getUint32(at + 4), flow?.baseAck);
  const window = view.getUint32(at + 8);
  const gaps = view.getUint16(at + 12);
  tsnNodes(d, node, 'sctp.sack_cumulative_tsn_ack', 'Cumulative TSN ACK', at + 4, ack);
  d.field(node, 'sctp.sack_a_rwnd', 'Advertised receiver window credit (a_rwnd)', window, at + 8, 4);
  d.field(node, 'sctp.sack_number_of_gap_blocks', 'Number of gap acknowledgement blocks', gaps, at + 12, 2);
  const duplicates = view.getUint16(at + 14);
  d.field(node, 'sctp.sack_number_of_duplicated_tsns', 'Number of duplicated TSNs', duplicates, at + 14, 2);
  const end = Math.min(at + size, d.end);
  let text = '';
  for (let i = 0; i < gaps && at + 20 + i * 4 <= end; i++) {
    const from = at + 16 + i * 4;
    const start = view.getUint16(from);
    const stop = view.getUint16(from + 2);
    const child = d.node(node, null, `Gap Acknowledgement for TSN ${ack + start} to ${ack + stop}`, null, from, 4);
    d.field(child, 'sctp.sack_gap_block_start', 'Start', start, from, 2);
    d.field(child, 'sctp.sack_gap_block_end', 'End', stop, from + 2, 2);
    // The list names the end of the last block alone.
    text = `+${ack + stop}`;
  }
  return `SACK (Ack=${ack}${text}, Arwnd=${window}) `;
}

export const protocol: Protocol = {
  filter: 'sctp',
  name: 'Stream Control Transmission Protocol',
  attach: { ipProtocols: [132], linkTypes: [248] },
  fields: [
    { name: 'sctp.srcport', kind: 'uint', bits: [0, 16] },
    { name: 'sctp.dstport', kind: 'uint', bits: [16, 16] },
    { name: 'sctp.port', kind: 'uint', either: ['sctp.srcport', 'sctp.dstport'] },
    { name: 'sctp.verification_tag', kind: 'uint' },
    { name: 'sctp.checksum', kind: 'uint' },
    { name: 'sctp.chunk_type', kind: 'uint' },
    { name: 'sctp.chunk_flags', kind: 'uint' },
    { name: 'sctp.chunk_length', kind: 'uint' },
    { name: 'sctp.data_i_bit', kind: 'bool' },
    { name: 'sctp.data_u_bit', kind: 'bool' },
    { name: 'sctp.data_b_bit', kind: 'bool' },
    { name: 'sctp.data_e_bit', kind: 'bool' },
    { name: 'sctp.data_tsn', kind: 'uint' },
    { name: 'sctp.data_tsn_raw', kind: 'uint' },
    { name: 'sctp.data_sid', kind: 'uint' },
    { name: 'sctp.data_ssn', kind: 'uint' },
    { name: 'sctp.data_payload_proto_id', kind: 'uint' },
    { name: 'sctp.init_initiate_tag', kind: 'uint' },
    { name: 'sctp.init_credit', kind: 'uint' },
    { name: 'sctp.init_nr_out_streams', kind: 'uint' },
    { name: 'sctp.init_nr_in_streams', kind: 'uint' },
    { name: 'sctp.init_initial_tsn', kind: 'uint' },
    { name: 'sctp.initack_initiate_tag', kind: 'uint' },
    { name: 'sctp.initack_credit', kind: 'uint' },
    { name: 'sctp.initack_nr_out_streams', kind: 'uint' },
    { name: 'sctp.initack_nr_in_streams', kind: 'uint' },
    { name: 'sctp.initack_initial_tsn', kind: 'uint' },
    { name: 'sctp.parameter_type', kind: 'uint' },
    { name: 'sctp.parameter_length', kind: 'uint' },
    { name: 'sctp.parameter_ipv4_address', kind: 'ipv4' },
    { name: 'sctp.parameter_ipv6_address', kind: 'ipv6' },
    { name: 'sctp.sack_cumulative_tsn_ack', kind: 'uint' },
    { name: 'sctp.sack_cumulative_tsn_ack_raw', kind: 'uint' },
    { name: 'sctp.sack_a_rwnd', kind: 'uint' },
    { name: 'sctp.sack_number_of_gap_blocks', kind: 'uint' },
    { name: 'sctp.sack_number_of_duplicated_tsns', kind: 'uint' },
    { name: 'sctp.sack_gap_block_start', kind: 'uint' },
    { name: 'sctp.sack_gap_block_end', kind: 'uint' },
    { name: 'sctp.shutdown_cumulative_tsn_ack', kind: 'uint' },
  ],
  index,
  dissect,
};
