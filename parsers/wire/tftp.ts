// TFTP (RFC 1350, 2347): requests to UDP port 69, and what else is sent there.
// Surprise: the transfer itself runs between two other ports; the request announces one of them.
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import { formatText } from './format-text.ts';
import type { Protocol } from './protocol.ts';

const NAMES = [
  '',
  'Read Request',
  'Write Request',
  'Data Packet',
  'Acknowledgement',
  'Error Code',
  'Option Acknowledgement',
];
const ERRORS = [
  'Not defined',
  'File not found',
  'Access violation',
  'Disk full or allocation exceeded',
  'Illegal TFTP Operation',
  'Unknown transfer ID',
  'File already exists',
  'No such user',
  'Option negotiation failed',
];
const MAX_TEXTS = 20;
const PORT = 69;
const OPTIONS = 6;
const BLOCK = 512;

function index(facts: FrameFacts): boolean {
  if (!facts.has(2) || facts.announcements === null) return true;
  const { view, at, end } = facts;
  const [source, destination] = facts.ends();
  if (facts.dport === PORT) facts.announcements.announce('tftp', source, null);
  else if (view.getUint16(at) === OPTIONS) {
    // From here on the transfer has blocks of the size that was agreed on.
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const options = textsIn(bytes, at + 2, end);
    const place = options.findIndex((name) => name.toLowerCase() === 'blksize');
    if (place >= 0) facts.announcements.announce('tftp', destination, Number(options[place + 1]) || BLOCK);
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('TFTP', '');
  const layer = d.layer('tftp', 'Trivial File Transfer Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, 2, 'tftp')) return;
  const code = d.view.getUint16(at);
  const name = NAMES[code] ?? `Unknown (${code})`;
  d.node(layer, 'tftp.opcode', `Opcode: ${name} (${code})`, String(code), at, 2);
  d.setProtocol('TFTP', name);
  if (code === 1 || code === 2) {
    const [file = '', type = '', ...options] = texts(d, at + 2);
    d.field(layer, code === 1 ? 'tftp.source_file' : 'tftp.destination_file', 'File', file, at + 2, file.length + 1);
    d.field(layer, 'tftp.type', 'Type', type, at + 3 + file.length, type.length + 1);
    let info = `${name}, File: ${file}, Transfer type: ${type}`;
    for (let i = 0; i + 1 < options.length; i += 2) info += `, ${options[i]}=${options[i + 1]}`;
    d.setProtocol('TFTP', info);
    return;
  }
  if (code === OPTIONS) {
    const options = texts(d, at + 2);
    let info = name;
    for (let i = 0; i + 1 < options.length; i += 2) info += `, ${options[i]}=${options[i + 1]}`;
    d.setProtocol('TFTP', info);
    return;
  }
  if ((code !== 3 && code !== 4 && code !== 5) || !d.needAt(at, 4, 'tftp')) return;
  const number = d.view.getUint16(at + 2);
  if (code === 5) {
    const [text = ''] = texts(d, at + 4);
    const error = ERRORS[number] ?? `Unknown (${number})`;
    d.node(layer, 'tftp.error.code', `Error code: ${error} (${number})`, String(number), at + 2, 2);
    d.field(layer, 'tftp.error.message', 'Error message', text, at + 4, text.length + 1);
    d.setProtocol('TFTP', `${name}, Code: ${error}, Message: ${text}`);
    return;
  }
  d.field(layer, 'tftp.block', 'Block', number, at + 2, 2);
  const size = typeof d.flow?.announced?.note === 'number' ? d.flow.announced.note : BLOCK;
  const isLast = code === 3 && d.wireEnd - at - 4 < size;
  if (code === 3 && at + 4 < d.end) {
    const held = d.end - at - 4;
    layer.length = 4;
    d.layer('data', `Data (${held} byte${held === 1 ? '' : 's'})`, at + 4, held);
  }
  d.setProtocol('TFTP', `${name}, Block: ${number}${isLast ? ' (last)' : ''}`);
}

/** The texts from `from` on, each ended by a zero. */
function textsIn(bytes: Uint8Array, from: number, to: number): string[] {
  const found: string[] = [];
  for (let at = from; at < to && found.length < MAX_TEXTS; ) {
    const zero = bytes.indexOf(0, at);
    const end = zero < 0 || zero > to ? to : zero;
    found.push(formatText(bytes, at, end));
    at = end + 1;
  }
  return found;
}

const texts = (d: Dissection, from: number): string[] => textsIn(d.bytes, from, d.end);

export const protocol: Protocol = {
  filter: 'tftp',
  name: 'Trivial File Transfer Protocol',
  attach: { udpPorts: [PORT], announced: true },
  fields: [
    { name: 'tftp.opcode', kind: 'uint' },
    { name: 'tftp.source_file', kind: 'text' },
    { name: 'tftp.destination_file', kind: 'text' },
    { name: 'tftp.type', kind: 'text' },
    { name: 'tftp.block', kind: 'uint' },
    { name: 'tftp.error.code', kind: 'uint' },
    { name: 'tftp.error.message', kind: 'text' },
  ],
  index,
  dissect,
};
