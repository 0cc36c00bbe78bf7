// Multicast listener discovery in ICMPv6: version 1 (RFC 2710) and the queries and reports of version 2 (RFC 3810).
// Surprise: a query of version 2 has the type of version 1's; only that it is longer tells them apart.
import type { Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';

const QUERY = 130;
const REPORT_V2 = 143;
const V1_SIZE = 24;
const V2_SIZE = 28;
const ADDRESS = 16;
const RECORD = 20;

const RECORDS = [
  'Unknown',
  'Include',
  'Exclude',
  'Changed to include',
  'Changed to exclude',
  'Allow new sources',
  'Block old sources',
];

export const isListenerMessage = (type: number): boolean => (type >= QUERY && type <= 132) || type === REPORT_V2;

/** Adds what follows the checksum of the message at `at`. */
export function listener(d: Dissection, layer: FieldNode, at: number, type: number): void {
  if (type === REPORT_V2) {
    report(d, layer, at);
    return;
  }
  if (!d.needAt(at, V1_SIZE, 'icmpv6')) return;
  const { view } = d;
  const isV2 = type === QUERY && d.end - at >= V2_SIZE;
  const delay = view.getUint16(at + 4);
  if (isV2) {
    const code = floating(delay, 12);
    d.field(layer, 'icmpv6.mld.maximum_response_code', 'Maximum Response Code', code, at + 4, 2);
  }
  if (!isV2) d.field(layer, 'icmpv6.mld.maximum_response_delay', 'Maximum Response Delay [ms]', delay, at + 4, 2);
  d.field(layer, 'icmpv6.mld.multicast_address', 'Multicast Address', d.ipv6(at + 8), at + 8, ADDRESS);
  if (!isV2) return;
  const flags = view.getUint8(at + 24);
  const count = view.getUint16(at + 26);
  const node = d.hex(layer, 'icmpv6.mld.flag', 'Flags', flags, 2, at + 24, 1);
  d.bit(node, 'icmpv6.mld.flag.s', 'Suppress Router-Side Processing', (flags & 8) !== 0, at + 24, 1);
  d.field(node, 'icmpv6.mld.flag.qrv', "QRV (Querier's Robustness Variable)", flags & 7, at + 24, 1);
  const interval = floating(view.getUint8(at + 25), 4);
  d.field(layer, 'icmpv6.mld.qqi', "QQIC (Querier's Query Interval Code)", interval, at + 25, 1);
  d.field(layer, 'icmpv6.mld.nb_sources', 'Number of Sources', count, at + 26, 2);
  sources(d, layer, 'icmpv6.mld.source_address', at + V2_SIZE, count);
}

/** A number with `bits` of mantissa below three of exponent, when its highest bit is set (RFC 3810, 5.1.3 and 5.1.9). */
function floating(code: number, bits: number): number {
  if (code >> (bits + 3) === 0) return code;
  const one = 1 << bits;
  return ((code & (one - 1)) | one) << (((code >> bits) & 7) + 3);
}

/** Adds `count` addresses, as many as are there. */
function sources(d: Dissection, parent: FieldNode, filter: string, from: number, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const at = from + i * ADDRESS;
    if (!d.needAt(at, ADDRESS, 'icmpv6')) return false;
    d.field(parent, filter, 'Source Address', d.ipv6(at), at, ADDRESS);
  }
  return true;
}

function report(d: Dissection, layer: FieldNode, start: number): void {
  const { view } = d;
  if (!d.needAt(start, 8, 'icmpv6')) return;
  const count = view.getUint16(start + 6);
  d.field(layer, 'icmpv6.mldr.nb_mcast_records', 'Number of Multicast Address Records', count, start + 6, 2);
  let at = start + 8;
  for (let i = 0; i < count; i++) {
    if (!d.needAt(at, RECORD, 'icmpv6')) return;
    const kind = view.getUint8(at);
    const auxiliary = view.getUint8(at + 1) * 4;
    const number = view.getUint16(at + 2);
    const group = d.ipv6(at + 4);
    const name = RECORDS[kind] ?? 'Unknown';
    const size = RECORD + number * ADDRESS + auxiliary;
    const node = d.node(layer, 'icmpv6.mldr.mar', `Multicast Address Record ${name}: ${group}`, null, at, size);
    d.node(node, 'icmpv6.mldr.mar.record_type', `Record Type: ${name} (${kind})`, String(kind), at, 1);
    d.field(node, 'icmpv6.mldr.mar.aux_data_len', 'Aux Data Len', auxiliary / 4, at + 1, 1);
    d.field(node, 'icmpv6.mldr.mar.nb_sources', 'Number of Sources', number, at + 2, 2);
    d.field(node, 'icmpv6.mldr.mar.multicast_address', 'Multicast Address', group, at + 4, ADDRESS);
    if (!sources(d, node, 'icmpv6.mldr.mar.source_address', at + RECORD, number)) return;
    at += size;
  }
}

export const LISTENER_FIELDS = [
  { name: 'icmpv6.mld.maximum_response_delay', kind: 'uint' },
  { name: 'icmpv6.mld.maximum_response_code', kind: 'uint' },
  { name: 'icmpv6.mld.multicast_address', kind: 'ipv6' },
  { name: 'icmpv6.mld.flag', kind: 'uint' },
  { name: 'icmpv6.mld.flag.s', kind: 'bool' },
  { name: 'icmpv6.mld.flag.qrv', kind: 'uint' },
  { name: 'icmpv6.mld.qqi', kind: 'uint' },
  { name: 'icmpv6.mld.nb_sources', kind: 'uint' },
  { name: 'icmpv6.mld.source_address', kind: 'ipv6' },
  { name: 'icmpv6.mldr.nb_mcast_records', kind: 'uint' },
  { name: 'icmpv6.mldr.mar', kind: 'none' },
  { name: 'icmpv6.mldr.mar.record_type', kind: 'uint' },
  { name: 'icmpv6.mldr.mar.aux_data_len', kind: 'uint' },
  { name: 'icmpv6.mldr.mar.nb_sources', kind: 'uint' },
  { name: 'icmpv6.mldr.mar.multicast_address', kind: 'ipv6' },
  { name: 'icmpv6.mldr.mar.source_address', kind: 'ipv6' },
] as const;
