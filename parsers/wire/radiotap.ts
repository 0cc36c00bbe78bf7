// Radiotap (link type 127): what a monitoring Wi-Fi card says of a frame, before the frame.
// Surprise: fields stand in the order of their bits, each aligned to its own size from the header's start; a field whose size is not
// known hides all after it. The words of presence can repeat, and only the first word's fields are read here.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ISSUE, NEXT_LLC, WLAN, WLAN_FCS, WLAN_PADDED } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const AT_LENGTH = 2;
const AT_PRESENT = 4;
const HEADER = 8;
const MORE_WORDS = 0x8000_0000;
const FLAG_FCS = 0x10;
const FLAG_PADDED = 0x20;
const MAX_WORDS = 32;

/** Fields by bit: size, alignment. As far as the antenna; what follows is rarely asked for. */
const FIELDS: readonly (readonly [size: number, align: number])[] = [
  [8, 8],
  [1, 1],
  [1, 1],
  [4, 2],
  [2, 1],
  [1, 1],
  [1, 1],
  [2, 2],
  [2, 2],
  [2, 2],
  [1, 1],
  [1, 1],
];
const TSFT = 0;
const FLAGS = 1;
const RATE = 2;
const CHANNEL = 3;
const SIGNAL = 5;
const NOISE = 6;
const ANTENNA = 11;

/** Where the first field may begin, from the header's start: after the words of presence. */
function afterWords(view: DataView, at: number, end: number): number {
  let from = AT_PRESENT;
  for (let i = 0; i < MAX_WORDS && at + from + 4 <= end; i++) {
    const word = view.getUint32(at + from, true);
    from += 4;
    if (word < MORE_WORDS) break;
  }
  return from;
}

/** The flags field, 0 without: the first or, after the time, the second one. */
function flagsOf(view: DataView, at: number, end: number): number {
  const present = view.getUint32(at + AT_PRESENT, true);
  if ((present & (1 << FLAGS)) === 0) return 0;
  let from = afterWords(view, at, end);
  if ((present & (1 << TSFT)) !== 0) from = ((from + 7) & ~7) + 8;
  return at + from < end ? view.getUint8(at + from) : 0;
}

function keyOf(flags: number): number {
  return WLAN | ((flags & FLAG_FCS) === 0 ? 0 : WLAN_FCS) | ((flags & FLAG_PADDED) === 0 ? 0 : WLAN_PADDED);
}

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const { view, at } = facts;
  const size = view.getUint16(at + AT_LENGTH, true);
  if (size < HEADER) facts.layers |= HAS_ISSUE;
  if (size < HEADER || !facts.has(size)) return true;
  facts.at = at + size;
  facts.next = NEXT_LLC;
  facts.nextKey = keyOf(flagsOf(view, at, facts.at));
  return true;
}

function dissect(d: Dissection): void {
  const { at, view } = d;
  d.setProtocol('Radiotap', '');
  const layer = d.layer('radiotap', 'Radiotap Header', at, d.left);
  const { end } = d;
  d.at = end;
  if (!d.needAt(at, HEADER, 'radiotap')) return;
  const size = view.getUint16(at + AT_LENGTH, true);
  const version = view.getUint8(at);
  layer.label = `Radiotap Header v${version}, Length ${size}`;
  d.field(layer, 'radiotap.version', 'Header revision', version, at, 1);
  d.field(layer, 'radiotap.pad', 'Header pad', view.getUint8(at + 1), at + 1, 1);
  d.field(layer, 'radiotap.length', 'Header length', size, at + AT_LENGTH, 2);
  if (size < HEADER) {
    d.malformed('radiotap', at + AT_LENGTH, `The radiotap header's length is ${size}, less than its fixed part.`);
    return;
  }
  if (!d.needAt(at, size, 'radiotap')) return;
  layer.length = size;
  const from = afterWords(view, at, at + size);
  const present = d.node(layer, 'radiotap.present', 'Present flags', null, at + AT_PRESENT, from - AT_PRESENT);
  for (let word = AT_PRESENT; word < from; word += 4) {
    const value = view.getUint32(at + word, true);
    d.hex(present, 'radiotap.present.word', 'Present flags word', value, 8, at + word, 4);
  }
  fields(d, layer, at, from, size);
  d.at = at + size;
  d.next = NEXT_LLC;
  d.nextKey = keyOf(flagsOf(view, at, d.at));
}

function fields(d: Dissection, layer: FieldNode, at: number, first: number, size: number): void {
  const present = d.view.getUint32(at + AT_PRESENT, true);
  let from = first;
  for (const [bit, [length, align]] of FIELDS.entries()) {
    if ((present & (1 << bit)) === 0) continue;
    from = Math.ceil(from / align) * align;
    if (from + length > size) {
      d.malformed('radiotap', at + from, 'A radiotap field goes beyond its header.');
      return;
    }
    field(d, layer, bit, at + from);
    from += length;
  }
}

function field(d: Dissection, layer: FieldNode, bit: number, at: number): void {
  const { view } = d;
  if (bit === TSFT) d.field(layer, 'radiotap.mactime', 'MAC timestamp', String(view.getBigUint64(at, true)), at, 8);
  else if (bit === FLAGS) {
    const flags = view.getUint8(at);
    const node = d.hex(layer, 'radiotap.flags', 'Flags', flags, 2, at, 1);
    d.bit(node, 'radiotap.flags.fcs', 'FCS at end', (flags & FLAG_FCS) !== 0, at, 1);
    d.bit(node, 'radiotap.flags.datapad', 'Data Pad', (flags & FLAG_PADDED) !== 0, at, 1);
    d.bit(node, 'radiotap.flags.badfcs', 'Bad FCS', (flags & 0x40) !== 0, at, 1);
  } else if (bit === RATE) {
    const rate = view.getUint8(at) / 2;
    d.node(layer, 'radiotap.datarate', `Data Rate: ${rate.toFixed(1)} Mb/s`, String(rate), at, 1);
  } else if (bit === CHANNEL) {
    d.field(layer, 'radiotap.channel.freq', 'Channel frequency', view.getUint16(at, true), at, 2);
    const kinds = hexText(view.getUint16(at + 2, true), 4);
    d.field(layer, 'radiotap.channel.flags', 'Channel flags', kinds, at + 2, 2);
  } else if (bit === SIGNAL || bit === NOISE) {
    const [filter, name] =
      bit === SIGNAL ? ['radiotap.dbm_antsignal', 'Antenna signal'] : ['radiotap.dbm_antnoise', 'Antenna noise'];
    const value = view.getInt8(at);
    d.node(layer, filter, `${name}: ${value} dBm`, String(value), at, 1);
  } else if (bit === ANTENNA) d.field(layer, 'radiotap.antenna', 'Antenna', view.getUint8(at), at, 1);
}

export const protocol: Protocol = {
  filter: 'radiotap',
  name: 'IEEE 802.11 Radiotap Capture header',
  attach: { linkTypes: [127] },
  fields: [
    { name: 'radiotap.version', kind: 'uint', bits: [0, 8] },
    { name: 'radiotap.pad', kind: 'uint', bits: [8, 8] },
    { name: 'radiotap.length', kind: 'uint' },
    { name: 'radiotap.present', kind: 'none' },
    { name: 'radiotap.present.word', kind: 'uint' },
    { name: 'radiotap.mactime', kind: 'uint' },
    { name: 'radiotap.flags', kind: 'uint' },
    { name: 'radiotap.flags.fcs', kind: 'bool' },
    { name: 'radiotap.flags.datapad', kind: 'bool' },
    { name: 'radiotap.flags.badfcs', kind: 'bool' },
    { name: 'radiotap.datarate', kind: 'uint' },
    { name: 'radiotap.channel.freq', kind: 'uint' },
    { name: 'radiotap.channel.flags', kind: 'uint' },
    { name: 'radiotap.dbm_antsignal', kind: 'uint' },
    { name: 'radiotap.dbm_antnoise', kind: 'uint' },
    { name: 'radiotap.antenna', kind: 'uint' },
  ],
  index,
  dissect,
};
