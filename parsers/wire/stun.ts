// STUN and TURN (RFC 5389, 5766), on their port and wherever their magic cookie stands.
// Surprise: class and method share the bits of the type; addresses are hidden by the cookie.
import { asciiText, type Dissection, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { formatText } from './format-text.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const COOKIE = 0x2112_a442;
const HEADER = 20;
const CHANNEL_NUMBER = 0x0c;
const LIFETIME = 0x0d;
const CHANNEL_HEADER = 4;
const PORT = 3478;
const ADDRESSES: ReadonlyMap<number, string> = new Map([
  [0x01, 'MAPPED-ADDRESS'],
  [0x02, 'RESPONSE-ADDRESS'],
  [0x04, 'SOURCE-ADDRESS'],
  [0x05, 'CHANGED-ADDRESS'],
  [0x0b, 'REFLECTED-FROM'],
  [0x12, 'XOR-PEER-ADDRESS'],
  [0x16, 'XOR-RELAYED-ADDRESS'],
  [0x20, 'XOR-MAPPED-ADDRESS'],
  [0x8023, 'ALTERNATE-SERVER'],
  [0x802b, 'RESPONSE-ORIGIN'],
  [0x802c, 'OTHER-ADDRESS'],
]);
const CLASSES = ['Request', 'Indication', 'Success Response', 'Error Response'];
const METHODS: ReadonlyMap<number, string> = new Map([
  [1, 'Binding'],
  [3, 'Allocate'],
  [4, 'Refresh'],
  [6, 'Send'],
  [7, 'Data'],
  [8, 'CreatePermission'],
  [9, 'Channel-Bind'],
  [10, 'Connect'],
  [11, 'ConnectionBind'],
  [12, 'ConnectionAttempt'],
]);
const ERRORS: ReadonlyMap<number, string> = new Map([
  [300, 'Try Alternate'],
  [400, 'Bad Request'],
  [401, 'Unauthenticated'],
  [403, 'Forbidden'],
  [420, 'Unknown Attribute'],
  [437, 'Allocation Mismatch'],
  [438, 'Stale Nonce'],
  [441, 'Wrong Credentials'],
  [442, 'Unsupported Transport Protocol'],
  [486, 'Allocation Quota Reached'],
  [487, 'Role Conflict'],
  [500, 'Server Error'],
  [508, 'Insufficient Capacity'],
]);

/** Data of a channel: its number and its length, which may leave padding behind it. */
function isChannelData(view: DataView, at: number, end: number): boolean {
  if (at + CHANNEL_HEADER > end) return false;
  const channel = view.getUint16(at);
  const rest = end - at - CHANNEL_HEADER - view.getUint16(at + 2);
  return channel >= 0x4000 && channel < 0x8000 && rest >= 0 && rest < 4;
}

function accepts(view: DataView, at: number, end: number): boolean {
  if (isChannelData(view, at, end)) return true;
  if (at + HEADER > end || view.getUint32(at + 4) !== COOKIE) return false;
  return view.getUint16(at) < 0x4000 && view.getUint16(at + 2) % 4 === 0;
}

/** What the list says of an attribute. */
function attribute(d: Dissection, layer: FieldNode, type: number, at: number, size: number): string {
  const { view } = d;
  const node = d.hex(layer, 'stun.att.type', 'Attribute Type', type, 4, at - 4, size + 4);
  d.field(node, 'stun.att.length', 'Attribute Length', size, at - 2, 2);
  const name = ADDRESSES.get(type);
  if (name !== undefined && size >= 8 && view.getUint8(at + 1) === 1) {
    const isHidden = name.startsWith('XOR-');
    const port = view.getUint16(at + 2) ^ (isHidden ? COOKIE >>> 16 : 0);
    const raw = view.getUint32(at + 4) ^ (isHidden ? COOKIE : 0);
    const address = [24, 16, 8, 0].map((shift) => (raw >>> shift) & 255).join('.');
    d.field(node, 'stun.att.ipv4', 'IP', address, at + 4, 4);
    d.field(node, 'stun.att.port', 'Port', port, at + 2, 2);
    return ` ${name}: ${address}:${port}`;
  }
  if (type === 6) return ` user: ${asciiText(d.bytes, at, at + size)}`;
  if (type === 9 && size >= 4) {
    const code = view.getUint8(at + 2) * 100 + view.getUint8(at + 3);
    const reason = formatText(d.bytes, at + 4, at + size);
    return ` error-code: ${code} (${ERRORS.get(code) ?? 'Unknown'})${reason === '' ? '' : ` ${reason}`}`;
  }
  if (type === 0x19 && size >= 1) return view.getUint8(at) === 17 ? ' UDP' : view.getUint8(at) === 6 ? ' TCP' : '';
  if (type === LIFETIME && size >= 4) return ` lifetime: ${view.getUint32(at)}`;
  if (type === CHANNEL_NUMBER && size >= 2) return ` ChannelNumber=${hexText(view.getUint16(at), 1)}`;
  if (type === 0x14) return ` realm: ${asciiText(d.bytes, at, at + size)}`;
  return type === 0x15 ? ' with nonce' : '';
}

const spec = oneLine({
  filter: 'stun',
  name: 'Session Traversal Utilities for NAT',
  column: 'STUN',
  attach: { udpPorts: [PORT], tcpPorts: [PORT], udpAnyPort: true },
  header: CHANNEL_HEADER,
  accepts,
  stream: sizedBy((bytes, at, end) => {
    if (end - at < CHANNEL_HEADER) return ONE_MORE;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = view.getUint16(at + 2);
    const type = view.getUint16(at);
    if (type < 0x4000) return HEADER + size;
    return type < 0x8000 ? CHANNEL_HEADER + ((size + 3) & ~3) : NOT_MINE;
  }),
  fields: [
    ['stun.type', 'uint'],
    ['stun.length', 'uint'],
    ['stun.channel', 'uint'],
    ['stun.cookie', 'bytes'],
    ['stun.id', 'bytes'],
    ['stun.att.type', 'uint'],
    ['stun.att.length', 'uint'],
    ['stun.att.ipv4', 'ipv4'],
    ['stun.att.port', 'uint'],
  ],
  read(d, layer, from) {
    const { view } = d;
    const type = view.getUint16(from);
    const size = view.getUint16(from + 2);
    if (type >= 0x4000) {
      d.hex(layer, 'stun.channel', 'TURN Channel', type, 4, from, 2);
      d.field(layer, 'stun.length', 'Message Length', size, from + 2, 2);
      d.at = Math.min(d.end, from + CHANNEL_HEADER + ((size + 3) & ~3));
      return 'ChannelData TURN Message';
    }
    if (!d.needAt(from, HEADER, 'stun')) return '';
    const kind = ((type >> 7) & 2) | ((type >> 4) & 1);
    const method = (type & 15) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80);
    let info = `${METHODS.get(method) ?? `Unknown ${hexText(method, 4)}`} ${CLASSES[kind]}`;
    d.node(layer, 'stun.type', `Message Type: ${hexText(type, 4)} (${info})`, hexText(type, 4), from, 2);
    d.field(layer, 'stun.length', 'Message Length', size, from + 2, 2);
    d.node(layer, 'stun.cookie', 'Message Cookie', null, from + 4, 4);
    d.node(layer, 'stun.id', 'Message Transaction ID', null, from + 8, 12);
    const end = Math.min(d.end, from + HEADER + size);
    for (let at = from + HEADER; at + 4 <= end; ) {
      const length = view.getUint16(at + 2);
      if (!d.needAt(at + 4, length, 'stun')) break;
      info += attribute(d, layer, view.getUint16(at), at + 4, length);
      at += 4 + ((length + 3) & ~3);
    }
    d.at = end;
    return info;
  },
});

/** Nothing but the port tells data of a channel from other bytes. */
export const protocol: Protocol = {
  ...spec,
  index: (facts) => (facts.byPort || !isChannelData(facts.view, facts.at, facts.end)) && spec.index(facts),
  dissect(d) {
    if (d.byPort || !isChannelData(d.view, d.at, d.end)) spec.dissect(d);
  },
};
