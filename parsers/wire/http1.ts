// HTTP/1 (RFC 9112): the first line and the headers of a message that begins in this segment.
// Surprise: where segments were not put together, a body that goes on in later segments shows there as plain TCP.
import { type Dissection, secondsOf } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import { formatText } from './format-text.ts';
import {
  CONTINUATION,
  fullUri,
  HttpStream,
  isChunked,
  isHttpAnswer,
  readChunks,
  readHead,
  startsLikeHttp,
} from './http1-stream.ts';
import { isPacking, isUsual, unpacked } from './media/encoding.ts';
import type { MediaColumns } from './media/media.ts';
import { readBody } from './media/read-body.ts';
import type { Protocol } from './protocol.ts';

/** Ports where Wireshark expects HTTP by default. */
const PORTS = [80, 3128, 3132, 5985, 8080, 8088, 11371, 1900, 2869, 2710];

const CR = 13;
const LF = 10;
const MAX_LINE = 8192;
const MAX_HEADERS = 200;

/** Fields of well-known headers, by lower-case name. */
const HEADER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['host', 'http.host'],
  ['user-agent', 'http.user_agent'],
  ['content-type', 'http.content_type'],
  ['content-length', 'http.content_length_header'],
  ['server', 'http.server'],
  ['location', 'http.location'],
  ['connection', 'http.connection'],
  ['cookie', 'http.cookie'],
  ['set-cookie', 'http.set_cookie'],
  ['referer', 'http.referer'],
  ['accept', 'http.accept'],
  ['date', 'http.date'],
  ['transfer-encoding', 'http.transfer_encoding'],
  ['x-forwarded-for', 'http.x_forwarded_for'],
]);

function index(facts: FrameFacts): boolean {
  return startsLikeHttp(facts.view, facts.at, facts.end);
}

function lineEnd(d: Dissection, from: number): number {
  const limit = Math.min(d.end, from + MAX_LINE);
  for (let at = from; at < limit; at++) if (d.bytes[at] === LF) return at + 1;
  return -1;
}

function textOf(d: Dissection, from: number, end: number): string {
  let to = end;
  if (to > from && d.bytes[to - 1] === LF) to--;
  if (to > from && d.bytes[to - 1] === CR) to--;
  return formatText(d.bytes, from, to);
}

function dissect(d: Dissection): void {
  const from = d.at;
  if (d.note === CONTINUATION) {
    d.layer('http', 'Hypertext Transfer Protocol', from, d.left);
    d.addInfo('HTTP', `${d.continued ? '' : (d.flow?.prefix ?? '')}Continuation`, '');
    d.at = d.end;
    if (d.wireEnd > d.end) d.needAt(d.end, 1, 'http');
    return;
  }
  if (!startsLikeHttp(d.view, from, d.end)) return;
  if (d.wireEnd > d.end && lineEnd(d, from) < 0 && d.left < MAX_LINE) {
    // Not even the first line was captured: Wireshark does not say whose it is.
    d.layer('http', 'Hypertext Transfer Protocol', from, d.left);
    d.needAt(d.end, 1, 'http');
    d.at = d.end;
    return;
  }
  const prefix = d.locked || d.continued ? '' : (d.flow?.prefix ?? '');
  const before = d.continued ? d.columns.info : null;
  const layer = d.layer('http', 'Hypertext Transfer Protocol', from, d.left);
  const end = lineEnd(d, from);
  const first = textOf(d, from, end < 0 ? d.end : end);
  const lineInfo = `${prefix}${first}${end < 0 ? '' : ' '}`;
  const say = (protocol: string, text: string): void => d.setProtocol(protocol, `${before ?? ''}${text}`);
  say('HTTP', lineInfo);
  d.continued = true;
  d.at = d.end;
  firstLine(d, layer, first, from, end < 0 ? d.end : end);
  if (end < 0) {
    d.needAt(d.end, 1, 'http');
    return;
  }
  const { body, type, parameters, encoding, host } = headers(d, layer, end);
  if (body >= 0) exchange(d, layer, first, host);
  if (body < 0) {
    d.needAt(d.end, 1, 'http');
    return;
  }
  layer.length = body - from;
  const stop = Math.min(d.end, bodyEnd(d, from, body));
  d.at = stop;
  if (body >= stop) return;
  const columns = entity(d, layer, { from, body, stop }, { type, parameters, encoding });
  const { instead } = columns;
  if (instead !== undefined) say(instead.protocol, instead.info);
  else say(`HTTP${columns.suffix ?? ''}`, `${lineInfo}${columns.text ?? ''}`);
}

/** What is known of the other half: a request's whole URI, and the request that a response answers. */
function exchange(d: Dissection, layer: FieldNode, first: string, host: string | null): void {
  if (!first.startsWith('HTTP/')) {
    const [method = '', path = ''] = first.split(' ');
    const uri = fullUri(method, path, host);
    if (uri !== '') d.generated(layer, 'http.request.full_uri', `Full request URI: ${uri}`, uri);
    return;
  }
  if (!isHttpAnswer(d.note)) return;
  const { requestRow, uri } = d.note;
  if (requestRow !== null) {
    const ns = d.flow?.sinceRow?.(requestRow) ?? null;
    if (ns !== null) d.generated(layer, 'http.time', `Time since request: ${secondsOf(ns)} seconds`, secondsOf(ns));
    d.generated(layer, 'http.request_in', `Request in frame: ${requestRow + 1}`, String(requestRow + 1));
  }
  if (uri !== '') d.generated(layer, 'http.response_for.uri', `Request URI: ${uri}`, uri);
}

interface Extent {
  readonly from: number;
  readonly body: number;
  readonly stop: number;
}

interface Entity {
  readonly type: string;
  readonly parameters: string;
  readonly encoding: string;
}

/** The body: put together from its chunks, unpacked, and read by its type. */
function entity(d: Dissection, layer: FieldNode, extent: Extent, { type, parameters, encoding }: Entity): MediaColumns {
  const { from, body, stop } = extent;
  const back: (() => void)[] = [];
  const head = readHead(d.bytes, from, d.end);
  let at = { from: body, to: stop };
  const enter = (name: string, bytes: Uint8Array): void => {
    back.push(d.enter(`${name} (${bytes.length} bytes)`, bytes));
    at = { from: 0, to: bytes.length };
  };
  if (head !== null && isChunked(head)) {
    const chunks = chunkNodes(d, layer, body, stop);
    if (chunks.length === 0) return {};
    enter('De-chunked entity body', chunks);
  }
  let isPacked = false;
  let known = type;
  if (isPacking(encoding)) {
    const bytes = d.bytes.subarray(at.from, at.to);
    const plain = unpacked(bytes, encoding);
    const label = `Content-encoded entity body (${encoding}): ${bytes.length} bytes`;
    d.node(layer, null, plain === null ? label : `${label} -> ${plain.length} bytes`, null, at.from, bytes.length);
    if (plain !== null) enter('Uncompressed entity body', plain);
    else if (isUsual(encoding)) isPacked = true;
    else known = '';
  }
  d.field(layer, 'http.file_data', 'File Data', `${at.to - at.from} bytes`, at.from, at.to - at.from);
  const columns = readBody(d, { type: known, parameters, ...at, isPacked, parent: null });
  for (const leave of back.reverse()) leave();
  return columns;
}

/** Where the message that begins at `from` ends, as far as its own bytes say. */
function bodyEnd(d: Dissection, from: number, body: number): number {
  const head = readHead(d.bytes, from, d.end);
  if (head === null) return d.end;
  if (isChunked(head)) {
    const { end, state } = readChunks(d.bytes, body, d.end);
    return state === 'whole' ? end : d.end;
  }
  const length = head.headers.get('content-length');
  if (length !== undefined && /^\d+$/.test(length)) return body + Number(length);
  return head.firstLine.startsWith('HTTP/') ? d.end : body;
}

/** The chunks as nodes; gives their data. */
function chunkNodes(d: Dissection, layer: FieldNode, body: number, stop: number): Uint8Array {
  const { chunks } = readChunks(d.bytes, body, stop);
  const node = d.node(layer, null, 'HTTP chunked response', null, body, stop - body);
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.to - chunk.from, 0));
  let size = 0;
  for (const { from: at, to } of chunks) {
    d.node(node, 'http.chunk_data', `Data chunk (${to - at} octets)`, String(to - at), at, to - at);
    whole.set(d.bytes.subarray(at, to), size);
    size += to - at;
  }
  return whole;
}

function firstLine(d: Dissection, layer: FieldNode, line: string, from: number, end: number): void {
  const node = d.node(layer, null, `${line}\\r\\n`, null, from, end - from);
  const isResponse = line.startsWith('HTTP/');
  const firstSpace = line.indexOf(' ');
  if (firstSpace < 0) return;
  const secondSpace = line.indexOf(' ', firstSpace + 1);
  const first = line.slice(0, firstSpace);
  const second = line.slice(firstSpace + 1, secondSpace < 0 ? line.length : secondSpace);
  const third = secondSpace < 0 ? '' : line.slice(secondSpace + 1);
  const secondAt = from + firstSpace + 1;
  const thirdAt = from + secondSpace + 1;
  if (isResponse) {
    d.generated(layer, 'http.response', 'Response: True', '1');
    d.field(node, 'http.response.version', 'Response Version', first, from, first.length);
    d.field(node, 'http.response.code', 'Status Code', second, secondAt, second.length);
    d.field(node, 'http.response.phrase', 'Response Phrase', third, thirdAt, third.length);
    return;
  }
  d.generated(layer, 'http.request', 'Request: True', '1');
  d.field(node, 'http.request.method', 'Request Method', first, from, first.length);
  d.field(node, 'http.request.uri', 'Request URI', second, secondAt, second.length);
  d.field(node, 'http.request.version', 'Request Version', third, thirdAt, third.length);
}

/** Adds the headers; `body` is where they end (-1 when the segment ends first), `type` the media type without parameters. */
function headers(
  d: Dissection,
  layer: FieldNode,
  from: number,
): Entity & { readonly body: number; readonly host: string | null } {
  let type = '';
  let parameters = '';
  let encoding = '';
  let host: string | null = null;
  let at = from;
  for (let i = 0; i < MAX_HEADERS; i++) {
    const end = lineEnd(d, at);
    if (end < 0) return { body: -1, type, parameters, encoding, host };
    const line = textOf(d, at, end);
    if (line === '') return { body: end, type, parameters, encoding, host };
    const colon = line.indexOf(':');
    const name = colon < 0 ? '' : line.slice(0, colon).toLowerCase();
    const value = colon < 0 ? line : line.slice(colon + 1).trim();
    d.node(layer, HEADER_FIELDS.get(name) ?? null, `${line}\\r\\n`, value, at, end - at);
    if (name === 'content-type') {
      const [own = '', ...rest] = value.split(';');
      type = own.trim().toLowerCase();
      parameters = rest.join(';');
    }
    if (name === 'host') host = value;
    if (name === 'content-encoding') encoding = value.toLowerCase();
    at = end;
  }
  return { body: -1, type, parameters, encoding, host };
}

export const protocol: Protocol = {
  filter: 'http',
  name: 'Hypertext Transfer Protocol',
  attach: { tcpPorts: PORTS, tcpAnyPort: true, bodies: true },
  fields: [
    { name: 'http.request', kind: 'bool' },
    { name: 'http.response', kind: 'bool' },
    { name: 'http.time', kind: 'seconds' },
    { name: 'http.request_in', kind: 'uint' },
    { name: 'http.request.full_uri', kind: 'text' },
    { name: 'http.response_for.uri', kind: 'text' },
    { name: 'http.request.method', kind: 'text' },
    { name: 'http.request.uri', kind: 'text' },
    { name: 'http.request.version', kind: 'text' },
    { name: 'http.response.version', kind: 'text' },
    { name: 'http.response.code', kind: 'uint' },
    { name: 'http.response.phrase', kind: 'text' },
    { name: 'http.file_data', kind: 'bytes' },
    { name: 'http.chunk_data', kind: 'bytes' },
    ...[...HEADER_FIELDS.values()].map((name) => ({ name, kind: 'text' as const })),
  ],
  index,
  dissect,
  stream: () => new HttpStream(),
};
