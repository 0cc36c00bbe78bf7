// GRE (RFC 2784, 2890), and what is built on it: NVGRE and transparent Ethernet bridging (0x6558), PPTP's version 1 (RFC 2637).
// Surprise: which of the optional words follow is told by the flags, and a flag for routing (RFC 1701) adds a list of any length.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_INNER, HAS_ISSUE, NEXT_ETHERTYPE } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const FIXED = 4;
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACK = 0x0080;
const VERSION = 7;
const ERSPAN = 0x88be;
const IP = 0x0800;

/** Bytes of the header with these flags, without a routing list. */
function headerLength(flags: number): number {
  let size = FIXED;
  if ((flags & (CHECKSUM | ROUTING)) !== 0) size += 4;
  if ((flags & KEY) !== 0) size += 4;
  if ((flags & SEQUENCE) !== 0) size += 4;
  if ((flags & VERSION) === 1 && (flags & ACK) !== 0) size += 4;
  return size;
}

/** Where the payload begins after a routing list at `at`; -1 when the list does not fit. */
function afterRouting(view: DataView, from: number, end: number): number {
  for (let at = from; at + 4 <= end; ) {
    const family = view.getUint16(at);
    const size = view.getUint8(at + 3);
    at += 4 + size;
    if (family === 0 && size === 0) return at > end ? -1 : at;
  }
  return -1;
}

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_INNER;
  if (!facts.has(FIXED)) return true;
  const flags = facts.view.getUint16(facts.at);
  const size = headerLength(flags);
  if (!facts.has(size)) return true;
  const type = facts.view.getUint16(facts.at + 2);
  let at = facts.at + size;
  if ((flags & ROUTING) !== 0) {
    at = afterRouting(facts.view, at, facts.end);
    if (at < 0) {
      facts.layers |= HAS_ISSUE;
      return true;
    }
  }
  facts.at = at;
  // Without a sequence number ERSPAN is type I: no header of its own.
  facts.nextKey = type === ERSPAN && (flags & SEQUENCE) === 0 ? 0x6558 : type;
  if (facts.at < facts.end) facts.next = NEXT_ETHERTYPE;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('GRE', '');
  if (!d.need(FIXED, 'gre')) {
    d.layer('gre', 'Generic Routing Encapsulation', at, d.left);
    d.at = d.end;
    return;
  }
  const flags = view.getUint16(at);
  const type = view.getUint16(at + 2);
  const size = headerLength(flags);
  d.setProtocol('GRE', `Encapsulated ${typeName(type)}`);
  const layer = d.layer('gre', `Generic Routing Encapsulation (${typeName(type)})`, at, size);
  flagNodes(d, layer, at, flags);
  d.node(layer, 'gre.proto', `Protocol Type: ${typeName(type)} (${hexText(type, 4)})`, hexText(type, 4), at + 2, 2);
  if (!d.needAt(at, size, 'gre')) {
    d.at = d.end;
    return;
  }
  options(d, layer, at + FIXED, flags);
  d.at = at + size;
  if ((flags & ROUTING) !== 0) {
    const after = afterRouting(view, d.at, d.end);
    if (after < 0) {
      d.malformed('gre', d.at, 'The routing list has no end.');
      d.at = d.end;
      return;
    }
    d.at = after;
  }
  const isTypeOne = type === ERSPAN && (flags & SEQUENCE) === 0;
  if (isTypeOne) d.layer('erspan', 'Encapsulated Remote Switch Packet ANalysis Type I', d.at, 0);
  d.nextKey = isTypeOne ? 0x6558 : type;
  if (d.at < d.end) d.next = NEXT_ETHERTYPE;
}

function flagNodes(d: Dissection, layer: FieldNode, at: number, flags: number): void {
  const node = d.hex(layer, 'gre.flags_and_version', 'Flags and Version', flags, 4, at, 2);
  const isPptp = (flags & VERSION) === 1;
  d.bit(node, 'gre.flags.checksum', 'Checksum Bit', (flags & CHECKSUM) !== 0, at, 2);
  d.bit(node, 'gre.flags.routing', 'Routing Bit', (flags & ROUTING) !== 0, at, 2);
  d.bit(node, 'gre.flags.key', 'Key Bit', (flags & KEY) !== 0, at, 2);
  d.bit(node, 'gre.flags.sequence_number', 'Sequence Number Bit', (flags & SEQUENCE) !== 0, at, 2);
  d.bit(node, 'gre.flags.strict_source_route', 'Strict Source Route Bit', (flags & 0x0800) !== 0, at, 2);
  d.field(node, 'gre.flags.recursion_control', 'Recursion control', (flags >> 8) & 7, at, 2);
  if (isPptp) {
    d.bit(node, 'gre.flags.ack', 'Acknowledgment', (flags & ACK) !== 0, at, 2);
    d.field(node, 'gre.flags.reserved', 'Flags (Reserved)', (flags >> 3) & 15, at, 2);
  } else d.field(node, 'gre.flags.reserved', 'Flags (Reserved)', (flags >> 3) & 31, at, 2);
  d.field(node, 'gre.flags.version', 'Version', flags & VERSION, at, 2);
}

function options(d: Dissection, layer: FieldNode, from: number, flags: number): void {
  const { view } = d;
  let at = from;
  if ((flags & (CHECKSUM | ROUTING)) !== 0) {
    d.hex(layer, 'gre.checksum', 'Checksum', view.getUint16(at), 4, at, 2);
    d.field(layer, 'gre.offset', 'Offset', view.getUint16(at + 2), at + 2, 2);
    at += 4;
  }
  if ((flags & KEY) !== 0) {
    if ((flags & VERSION) === 1) {
      d.field(layer, 'gre.key.payload_length', 'Payload Length', view.getUint16(at), at, 2);
      d.field(layer, 'gre.key.call_id', 'Call ID', view.getUint16(at + 2), at + 2, 2);
    } else d.hex(layer, 'gre.key', 'Key', view.getUint32(at), 8, at, 4);
    at += 4;
  }
  if ((flags & SEQUENCE) !== 0) {
    d.field(layer, 'gre.sequence_number', 'Sequence Number', view.getUint32(at), at, 4);
    at += 4;
  }
  if ((flags & VERSION) === 1 && (flags & ACK) !== 0)
    d.field(layer, 'gre.ack_number', 'Acknowledgment Number', view.getUint32(at), at, 4);
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [IP, 'IP'],
  [0x0806, 'ARP'],
  [0x6558, 'Transparent Ethernet bridging'],
  [0x86dd, 'IPv6'],
  [0x8847, 'MPLS label switched packet'],
  [0x880b, 'PPP'],
  [ERSPAN, 'ERSPAN'],
  [0x22eb, 'ERSPAN III'],
  [0x883e, 'WCCP'],
]);

function typeName(type: number): string {
  return TYPES.get(type) ?? `${hexText(type, 4)} (unknown)`;
}

export const protocol: Protocol = {
  filter: 'gre',
  name: 'Generic Routing Encapsulation',
  attach: { ipProtocols: [47] },
  fields: [
    { name: 'gre.flags_and_version', kind: 'uint', bits: [0, 16] },
    { name: 'gre.flags.checksum', kind: 'bool' },
    { name: 'gre.flags.routing', kind: 'bool' },
    { name: 'gre.flags.key', kind: 'bool' },
    { name: 'gre.flags.sequence_number', kind: 'bool' },
    { name: 'gre.flags.strict_source_route', kind: 'bool' },
    { name: 'gre.flags.recursion_control', kind: 'uint' },
    { name: 'gre.flags.ack', kind: 'bool' },
    { name: 'gre.flags.reserved', kind: 'uint' },
    { name: 'gre.flags.version', kind: 'uint' },
    { name: 'gre.proto', kind: 'uint', bits: [16, 16] },
    { name: 'gre.checksum', kind: 'uint' },
    { name: 'gre.offset', kind: 'uint' },
    { name: 'gre.key', kind: 'uint' },
    { name: 'gre.key.payload_length', kind: 'uint' },
    { name: 'gre.key.call_id', kind: 'uint' },
    { name: 'gre.sequence_number', kind: 'uint' },
    { name: 'gre.ack_number', kind: 'uint' },
  ],
  index,
  dissect,
};
