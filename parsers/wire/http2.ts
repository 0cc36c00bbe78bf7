// HTTP/2 (RFC 9113) in the clear, one frame a message, and gRPC inside it. What needs the frames before it comes from http2-stream.ts.
// Surprise: it has no port. It is known by the client's preface, or by the upgrade of an HTTP/1 connection; tshark 4.0 looks for the preface
// on HTTP's ports alone, so elsewhere our rows say HTTP2 where its say TCP.
import { type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import { dissectGrpc, GRPC_FIELDS, GRPC_HEADER } from './grpc.ts';
import type { HeaderBlock } from './hpack.ts';
import { errorName, FRAME_TYPES, grpcStatusName, HEADER_FIELDS, reasonOf, SETTINGS } from './http2-names.ts';
import {
  CONTINUATION,
  contentOf,
  DATA,
  END_HEADERS,
  END_STREAM,
  type EndedBody,
  FRAME_HEADER,
  HEADERS,
  type Http2Note,
  Http2Stream,
  isHttp2Note,
  isPreface,
  PADDED,
  PREFACE,
  PRIORITY,
  PUSH_PROMISE,
  uint24,
} from './http2-stream.ts';
import { isPacking, isUsual, unpacked } from './media/encoding.ts';
import { readTypedBody } from './media/read-body.ts';
import type { Protocol } from './protocol.ts';

const MALFORMED = '[Malformed Packet]';
const NAME = 'HyperText Transfer Protocol 2';

function index(facts: FrameFacts): boolean {
  return isPreface(facts.view, facts.at, facts.end);
}

const NOTHING: Http2Note = { isPreface: false, block: null, endedBody: null, grpc: null };

function dissect(d: Dissection): void {
  const { at } = d;
  const given = isHttp2Note(d.note) ? d.note : null;
  if (d.left === 0) return;
  const before = d.layers.at(-1);
  const goesOn = d.continued && before?.filter === 'http2' && before.offset + before.length === at;
  const starts = isPreface(d.bytes, at, d.end);
  if (given === null && !starts && !goesOn) return;
  const prefix = d.continued || d.locked || !d.flow?.prefix ? '' : `${d.flow.prefix}, `;
  if (starts) {
    const layer = d.layer('http2', NAME, at, PREFACE.length);
    const stream = d.node(layer, 'http2.stream', 'Stream: Magic', null, at, PREFACE.length);
    d.node(stream, 'http2.magic', `Magic: ${PREFACE.replaceAll('\r\n', '\\r\\n')}`, PREFACE, at, PREFACE.length);
    d.at += PREFACE.length;
    d.addInfo(column(d, 'HTTP2'), `${prefix}Magic`, ', ');
    return;
  }
  const size = d.left < FRAME_HEADER ? FRAME_HEADER : FRAME_HEADER + uint24(d.bytes, at);
  const end = Math.min(d.end, at + size);
  const layer = d.layer('http2', NAME, at, end - at);
  d.at = end;
  // A frame that goes on in the next segment misses nothing; one that the snaplen cut does.
  if (end < at + size && d.wireEnd > d.end) d.needAt(at, size, 'http2');
  if (end - at < FRAME_HEADER) return;
  const text = frame(d, layer, at, end, given ?? NOTHING);
  if (text.endsWith(MALFORMED)) d.layer('_ws.malformed', '[Malformed Packet: HTTP2]', end, 0);
  d.addInfo(column(d, 'HTTP2'), prefix + text, ', ');
  if (given !== null) body(d, given, at, end);
}

/**
 * The protocol as tshark's column ends up with it: what gRPC set stays in front of what is set later in the packet, and what a message
 * out of several segments set stays as it is.
 */
function column(d: Dissection, protocol: string): string {
  const { columns, layers } = d;
  if (!d.continued) return protocol;
  const isAssembled = layers.some(({ filter, source }) => filter === 'http2' && source > 0);
  if (isAssembled && layers.at(-1)?.source === 0) return columns.protocol;
  return (/^(GRPC(-Web)?)+/.exec(columns.protocol)?.[0] ?? '') + protocol;
}

/** The frame's nodes; gives its text for the list. */
function frame(d: Dissection, layer: FieldNode, at: number, end: number, note: Http2Note): string {
  const { bytes, view } = d;
  const length = uint24(bytes, at);
  const type = bytes[at + 3] ?? 0;
  const flags = bytes[at + 4] ?? 0;
  const word = view.getUint32(at + 5);
  const id = word & 0x7fff_ffff;
  const name = FRAME_TYPES.get(type) ?? `Unknown type (${type})`;
  const stream = d.node(layer, 'http2.stream', '', null, at, end - at);
  d.field(stream, 'http2.length', 'Length', length, at, 3);
  d.node(stream, 'http2.type', `Type: ${name} (${type})`, String(type), at + 3, 1);
  flagNodes(d, stream, at + 4, type, flags);
  d.node(stream, 'http2.r', `Reserved: ${word >>> 31}`, hexText(word >>> 31, 8), at + 5, 4);
  d.field(stream, 'http2.streamid', 'Stream Identifier', id, at + 5, 4);
  content(d, stream, at, end, type, flags);
  const about = note.block === null ? '' : headerNodes(d, stream, note.block, contentOf(bytes, at, end).from);
  stream.label = `Stream: ${name}, Stream ID: ${id}, Length ${length}${about === '' ? '' : `, ${about}`}`;
  const isShort = end - at < shortest(bytes, at) || contentOf(bytes, at, end).isBroken;
  if (isShort && end === at + FRAME_HEADER + length)
    d.malformed('http2', at, `A ${name} frame of ${length} bytes is shorter than what it has to say.`);
  return `${name}[${id}]${about === '' ? '' : `: ${about}`}${isShort ? MALFORMED : ''}`;
}

/** Bytes that the frame at `at` has at least, by its type. */
function shortest(bytes: Uint8Array, at: number): number {
  const type = bytes[at + 3] ?? 0;
  const flags = bytes[at + 4] ?? 0;
  const padding = (flags & PADDED) !== 0 && (type === DATA || type === HEADERS || type === PUSH_PROMISE) ? 1 : 0;
  const origin = type === ALTSVC ? uint24(bytes, at + FRAME_HEADER) >> 8 : 0;
  const own = type === HEADERS && (flags & PRIORITY) !== 0 ? 5 : (LEAST.get(type) ?? 0);
  return FRAME_HEADER + padding + own + origin;
}

const ALTSVC = 10;
const LEAST: ReadonlyMap<number, number> = new Map([
  [2, 5],
  [3, 4],
  [PUSH_PROMISE, 4],
  [7, 8],
  [8, 4],
  [ALTSVC, 2],
  [16, 4],
]);

function flagNodes(d: Dissection, stream: FieldNode, at: number, type: number, flags: number): void {
  const node = d.hex(stream, 'http2.flags', 'Flags', flags, 2, at, 1);
  const bit = (filter: string, name: string, mask: number): void => {
    d.bit(node, filter, name, (flags & mask) !== 0, at, 1);
  };
  if (type === HEADERS) bit('http2.flags.priority', 'Priority', PRIORITY);
  if (type === DATA || type === HEADERS || type === PUSH_PROMISE || type === CONTINUATION)
    bit('http2.flags.padded', 'Padded', PADDED);
  if (type === HEADERS || type === PUSH_PROMISE || type === CONTINUATION)
    bit('http2.flags.eh', 'End Headers', END_HEADERS);
  if (type === DATA || type === HEADERS) bit('http2.flags.end_stream', 'End Stream', END_STREAM);
  if (type === 4) bit('http2.flags.ack.settings', 'ACK', 1);
  if (type === 6) bit('http2.flags.ack.ping', 'ACK', 1);
}

/** What the types of frames have of their own, but for the fields of header blocks. */
function content(d: Dissection, stream: FieldNode, at: number, end: number, type: number, flags: number): void {
  const { view } = d;
  const from = at + FRAME_HEADER;
  const size = end - from;
  const inner = contentOf(d.bytes, at, end);
  switch (type) {
    case DATA:
      d.node(
        stream,
        'http2.data.data',
        `Data (${inner.to - inner.from} bytes)`,
        null,
        inner.from,
        inner.to - inner.from,
      );
      return;
    case HEADERS:
      if ((flags & PRIORITY) !== 0) priority(d, stream, inner.from - 5, end);
      d.node(stream, 'http2.headers', 'Header Block Fragment', null, inner.from, inner.to - inner.from);
      return;
    case 2:
      priority(d, stream, from, end);
      return;
    case 3:
      if (size >= 4) errorNode(d, stream, 'http2.rst_stream.error', from);
      return;
    case 4:
      for (let i = from; i + 6 <= end; i += 6) setting(d, stream, i);
      return;
    case PUSH_PROMISE:
      if (inner.from - 4 < from) return;
      d.field(
        stream,
        'http2.push_promise.promised_stream_id',
        'Promised-Stream-ID',
        view.getUint32(inner.from - 4) & 0x7fff_ffff,
        inner.from - 4,
        4,
      );
      d.node(stream, 'http2.push_promise.header', 'Header Block Fragment', null, inner.from, inner.to - inner.from);
      return;
    case 6: {
      const isAck = (flags & 1) !== 0;
      d.node(stream, isAck ? 'http2.pong' : 'http2.ping', isAck ? 'Pong' : 'Ping', null, from, size);
      return;
    }
    case 7:
      if (size < 8) return;
      d.field(stream, 'http2.goaway.last_stream_id', 'Last-Stream-ID', view.getUint32(from) & 0x7fff_ffff, from, 4);
      errorNode(d, stream, 'http2.goaway.error', from + 4);
      if (size > 8)
        d.node(stream, 'http2.goaway.addata', `Additional Debug Data (${size - 8} bytes)`, null, from + 8, size - 8);
      return;
    case 8:
      if (size < 4) return;
      d.field(
        stream,
        'http2.window_update.window_size_increment',
        'Window Size Increment',
        view.getUint32(from) & 0x7fff_ffff,
        from,
        4,
      );
      return;
    case CONTINUATION:
      d.node(stream, 'http2.continuation.header', 'Continuation Header', null, from, size);
      return;
    default:
      if (size > 0) d.node(stream, 'http2.unknown', `Unknown (${size} bytes)`, null, from, size);
  }
}

function errorNode(d: Dissection, stream: FieldNode, filter: string, at: number): void {
  const code = d.view.getUint32(at);
  d.node(stream, filter, `Error: ${errorName(code)}`, String(code), at, 4);
}

function priority(d: Dissection, stream: FieldNode, at: number, end: number): void {
  if (at + 5 > end) return;
  const word = d.view.getUint32(at);
  const weight = d.bytes[at + 4] ?? 0;
  d.bit(stream, 'http2.exclusive', 'Exclusive', word >>> 31 === 1, at, 4);
  d.field(stream, 'http2.stream_dependency', 'Stream Dependency', word & 0x7fff_ffff, at, 4);
  d.field(stream, 'http2.headers.weight', 'Weight', weight, at + 4, 1);
  d.generated(stream, 'http2.headers.weight_real', `Weight real: ${weight + 1}`, String(weight + 1));
}

function setting(d: Dissection, stream: FieldNode, at: number): void {
  const id = d.view.getUint16(at);
  const value = d.view.getUint32(at + 2);
  const [field, name] = SETTINGS.get(id) ?? ['http2.settings.unknown', 'Unknown Settings'];
  const node = d.node(stream, 'http2.settings', `Settings - ${name} : ${value}`, null, at, 6);
  d.node(node, 'http2.settings.id', `Settings Identifier: ${name} (${id})`, String(id), at, 2);
  d.field(node, field, name, value, at + 2, 4);
}

/** The fields of a header block; gives `GET /path` or `200 OK`. */
function headerNodes(d: Dissection, stream: FieldNode, block: HeaderBlock, from: number): string {
  const { fields, problem } = block;
  const size = fields.reduce((sum, { name, value }) => sum + name.length + value.length + 8, 0);
  for (const tableSize of block.tableSizes) {
    const update = d.generated(stream, 'http2.header_table_size_update', 'Header table size update', null);
    const filter = 'http2.header_table_size_update.header_table_size';
    d.generated(update, filter, `Header table size: ${tableSize}`, String(tableSize));
  }
  const count = fields.length + block.tableSizes.length;
  if (count > 0 || problem === null) {
    d.generated(stream, 'http2.header.length', `Header Length: ${size}`, String(size));
    d.generated(stream, 'http2.header.count', `Header Count: ${count}`, String(count));
  }
  const values = new Map<string, string>();
  for (const field of fields) {
    const at = from + field.from;
    const width = field.to - field.from;
    const value = printable(field.value);
    const name = printable(field.name);
    if (!values.has(name)) values.set(name, value);
    const meaning =
      name === ':status' ? ` ${reasonOf(value)}` : name === 'grpc-status' ? ` (${grpcStatusName(value)})` : '';
    const node = d.node(stream, 'http2.header', `Header: ${name}: ${value}${meaning}`, null, at, width);
    d.field(node, 'http2.header.name.length', 'Name Length', field.name.length, at, width);
    d.field(node, 'http2.header.name', 'Name', name, at, width);
    d.field(node, 'http2.header.value.length', 'Value Length', field.value.length, at, width);
    d.field(node, 'http2.header.value', 'Value', value, at, width);
    const own = HEADER_FIELDS.get(name);
    if (own !== undefined) d.field(node, own, name, value, at, width);
    const plain = unescaped(value);
    d.generated(node, 'http2.header.unescaped', `Unescaped: ${plain}`, plain);
    d.field(node, 'http2.header.repr', 'Representation', field.representation, at, width);
    if (field.index > 0) d.field(node, 'http2.header.index', 'Index', field.index, at, width);
  }
  if (problem !== null) d.generated(stream, null, problem, null).severity = 'warn';
  const [scheme, authority, path] = [':scheme', ':authority', ':path'].map((name) => values.get(name));
  const method = values.get(':method');
  const isWhole = scheme !== undefined && authority !== undefined && path !== undefined;
  const uri = isWhole ? `${scheme}://${authority}${path}` : method === 'CONNECT' ? authority : undefined;
  if (uri !== undefined) d.generated(stream, 'http2.request.full_uri', `Full request URI: ${uri}`, uri);
  if (method !== undefined && path !== undefined) return `${method} ${path}`;
  const status = values.get(':status');
  return status === undefined ? '' : `${status} ${reasonOf(status)}`;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '.');
}

function unescaped(text: string): string {
  return printable(
    text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

/** What the frame's data is, or what it completes. */
function body(d: Dissection, { endedBody, grpc }: Http2Note, at: number, end: number): void {
  const { from, to } = contentOf(d.bytes, at, end);
  if (endedBody !== null) wholeBody(d, endedBody, from, to);
  if (grpc === null) return;
  if (grpc.joinsHeader) fragments(d, GRPC_HEADER, from, to);
  for (const run of grpc.runs) {
    if (run.assembled === null) {
      dissectGrpc(d, grpc, from + run.from, from + run.to, (name) => column(d, name));
      continue;
    }
    fragments(d, run.assembled.length, from, to);
    const back = d.enter(`Reassembled body (${run.assembled.length} bytes)`, run.assembled);
    dissectGrpc(d, grpc, run.from, run.to, (name) => column(d, name));
    back();
  }
  if (grpc.begins) say(d, d.columns.protocol, ' [HTTP2 segment of a reassembled PDU]');
}

/** Says that what follows came in several DATA frames. */
function fragments(d: Dissection, size: number, from: number, to: number): void {
  const layer = d.layer('http2.body.fragments', `Reassembled body (${size} bytes)`, from, to - from);
  layer.generated = true;
}

function wholeBody(d: Dissection, about: EndedBody, from: number, to: number): void {
  const back: (() => void)[] = [];
  let at = { from, to };
  const enter = (name: string, bytes: Uint8Array): void => {
    back.push(d.enter(`${name} (${bytes.length} bytes)`, bytes));
    at = { from: 0, to: bytes.length };
  };
  const http2 = d.layers.at(-1);
  if (about.assembled !== null && http2 !== undefined) {
    const label = `${about.frames} Body fragments (${about.assembled.length} bytes)`;
    d.generated(http2, 'http2.body.fragments', label, null);
    enter('Reassembled body', about.assembled);
  }
  const plain = unpacked(d.bytes.subarray(at.from, at.to), about.encoding);
  if (plain !== null) enter('Uncompressed entity body', plain);
  const isPacked = plain === null && isPacking(about.encoding);
  const type = isPacked && !isUsual(about.encoding) ? '' : about.type;
  if (at.to > at.from) {
    const { instead, suffix, text } = readTypedBody(d, {
      type,
      parameters: about.parameters,
      ...at,
      isPacked,
      parent: null,
    });
    if (instead !== undefined) say(d, column(d, instead.protocol), `, ${instead.info}`);
    else if (suffix !== undefined) say(d, column(d, `HTTP2${suffix}`), text ?? '');
    else if (text !== undefined) say(d, d.columns.protocol, text);
  }
  for (const leave of back.reverse()) leave();
}

function say(d: Dissection, protocol: string, text: string): void {
  d.setProtocol(protocol, d.columns.info + text);
}

export const protocol: Protocol = {
  filter: 'http2',
  name: NAME,
  attach: { tcpAnyPort: true, within: ['http'], bodies: true },
  fields: [
    { name: 'http2.stream', kind: 'none' },
    { name: 'http2.magic', kind: 'text' },
    { name: 'http2.length', kind: 'uint' },
    { name: 'http2.type', kind: 'uint' },
    { name: 'http2.flags', kind: 'uint' },
    { name: 'http2.flags.priority', kind: 'bool' },
    { name: 'http2.flags.padded', kind: 'bool' },
    { name: 'http2.flags.eh', kind: 'bool' },
    { name: 'http2.flags.end_stream', kind: 'bool' },
    { name: 'http2.flags.ack.settings', kind: 'bool' },
    { name: 'http2.flags.ack.ping', kind: 'bool' },
    { name: 'http2.r', kind: 'uint' },
    { name: 'http2.streamid', kind: 'uint' },
    { name: 'http2.data.data', kind: 'bytes' },
    { name: 'http2.body.fragments', kind: 'none' },
    { name: 'http2.exclusive', kind: 'bool' },
    { name: 'http2.stream_dependency', kind: 'uint' },
    { name: 'http2.headers.weight', kind: 'uint' },
    { name: 'http2.headers.weight_real', kind: 'uint' },
    { name: 'http2.headers', kind: 'bytes' },
    { name: 'http2.push_promise.header', kind: 'bytes' },
    { name: 'http2.push_promise.promised_stream_id', kind: 'uint' },
    { name: 'http2.continuation.header', kind: 'bytes' },
    { name: 'http2.header_table_size_update', kind: 'none' },
    { name: 'http2.header_table_size_update.header_table_size', kind: 'uint' },
    { name: 'http2.header.length', kind: 'uint' },
    { name: 'http2.header.count', kind: 'uint' },
    { name: 'http2.header', kind: 'none' },
    { name: 'http2.header.name.length', kind: 'uint' },
    { name: 'http2.header.name', kind: 'text' },
    { name: 'http2.header.value.length', kind: 'uint' },
    { name: 'http2.header.value', kind: 'text' },
    { name: 'http2.header.unescaped', kind: 'text' },
    { name: 'http2.header.repr', kind: 'text' },
    { name: 'http2.header.index', kind: 'uint' },
    ...[...HEADER_FIELDS.values()].map((name) => ({
      name,
      kind: /status|age$|length|max_forwards/.test(name) ? ('uint' as const) : ('text' as const),
    })),
    { name: 'http2.request.full_uri', kind: 'text' },
    { name: 'http2.rst_stream.error', kind: 'uint' },
    { name: 'http2.settings', kind: 'none' },
    { name: 'http2.settings.id', kind: 'uint' },
    ...[...SETTINGS.values()].map(([name]) => ({ name, kind: 'uint' as const })),
    { name: 'http2.settings.unknown', kind: 'uint' },
    { name: 'http2.ping', kind: 'bytes' },
    { name: 'http2.pong', kind: 'bytes' },
    { name: 'http2.goaway.last_stream_id', kind: 'uint' },
    { name: 'http2.goaway.error', kind: 'uint' },
    { name: 'http2.goaway.addata', kind: 'bytes' },
    { name: 'http2.window_update.window_size_increment', kind: 'uint' },
    { name: 'http2.unknown', kind: 'bytes' },
    ...GRPC_FIELDS,
  ],
  index,
  dissect,
  stream: (isKnown) => new Http2Stream(isKnown),
};
