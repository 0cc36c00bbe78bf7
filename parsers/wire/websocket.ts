// WebSocket (RFC 6455), one frame a message, on a connection that HTTP/1 was upgraded on.
// Surprise: what the client sends is masked with a key that stands in front of it; the tree points into the unmasked bytes.
import { decodeUtf8 } from '../capture/utf8.ts';
import { type Dissection, hexBytes } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { textLines } from './media/lines.ts';
import type { Protocol } from './protocol.ts';
import { ONE_MORE, type StreamReader } from './stream-reading.ts';

const MIN_HEADER = 2;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK = 0x80;

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const OPCODES: ReadonlyMap<number, string> = new Map([
  [CONTINUATION, 'Continuation'],
  [TEXT, 'Text'],
  [BINARY, 'Binary'],
  [CLOSE, 'Connection Close'],
  [PING, 'Ping'],
  [PONG, 'Pong'],
]);

const CLOSE_CODES: ReadonlyMap<number, string> = new Map([
  [1000, 'Normal Closure'],
  [1001, 'Going Away'],
  [1002, 'Protocol error'],
  [1003, 'Unsupported Data'],
  [1004, '---Reserved----'],
  [1005, 'No Status Rcvd'],
  [1006, 'Abnormal Closure'],
  [1007, 'Invalid frame payload data'],
  [1008, 'Policy Violation'],
  [1009, 'Message Too Big'],
  [1010, 'Mandatory Ext.'],
  [1011, 'Internal Server'],
  [1015, 'TLS handshake'],
]);

interface Shape {
  /** Bytes of the header with its mask. */
  readonly header: number;
  readonly payload: number;
  readonly masked: boolean;
}

/** Null while the header is not there. */
function shapeOf(bytes: Uint8Array, at: number, end: number): Shape | null {
  if (at + MIN_HEADER > end) return null;
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  const masked = ((bytes[at + 1] ?? 0) & MASK) !== 0;
  const extended = short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0;
  if (at + MIN_HEADER + extended > end) return null;
  let payload = short;
  if (extended > 0) {
    payload = 0;
    for (let i = 0; i < extended; i++) payload = payload * 256 + (bytes[at + MIN_HEADER + i] ?? 0);
  }
  return { header: MIN_HEADER + extended + (masked ? 4 : 0), payload, masked };
}

/** Note of every frame; that it is there says that the bytes are WebSocket. */
const FRAME = 'websocket frame';

function reader(): StreamReader {
  return {
    size(bytes, at, end) {
      const shape = shapeOf(bytes, at, end);
      return shape === null ? ONE_MORE : shape.header + shape.payload;
    },
    take: () => FRAME,
    switchTo: null,
  };
}

function dissect(d: Dissection): void {
  const { at, bytes } = d;
  // Nothing in a frame tells it from anything else: it is known by its connection alone.
  if (d.note !== FRAME) return;
  const before = d.layers.filter(({ filter }) => filter === 'websocket').at(-1);
  const layer = d.layer('websocket', 'WebSocket', at, d.left);
  const shape = shapeOf(bytes, at, d.end);
  if (shape === null) {
    d.needAt(d.end, 1, 'websocket');
    d.at = d.end;
    return;
  }
  const first = bytes[at] ?? 0;
  const isLast = (first & 0x80) !== 0;
  const opcode = first & 15;
  const name = OPCODES.get(opcode) ?? 'Unknown Opcode';
  const text = `${name}${isLast ? ' [FIN]' : '[FRAGMENT] '}${shape.masked ? ' [MASKED]' : ' '}`;
  d.setProtocol('WebSocket', `${textBefore(d, before?.source === layer.source)}WebSocket ${text}`);
  d.continued = true;
  d.bit(layer, 'websocket.fin', 'Fin', isLast, at, 1);
  d.hex(layer, 'websocket.rsv', 'Reserved', (first >> 4) & 7, 2, at, 1);
  d.node(layer, 'websocket.opcode', `Opcode: ${name} (${opcode})`, String(opcode), at, 1);
  d.bit(layer, 'websocket.mask', 'Mask', shape.masked, at + 1, 1);
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  d.field(layer, 'websocket.payload_length', 'Payload length', short, at + 1, 1);
  if (short === LENGTH_16)
    d.field(layer, 'websocket.payload_length_ext_16', 'Extended Payload length (16 bits)', shape.payload, at + 2, 2);
  if (short === LENGTH_64)
    d.field(layer, 'websocket.payload_length_ext_64', 'Extended Payload length (64 bits)', shape.payload, at + 2, 8);
  const from = at + shape.header;
  const end = Math.min(d.end, from + shape.payload);
  layer.length = end - at;
  d.at = end;
  if (end < from + shape.payload) d.needAt(from, shape.payload, 'websocket');
  if (!shape.masked) {
    content(d, d.node(layer, 'websocket.payload', 'Payload', null, from, end - from), opcode, isLast, from, end);
    return;
  }
  const key = hexBytes(bytes, from - 4, from);
  d.node(layer, 'websocket.masking_key', `Masking-Key: ${key}`, key, from - 4, 4);
  if (end <= from) return;
  d.node(layer, 'websocket.masked_payload', 'Masked payload', null, from, end - from);
  const plain = new Uint8Array(end - from);
  for (let i = 0; i < plain.length; i++) plain[i] = (bytes[from + i] ?? 0) ^ (bytes[from - 4 + (i & 3)] ?? 0);
  const back = d.enter('Unmasked payload', plain);
  content(d, d.node(layer, 'websocket.payload', 'Payload', null, 0, plain.length), opcode, isLast, 0, plain.length);
  back();
}

/** As tshark: of several frames that stand in one segment the list has the last; what else came before them stays. */
function textBefore(d: Dissection, replaces: boolean): string {
  const { info } = d.columns;
  if (!d.continued) return d.locked ? '' : (d.flow?.prefix ?? '');
  return replaces ? info.slice(0, Math.max(0, info.lastIndexOf('WebSocket '))) : info;
}

function content(d: Dissection, payload: FieldNode, opcode: number, isLast: boolean, from: number, end: number): void {
  const size = end - from;
  const bytesNode = (filter: string, name: string): void => {
    d.node(payload, filter, `${name}: ${hexBytes(d.bytes, from, Math.min(end, from + 36))}`, null, from, size);
  };
  if (size === 0) return;
  switch (opcode) {
    case TEXT: {
      const text = decodeUtf8(d.bytes.subarray(from, end));
      d.node(payload, 'websocket.payload.text', `Text: ${text}`, text, from, size);
      if (isLast) textLines(d, { type: '', parameters: '', from, to: end, isPacked: false, parent: null });
      return;
    }
    case CONTINUATION:
      bytesNode('websocket.payload.continue', 'Continue');
      return;
    case CLOSE: {
      if (size < 2) return;
      const close = d.node(payload, 'websocket.payload.close', 'Close', null, from, size);
      const code = d.view.getUint16(from);
      const meaning = CLOSE_CODES.get(code) ?? 'Unknown';
      d.node(close, 'websocket.payload.close.status_code', `Status code: ${meaning} (${code})`, String(code), from, 2);
      const reason = decodeUtf8(d.bytes.subarray(from + 2, end));
      if (size > 2) d.field(close, 'websocket.payload.close.reason', 'Reason', reason, from + 2, size - 2);
      return;
    }
    case PING:
      bytesNode('websocket.payload.ping', 'Ping');
      return;
    case PONG:
      bytesNode('websocket.payload.pong', 'Pong');
      return;
    case BINARY:
      if (isLast) d.layer('data', `Data (${size} bytes)`, from, size);
      return;
    default:
  }
}

export const protocol: Protocol = {
  filter: 'websocket',
  name: 'WebSocket',
  attach: { within: ['http'], bodies: true },
  fields: [
    { name: 'websocket.fin', kind: 'bool' },
    { name: 'websocket.rsv', kind: 'uint' },
    { name: 'websocket.opcode', kind: 'uint' },
    { name: 'websocket.mask', kind: 'bool' },
    { name: 'websocket.payload_length', kind: 'uint' },
    { name: 'websocket.payload_length_ext_16', kind: 'uint' },
    { name: 'websocket.payload_length_ext_64', kind: 'uint' },
    { name: 'websocket.masking_key', kind: 'bytes' },
    { name: 'websocket.masked_payload', kind: 'none' },
    { name: 'websocket.payload', kind: 'none' },
    { name: 'websocket.payload.text', kind: 'text' },
    { name: 'websocket.payload.continue', kind: 'bytes' },
    { name: 'websocket.payload.close', kind: 'none' },
    { name: 'websocket.payload.close.status_code', kind: 'uint' },
    { name: 'websocket.payload.close.reason', kind: 'text' },
    { name: 'websocket.payload.ping', kind: 'bytes' },
    { name: 'websocket.payload.pong', kind: 'bytes' },
  ],
  index: () => false,
  dissect,
  stream: reader,
};
