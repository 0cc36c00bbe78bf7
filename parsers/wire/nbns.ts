// The NetBIOS name service (RFC 1002) on UDP port 137: a cousin of DNS whose names are spelt in half bytes.
// Surprise: the sixteenth byte of a name says which service it is; the list shows it in angle brackets.
import { type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 12;
const ENCODED = 32;
const OPCODES: ReadonlyMap<number, string> = new Map([
  [0, 'Name query'],
  [5, 'Registration'],
  [6, 'Release'],
  [7, 'WACK'],
  [8, 'Refresh'],
  [9, 'Refresh(altcode)'],
  [15, 'Multi-homed registration'],
]);

function index(facts: FrameFacts): boolean {
  facts.has(HEADER);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('NBNS', '');
  const layer = d.layer('nbns', 'NetBIOS Name Service', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'nbns')) return;
  const flags = view.getUint16(at + 2);
  const opcode = (flags >> 11) & 15;
  const isResponse = (flags & 0x8000) !== 0;
  const name = OPCODES.get(opcode) ?? 'Unknown operation';
  d.hex(layer, 'nbns.id', 'Transaction ID', view.getUint16(at), 4, at, 2);
  const node = d.hex(layer, 'nbns.flags', 'Flags', flags, 4, at + 2, 2);
  d.bit(node, 'nbns.flags.response', 'Response', isResponse, at + 2, 2);
  d.node(node, 'nbns.flags.opcode', `Opcode: ${name} (${opcode})`, String(opcode), at + 2, 2);
  const questions = view.getUint16(at + 4);
  const answers = view.getUint16(at + 6);
  d.field(layer, 'nbns.count.queries', 'Questions', questions, at + 4, 2);
  d.field(layer, 'nbns.count.answers', 'Answer RRs', answers, at + 6, 2);
  d.field(layer, 'nbns.count.auth_rr', 'Authority RRs', view.getUint16(at + 8), at + 8, 2);
  d.field(layer, 'nbns.count.add_rr', 'Additional RRs', view.getUint16(at + 10), at + 10, 2);
  let info = `${name}${isResponse ? ' response' : ''}`;
  d.setProtocol('NBNS', info);
  const first = at + HEADER;
  if (questions > 0) info += question(d, layer, first);
  else if (answers > 0) info += answer(d, layer, first);
  d.setProtocol('NBNS', info);
}

function typeName(type: number): string {
  return type === 32 ? 'NB' : type === 33 ? 'NBSTAT' : `Unknown (${type})`;
}

/** A name of 34 bytes, and its type and class. */
function nameAndType(
  d: Dissection,
  layer: FieldNode,
  at: number,
): { readonly name: string; readonly type: string } | null {
  if (!d.needAt(at, ENCODED + 6, 'nbns') || d.bytes[at] !== ENCODED) return null;
  let name = '';
  for (let i = 0; i < ENCODED; i += 2) {
    const byte = (((d.bytes[at + 1 + i] ?? 0) - 65) << 4) | (((d.bytes[at + 2 + i] ?? 0) - 65) & 15);
    const isLast = i === ENCODED - 2;
    if (isLast) name = name.trimEnd();
    name +=
      isLast || byte < 0x20 || byte > 0x7e
        ? `<${(byte & 0xff).toString(16).padStart(2, '0')}>`
        : String.fromCharCode(byte);
  }
  const type = d.view.getUint16(at + ENCODED + 2);
  d.field(layer, 'nbns.name', 'Name', name, at, ENCODED + 2);
  d.node(layer, 'nbns.type', `Type: ${typeName(type)} (${type})`, String(type), at + ENCODED + 2, 2);
  const rawClass = d.view.getUint16(at + ENCODED + 4);
  d.node(layer, 'nbns.class', `Class: ${hexText(rawClass, 4)}`, String(rawClass), at + ENCODED + 4, 2);
  return { name, type: typeName(type) };
}

function question(d: Dissection, layer: FieldNode, at: number): string {
  const asked = nameAndType(d, layer, at);
  return asked === null ? '' : ` ${asked.type} ${asked.name}`;
}

function answer(d: Dissection, layer: FieldNode, at: number): string {
  const asked = nameAndType(d, layer, at);
  const data = at + ENCODED + 12;
  if (asked === null) return '';
  if (asked.type !== 'NB' || data + 6 > d.end) return ` ${asked.type}`;
  d.field(layer, 'nbns.addr', 'Addr', d.ipv4(data + 2), data + 2, 4);
  return ` ${asked.type} ${d.ipv4(data + 2)}`;
}

export const protocol: Protocol = {
  filter: 'nbns',
  name: 'NetBIOS Name Service',
  attach: { udpPorts: [137] },
  fields: [
    { name: 'nbns.id', kind: 'uint' },
    { name: 'nbns.flags', kind: 'uint' },
    { name: 'nbns.flags.response', kind: 'bool' },
    { name: 'nbns.flags.opcode', kind: 'uint' },
    { name: 'nbns.count.queries', kind: 'uint' },
    { name: 'nbns.count.answers', kind: 'uint' },
    { name: 'nbns.count.auth_rr', kind: 'uint' },
    { name: 'nbns.count.add_rr', kind: 'uint' },
    { name: 'nbns.name', kind: 'text' },
    { name: 'nbns.type', kind: 'uint' },
    { name: 'nbns.class', kind: 'uint' },
    { name: 'nbns.addr', kind: 'ipv4' },
  ],
  index,
  dissect,
};
