// AMQP 0-9-1, frame by frame, and the header by which the versions are told apart. What follows a header of 1.0 is not read.
// Surprise: tshark 4.0 calls the header that every client of 0-9-1 sends an unknown version; its list and ours say so.
import { className, methodOf } from './amqp-names.ts';
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORT = 5672;
const MAGIC = 'AMQP';
const PROTOCOL_HEADER = 8;
const FRAME_HEADER = 7;
const FRAME_END = 0xce;
const MAX_FRAME = 1 << 27;

const METHOD = 1;
const TYPES: ReadonlyMap<number, string> = new Map([
  [METHOD, 'Method'],
  [2, 'Content header'],
  [3, 'Content body'],
  [8, 'Heartbeat'],
]);

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2);

function isHeader(bytes: Uint8Array | DataView, at: number, end: number): boolean {
  if (at + MAGIC.length > end) return false;
  for (let i = 0; i < MAGIC.length; i++) {
    const byte = bytes instanceof DataView ? bytes.getUint8(at + i) : bytes[at + i];
    if (byte !== MAGIC.charCodeAt(i)) return false;
  }
  return true;
}

/** A type that there is, and a length that fits. */
function isFrame(bytes: Uint8Array, at: number, end: number): boolean {
  return TYPES.has(bytes[at] ?? 0) && (end - at < FRAME_HEADER || u32(bytes, at + 3) <= MAX_FRAME);
}

class AmqpStream implements StreamReader {
  readonly switchTo = null;

  size(bytes: Uint8Array, at: number, end: number): number {
    if (isHeader(bytes, at, end)) return PROTOCOL_HEADER;
    if (!isFrame(bytes, at, end)) return NOT_MINE;
    return end - at < FRAME_HEADER ? ONE_MORE : FRAME_HEADER + u32(bytes, at + 3) + 1;
  }

  take(): null {
    return null;
  }

  begins(): string {
    return '';
  }
}

function index(facts: FrameFacts): boolean {
  const { view, at, end } = facts;
  if (isHeader(view, at, end)) return true;
  if (at + FRAME_HEADER > end || !TYPES.has(view.getUint8(at))) return false;
  return view.getUint32(at + 3) <= MAX_FRAME;
}

function dissect(d: Dissection): void {
  const { at, bytes } = d;
  if (d.left === 0) return;
  const starts = isHeader(bytes, at, d.end);
  if (!starts && (d.left < FRAME_HEADER || !isFrame(bytes, at, d.end))) return;
  const size = starts ? PROTOCOL_HEADER : FRAME_HEADER + u32(bytes, at + 3) + 1;
  const end = Math.min(d.end, at + size);
  const layer = d.layer('amqp', 'Advanced Message Queuing Protocol', at, end - at);
  d.at = end;
  if (at + size > d.end && d.wireEnd > d.end) d.needAt(at, size, 'amqp');
  const text = starts ? header(d, layer, at, end) : frame(d, layer, at, end);
  const before = d.continued ? d.columns.info : d.locked ? '' : (d.flow?.prefix ?? '');
  d.setProtocol('AMQP', before + text);
  d.continued = true;
}

function header(d: Dissection, layer: FieldNode, at: number, end: number): string {
  d.field(layer, 'amqp.init.protocol', 'Protocol', MAGIC, at, 4);
  if (end - at < PROTOCOL_HEADER) return '';
  const [id = 0, one = 0, two = 0, three = 0] = d.bytes.subarray(at + 4, at + 8);
  if (id === 1 && one === 1 && two === 0) {
    d.field(layer, 'amqp.init.version_major', 'Version Major', two, at + 6, 1);
    d.field(layer, 'amqp.init.version_minor', 'Version Minor', three, at + 7, 1);
    if (three === 10) return 'Protocol-Header 0-10 ';
    if (three === 9) return 'Protocol-Header 1-0-9';
  } else {
    d.field(layer, 'amqp.init.version_major', 'Version Major', one, at + 5, 1);
    d.field(layer, 'amqp.init.version_minor', 'Version Minor', two, at + 6, 1);
    d.field(layer, 'amqp.init.version_revision', 'Version-Revision', three, at + 7, 1);
    if (one === 1 && two === 0 && three === 0) return 'Protocol-Header 1-0-0 ';
  }
  return 'AMQP (unknown version)';
}

function frame(d: Dissection, layer: FieldNode, at: number, end: number): string {
  const { bytes } = d;
  const type = bytes[at] ?? 0;
  const size = u32(bytes, at + 3);
  const from = at + FRAME_HEADER;
  d.node(layer, 'amqp.type', `Type: ${TYPES.get(type) ?? 'Unknown'} (${type})`, String(type), at, 1);
  d.field(layer, 'amqp.channel', 'Channel', u16(bytes, at + 1), at + 1, 2);
  d.field(layer, 'amqp.length', 'Length', size, at + 3, 4);
  const stop = Math.min(end, from + size);
  if (from + size < end && bytes[from + size] !== FRAME_END)
    d.malformed('amqp', from + size, `The frame ends with ${bytes[from + size]}, not with ${FRAME_END}.`);
  if (type === 8) return 'Heartbeat ';
  if (type === 3) {
    if (stop > from) d.node(layer, 'amqp.payload', `Payload (${stop - from} bytes)`, null, from, stop - from);
    return 'Content-Body ';
  }
  if (type === 2) {
    if (stop - from >= 2) d.field(layer, 'amqp.header.class', 'Class ID', u16(bytes, from), from, 2);
    return 'Content-Header ';
  }
  return stop - from < 4 ? '' : method(d, layer, from, stop);
}

function method(d: Dissection, layer: FieldNode, from: number, stop: number): string {
  const { bytes } = d;
  const classId = u16(bytes, from);
  const id = u16(bytes, from + 2);
  const name = className(classId);
  const known = methodOf(classId, id);
  const methodName = known?.name ?? `Unknown (${id})`;
  d.node(layer, 'amqp.method.class', `Class: ${name ?? 'Unknown'} (${classId})`, String(classId), from, 2);
  d.node(layer, 'amqp.method.method', `Method: ${methodName} (${id})`, String(id), from + 2, 2);
  if (name === null) return '';
  let text = `${name}.${methodName} `;
  let at = from + 4;
  for (const step of known?.shown ?? []) {
    if (/^\d+$/.test(step)) {
      at += Number(step);
      continue;
    }
    if (at >= stop) break;
    const end = Math.min(stop, at + 1 + (bytes[at] ?? 0));
    if (step !== '-') {
      const value = asciiText(bytes, at + 1, end);
      d.node(layer, null, `${step}: ${value}`, null, at, end - at);
      text += `${step}=${value} `;
    }
    at = end;
  }
  return text;
}

export const protocol: Protocol = {
  filter: 'amqp',
  name: 'Advanced Message Queuing Protocol',
  attach: { tcpPorts: [PORT] },
  fields: [
    { name: 'amqp.init.protocol', kind: 'text' },
    { name: 'amqp.init.version_major', kind: 'uint' },
    { name: 'amqp.init.version_minor', kind: 'uint' },
    { name: 'amqp.init.version_revision', kind: 'uint' },
    { name: 'amqp.type', kind: 'uint' },
    { name: 'amqp.channel', kind: 'uint' },
    { name: 'amqp.length', kind: 'uint' },
    { name: 'amqp.payload', kind: 'bytes' },
    { name: 'amqp.header.class', kind: 'uint' },
    { name: 'amqp.method.class', kind: 'uint' },
    { name: 'amqp.method.method', kind: 'uint' },
  ],
  index,
  dissect,
  stream: () => new AmqpStream(),
};
