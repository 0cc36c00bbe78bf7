// Protocol Buffers without their schema: numbers, wire types and values of a message's fields, as far down as is certain (one level).
// Surprise: a length-delimited field may be text, bytes or a message; nothing in it says which, so none is claimed.
import { type Dissection, hexBytes } from './dissection.ts';
import type { FieldSpec } from './protocol.ts';

const WIRE_TYPES = [
  'varint',
  '64-bit',
  'Length-delimited',
  'Start group (deprecated)',
  'End group (deprecated)',
  '32-bit',
];
const MAX_FIELDS = 500;
const SHOWN_BYTES = 36;

export const PROTOBUF_FIELDS: readonly FieldSpec[] = [
  { name: 'protobuf', kind: 'none' },
  { name: 'protobuf.field.number', kind: 'uint' },
  { name: 'protobuf.field.wiretype', kind: 'uint' },
  { name: 'protobuf.field.value.length', kind: 'uint' },
  { name: 'protobuf.field.value', kind: 'bytes' },
];

interface Varint {
  readonly value: bigint;
  readonly end: number;
}

function varint(bytes: Uint8Array, at: number, end: number): Varint | null {
  let value = 0n;
  for (let i = 0; i < 10 && at + i < end; i++) {
    const byte = bytes[at + i] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + i + 1 };
  }
  return null;
}

/** Adds a layer for the message at `from` … `to`. False when a field claims more bytes than the message has; what is no field is passed over. */
export function dissectProtobuf(d: Dissection, from: number, to: number, about: string): boolean {
  const layer = d.layer('protobuf', `Protocol Buffers: ${about}`, from, to - from);
  const { bytes } = d;
  for (let at = from, n = 0; at < to && n < MAX_FIELDS; n++) {
    const tag = varint(bytes, at, to);
    if (tag === null) return true;
    const number = Number(tag.value >> 3n);
    const type = Number(tag.value & 7n);
    const name = WIRE_TYPES[type];
    const value = valueAt(bytes, type, tag.end, to);
    if (value === 'beyond') return false;
    if (name === undefined || value === null) return true;
    const node = d.node(layer, null, `Field(${number}): ${value.text}`, null, at, value.end - at);
    d.field(node, 'protobuf.field.number', 'Field Number', number, at, tag.end - at);
    d.node(node, 'protobuf.field.wiretype', `Wire Type: ${name} (${type})`, String(type), at, 1);
    if (type === 2) d.field(node, 'protobuf.field.value.length', 'Value Length', value.end - value.from, tag.end, 1);
    d.node(node, 'protobuf.field.value', `Value: ${value.text}`, null, value.from, value.end - value.from);
    at = value.end;
  }
  return true;
}

function valueAt(bytes: Uint8Array, type: number, at: number, to: number) {
  if (type === 0) {
    const read = varint(bytes, at, to);
    return read && { from: at, end: read.end, text: String(read.value) };
  }
  let from = at;
  let size = type === 1 ? 8 : type === 5 ? 4 : 0;
  if (type === 2) {
    const read = varint(bytes, at, to);
    if (read === null) return null;
    if (read.value > BigInt(to - read.end)) return 'beyond' as const;
    from = read.end;
    size = Number(read.value);
  }
  const end = from + size;
  if (end > to) return 'beyond' as const;
  const shown = hexBytes(bytes, from, Math.min(end, from + SHOWN_BYTES));
  return { from, end, text: size > SHOWN_BYTES ? `${shown}…` : shown };
}
