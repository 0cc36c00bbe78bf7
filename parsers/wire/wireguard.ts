// WireGuard message headers (the white paper, section 5.4). Found by content on any UDP port: clusters use 51820, 51821, 51871.
// Surprise: its numbers are little-endian, unlike all that surrounds them, and a keep-alive is data of length 0.
import { type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { Protocol } from './protocol.ts';

const INITIATION = 1;
const RESPONSE = 2;
const COOKIE = 3;
const DATA = 4;
const SIZES = [0, 148, 92, 64];
const DATA_HEADER = 16;
const TAG = 16;
const NAMES = ['', 'Handshake Initiation', 'Handshake Response', 'Cookie Reply', 'Transport Data'];

/** True when the first word and the length on the wire are those of a message. */
function isMessage(view: DataView, at: number, end: number, size: number): boolean {
  if (end - at < 4) return false;
  const word = view.getUint32(at, true);
  if (word < INITIATION || word > DATA) return false;
  return word === DATA ? size >= DATA_HEADER + TAG : size === SIZES[word];
}

function index(facts: FrameFacts): boolean {
  const { view, at, end } = facts;
  if (!isMessage(view, at, end, facts.payloadLength)) return false;
  facts.has(DATA_HEADER);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  const size = d.wireEnd - at;
  if (!isMessage(view, at, d.end, size)) return;
  const type = view.getUint32(at, true);
  const name = NAMES[type] ?? '';
  d.setProtocol('WireGuard', name);
  const layer = d.layer('wg', 'WireGuard Protocol', at, d.left);
  d.at = d.end;
  d.node(layer, 'wg.type', `Type: ${name} (${type})`, String(type), at, 1);
  d.node(layer, 'wg.reserved', 'Reserved', null, at + 1, 3);
  if (!d.needAt(at, DATA_HEADER, 'wg')) return;
  const first = hexText(view.getUint32(at + 4, true), 8);
  const second = hexText(view.getUint32(at + 8, true), 8);
  if (type === INITIATION) {
    d.field(layer, 'wg.sender', 'Sender', first, at + 4, 4);
    d.setProtocol('WireGuard', `${name}, sender=${first}`);
  } else if (type === RESPONSE) {
    d.field(layer, 'wg.sender', 'Sender', first, at + 4, 4);
    d.field(layer, 'wg.receiver', 'Receiver', second, at + 8, 4);
    d.setProtocol('WireGuard', `${name}, sender=${first}, receiver=${second}`);
  } else if (type === COOKIE) {
    d.field(layer, 'wg.receiver', 'Receiver', first, at + 4, 4);
    d.setProtocol('WireGuard', `${name}, receiver=${first}`);
  } else {
    const counter = view.getBigUint64(at + 8, true).toString();
    const length = size - DATA_HEADER - TAG;
    d.field(layer, 'wg.receiver', 'Receiver', first, at + 4, 4);
    d.field(layer, 'wg.counter', 'Counter', counter, at + 8, 8);
    d.node(layer, 'wg.encrypted_packet', 'Encrypted Packet', null, at + DATA_HEADER, size - DATA_HEADER);
    if (length === 0) d.generated(layer, 'wg.keepalive', 'This is a Keepalive message', null);
    const tail = `receiver=${first}, counter=${counter}`;
    d.setProtocol('WireGuard', length === 0 ? `Keepalive, ${tail}` : `${name}, ${tail}, datalen=${length}`);
  }
  if (size > d.end - at) d.needAt(d.end, at + size - d.end, 'wg');
}

export const protocol: Protocol = {
  filter: 'wg',
  name: 'WireGuard Protocol',
  attach: { udpAnyPort: true },
  fields: [
    { name: 'wg.type', kind: 'uint' },
    { name: 'wg.reserved', kind: 'bytes' },
    { name: 'wg.sender', kind: 'uint' },
    { name: 'wg.receiver', kind: 'uint' },
    { name: 'wg.counter', kind: 'uint' },
    { name: 'wg.encrypted_packet', kind: 'bytes' },
    { name: 'wg.keepalive', kind: 'none' },
  ],
  index,
  dissect,
};
