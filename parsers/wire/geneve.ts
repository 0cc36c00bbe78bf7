// Geneve (RFC 8926): an Ethernet frame or a packet inside UDP port 6081, with options (OVN, Cilium, Open vSwitch).
// Surprise: the length of the options is in the first byte, in words; a packet with options nobody knows is read on all the same.
import { type Dissection, hexText } from './dissection.ts';
import { etherTypeName } from './ethertype.ts';
import { type FrameFacts, HAS_INNER, HAS_ISSUE, NEXT_ETHERTYPE } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const AT_FLAGS = 1;
const AT_TYPE = 2;
const AT_VNI = 4;
const FIXED = 8;
const OPTION_HEAD = 4;

const CLASSES: ReadonlyMap<number, string> = new Map([
  [0x0100, 'Linux'],
  [0x0101, 'Open vSwitch'],
  [0x0102, 'Open vSwitch'],
  [0x0103, 'Open Virtual Networking (OVN)'],
  [0x0104, 'VMware'],
]);

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_INNER;
  if (!facts.has(FIXED)) return true;
  const { view, at } = facts;
  const size = FIXED + (view.getUint8(at) & 0x3f) * 4;
  if (view.getUint8(at) >> 6 !== 0) {
    facts.layers |= HAS_ISSUE;
    return true;
  }
  if (!facts.has(size)) return true;
  facts.at = at + size;
  facts.next = NEXT_ETHERTYPE;
  facts.nextKey = view.getUint16(at + AT_TYPE);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('Geneve', '');
  if (!d.need(FIXED, 'geneve')) {
    d.layer('geneve', 'Generic Network Virtualization Encapsulation', at, d.left);
    d.at = d.end;
    return;
  }
  const first = view.getUint8(at);
  const flags = view.getUint8(at + AT_FLAGS);
  const type = view.getUint16(at + AT_TYPE);
  const vni = view.getUint32(at + AT_VNI) >>> 8;
  const optionLength = (first & 0x3f) * 4;
  const layer = d.layer(
    'geneve',
    `Generic Network Virtualization Encapsulation, VNI: 0x${vni.toString(16).padStart(6, '0')}`,
    at,
    FIXED + optionLength,
  );
  d.field(layer, 'geneve.version', 'Version', first >> 6, at, 1);
  if (first >> 6 !== 0) {
    d.malformed('geneve', at, `Geneve of version ${first >> 6} is not known.`);
    d.at = d.end;
    return;
  }
  d.node(layer, 'geneve.option.length', `Length: ${optionLength} bytes`, String(optionLength), at, 1);
  const node = d.hex(layer, 'geneve.flags', 'Flags', flags, 2, at + AT_FLAGS, 1);
  d.bit(node, 'geneve.flags.oam', 'Operations, Administration and Management Frame', (flags & 0x80) !== 0, at + 1, 1);
  d.bit(node, 'geneve.flags.critical', 'Critical Options Present', (flags & 0x40) !== 0, at + 1, 1);
  d.bit(node, 'geneve.flags.reserved', 'Reserved', (flags & 0x3f) !== 0, at + 1, 1);
  const typeText = hexText(type, 4);
  d.node(layer, 'geneve.proto_type', `Protocol Type: ${etherTypeName(type)} (${typeText})`, typeText, at + AT_TYPE, 2);
  d.hex(layer, 'geneve.vni', 'Virtual Network Identifier (VNI)', vni, 6, at + AT_VNI, 3);
  d.setProtocol('Geneve', `Encapsulated ${etherTypeName(type)}`);
  if (!d.need(FIXED + optionLength, 'geneve')) {
    d.at = d.end;
    return;
  }
  options(d, layer, at + FIXED, at + FIXED + optionLength);
  d.at = at + FIXED + optionLength;
  d.next = NEXT_ETHERTYPE;
  d.nextKey = type;
}

function options(d: Dissection, layer: FieldNode, from: number, end: number): void {
  if (from === end) return;
  const { view } = d;
  const list = d.node(layer, 'geneve.options', `Options: (${end - from} bytes)`, null, from, end - from);
  for (let at = from; at + OPTION_HEAD <= end; ) {
    const optionClass = view.getUint16(at);
    const type = view.getUint8(at + 2);
    const size = OPTION_HEAD + (view.getUint8(at + 3) & 0x1f) * 4;
    if (at + size > end) {
      d.malformed('geneve', at, `An option of ${size} bytes reaches beyond the options.`);
      return;
    }
    const className = CLASSES.get(optionClass) ?? 'Unknown';
    const node = d.node(list, 'geneve.option', `${className}, type ${hexText(type, 2)}`, null, at, size);
    d.hex(node, 'geneve.option.class', 'Class', optionClass, 4, at, 2);
    d.hex(node, 'geneve.option.type', 'Type', type, 2, at + 2, 1);
    d.bit(node, 'geneve.option.type.critical', 'Critical Option', (type & 0x80) !== 0, at + 2, 1);
    d.field(node, 'geneve.option.length', 'Length', size, at + 3, 1);
    at += size;
  }
}

export const protocol: Protocol = {
  filter: 'geneve',
  name: 'Generic Network Virtualization Encapsulation',
  attach: { udpPorts: [6081] },
  fields: [
    { name: 'geneve.version', kind: 'uint' },
    { name: 'geneve.flags', kind: 'uint', bits: [8, 8] },
    { name: 'geneve.flags.oam', kind: 'bool' },
    { name: 'geneve.flags.critical', kind: 'bool' },
    { name: 'geneve.flags.reserved', kind: 'bool' },
    { name: 'geneve.proto_type', kind: 'uint', bits: [16, 16] },
    { name: 'geneve.vni', kind: 'uint' },
    { name: 'geneve.options', kind: 'none' },
    { name: 'geneve.option', kind: 'none' },
    { name: 'geneve.option.class', kind: 'uint' },
    { name: 'geneve.option.type', kind: 'uint' },
    { name: 'geneve.option.type.critical', kind: 'bool' },
    { name: 'geneve.option.length', kind: 'uint' },
  ],
  index,
  dissect,
};
