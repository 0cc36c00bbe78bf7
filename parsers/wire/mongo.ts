// MongoDB's wire protocol: OP_MSG and the messages before it, with the command and its database.
// Surprise: tshark 4.0 takes the port for TLS, so without -d its list says "Continuation Data" where ours names the message.
import { decodeUtf8 } from '../capture/utf8.ts';
import { type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const HEADER = 16;
const MAX_MESSAGE = 48_000_000 + 16_384;
const MAX_ELEMENTS = 100;

const REPLY = 1;
const QUERY = 2004;
const MSG = 2013;
const OPCODES: ReadonlyMap<number, string> = new Map([
  [REPLY, 'Reply'],
  [1000, 'Message'],
  [2001, 'Update document'],
  [2002, 'Insert document'],
  [2003, 'Reserved'],
  [QUERY, 'Query'],
  [2005, 'Get More'],
  [2006, 'Delete document'],
  [2007, 'Kill Cursors'],
  [2010, 'Command Request'],
  [2011, 'Command Reply'],
  [2012, 'Compressed Data'],
  [MSG, 'Extensible Message Format'],
]);

/** Bytes of values that always take as many. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [6, 0],
  [7, 12],
  [8, 1],
  [9, 8],
  [10, 0],
  [16, 4],
  [17, 8],
  [18, 8],
  [19, 16],
  [127, 0],
  [255, 0],
]);

function isHeader(view: DataView, at: number, end: number): boolean {
  if (at + HEADER > end) return false;
  const size = view.getInt32(at, true);
  return size >= HEADER && size <= MAX_MESSAGE && OPCODES.has(view.getInt32(at + 12, true));
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function size(bytes: Uint8Array, at: number, end: number): number {
  const view = viewOf(bytes);
  if (end - at < HEADER) return end - at >= 4 && view.getInt32(at, true) < HEADER ? NOT_MINE : ONE_MORE;
  return isHeader(view, at, end) ? view.getInt32(at, true) : NOT_MINE;
}

const index = (facts: FrameFacts): boolean => isHeader(facts.view, facts.at, facts.end);

function dissect(d: Dissection): void {
  const { at, view } = d;
  if (!isHeader(view, at, d.end)) return;
  const length = view.getInt32(at, true);
  const end = Math.min(d.end, at + length);
  const layer = d.layer('mongo', 'Mongo Wire Protocol', at, end - at);
  d.at = end;
  if (at + length > d.end && d.wireEnd > d.end) d.needAt(at, length, 'mongo');
  const opcode = view.getInt32(at + 12, true);
  const name = OPCODES.get(opcode) ?? 'Unknown';
  d.field(layer, 'mongo.message_length', 'Message Length', length, at, 4);
  number(d, layer, 'mongo.request_id', 'Request ID', at + 4);
  number(d, layer, 'mongo.response_to', 'Response To', at + 8);
  d.node(layer, 'mongo.opcode', `OpCode: ${name} (${opcode})`, String(opcode), at + 12, 4);
  const prefix = d.locked || d.continued || !d.flow?.prefix ? '' : d.flow.prefix;
  d.setProtocol('MONGO', `${prefix}${opcode === REPLY ? 'Response' : 'Request'} : ${name}`);
  d.continued = true;
  if (opcode === MSG) sections(d, layer, at + HEADER, end);
  if (opcode === QUERY) query(d, layer, at + HEADER, end);
}

function number(d: Dissection, layer: FieldNode, filter: string, name: string, at: number): void {
  const value = d.view.getUint32(at, true);
  d.node(layer, filter, `${name}: ${hexText(value, 8)} (${value})`, hexText(value, 8), at, 4);
}

/** The sections of an OP_MSG: bodies, and sequences of documents that are named only. */
function sections(d: Dissection, layer: FieldNode, from: number, end: number): void {
  let at = from + 4;
  for (let n = 0; at + 5 <= end && n < 20; n++) {
    const kind = d.bytes[at] ?? 0;
    const size = d.view.getInt32(at + 1, true);
    if (kind > 1 || size < 5 || at + 1 + size > end) return;
    const node = d.node(layer, 'mongo.msg.sections.section', 'Section', null, at, 1 + size);
    const kindText = `Kind: ${kind === 0 ? 'Body' : 'Document Sequence'} (${kind})`;
    d.node(node, 'mongo.msg.sections.section.kind', kindText, String(kind), at, 1);
    if (kind === 0) document(d, node, at + 1, at + 1 + size);
    at += 1 + size;
  }
}

function query(d: Dissection, layer: FieldNode, from: number, end: number): void {
  const zero = d.bytes.indexOf(0, from + 4);
  if (zero < 0 || zero + 9 > end) return;
  const name = text(d, from + 4, zero);
  d.field(layer, 'mongo.full_collection_name', 'fullCollectionName', name, from + 4, zero + 1 - from - 4);
  document(d, layer, zero + 9, end);
}

const text = (d: Dissection, from: number, to: number): string => decodeUtf8(d.bytes.subarray(from, to));

/** The elements of a document, one level deep; the first names the command, `$db` its database. */
function document(d: Dissection, parent: FieldNode, from: number, limit: number): void {
  if (from + 5 > limit) return;
  const size = d.view.getInt32(from, true);
  const end = Math.min(limit, from + size);
  if (size < 5) return;
  d.field(parent, 'mongo.document.length', 'Document length', size, from, 4);
  for (let at = from + 4, n = 0; at < end - 1 && n < MAX_ELEMENTS; n++) {
    const type = d.bytes[at] ?? 0;
    const zero = d.bytes.indexOf(0, at + 1);
    if (type === 0 || zero < 0 || zero >= end) return;
    const value = zero + 1;
    const next = valueEnd(d, type, value, end);
    if (next < 0 || next > end) return;
    const name = text(d, at + 1, zero);
    const string = type === 2 ? text(d, value + 4, next - 1) : null;
    const label = `Element: ${name}${string === null ? '' : `: ${string}`}`;
    const node = d.node(parent, 'mongo.element.name', label, name, at, next - at);
    if (string !== null) d.field(node, 'mongo.element.value.string', 'Value', string, value + 4, next - value - 4);
    at = next;
  }
}

/** Where the value at `at` ends; -1 for a type whose end is not known. */
function valueEnd(d: Dissection, type: number, at: number, end: number): number {
  const fixed = FIXED.get(type);
  if (fixed !== undefined) return at + fixed;
  if (at + 4 > end) return -1;
  const size = d.view.getInt32(at, true);
  if (size < 0) return -1;
  if (type === 2 || type === 13 || type === 14) return size < 1 ? -1 : at + 4 + size;
  if (type === 3 || type === 4 || type === 15) return size < 5 ? -1 : at + size;
  return type === 5 ? at + 5 + size : -1;
}

export const protocol: Protocol = {
  filter: 'mongo',
  name: 'Mongo Wire Protocol',
  attach: { tcpPorts: [27_017] },
  fields: [
    { name: 'mongo.message_length', kind: 'uint' },
    { name: 'mongo.request_id', kind: 'uint' },
    { name: 'mongo.response_to', kind: 'uint' },
    { name: 'mongo.opcode', kind: 'uint' },
    { name: 'mongo.msg.sections.section', kind: 'none' },
    { name: 'mongo.msg.sections.section.kind', kind: 'uint' },
    { name: 'mongo.full_collection_name', kind: 'text' },
    { name: 'mongo.document.length', kind: 'uint' },
    { name: 'mongo.element.name', kind: 'text' },
    { name: 'mongo.element.value.string', kind: 'text' },
  ],
  index,
  dissect,
  stream: sizedBy(size),
};
