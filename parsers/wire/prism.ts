// The Prism monitor header (link type 119): a fixed block of measurements before an 802.11 frame; only its length and device are read.
// Surprise: drivers wrote the AVS header under the same link type; its magic number tells.
import { asciiText, type Dissection } from './dissection.ts';
import { type FrameFacts, HAS_ISSUE, NEXT_LLC, WLAN, WLANCAP } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_LENGTH = 4;
const AT_DEVICE = 8;
const DEVICE = 16;
const HEADER = 24;
const AVS = 0x8021_1000;

const isAvs = (view: DataView, at: number): boolean => (view.getUint32(at) & 0xffff_fff0) >>> 0 === AVS;

/** The length is in the order of the machine that captured: the smaller reading is right, as no header has 65536 bytes. */
function lengthOf(view: DataView, at: number): number {
  return Math.min(view.getUint32(at + AT_LENGTH, true), view.getUint32(at + AT_LENGTH));
}

function index(facts: FrameFacts): boolean {
  if (!facts.has(4)) return true;
  if (isAvs(facts.view, facts.at)) {
    facts.next = NEXT_LLC;
    facts.nextKey = WLANCAP;
    return true;
  }
  if (!facts.has(HEADER)) return true;
  const size = lengthOf(facts.view, facts.at);
  if (size < HEADER) facts.layers |= HAS_ISSUE;
  if (size < HEADER || !facts.has(size)) return true;
  facts.at += size;
  facts.next = NEXT_LLC;
  facts.nextKey = WLAN;
  return true;
}

function dissect(d: Dissection): void {
  const { at, view } = d;
  if (d.left >= 4 && isAvs(view, at)) {
    d.next = NEXT_LLC;
    d.nextKey = WLANCAP;
    return;
  }
  d.setProtocol('Prism', '');
  const layer = d.layer('prism', 'Prism capture header', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, 4, 'prism') || !d.needAt(at, HEADER, 'prism')) return;
  const little = view.getUint32(at + AT_LENGTH, true) <= view.getUint32(at + AT_LENGTH);
  const size = lengthOf(view, at);
  d.hex(layer, 'prism.msgcode', 'Message Code', view.getUint32(at, little), 8, at, 4);
  d.field(layer, 'prism.msglen', 'Message Length', size, at + AT_LENGTH, 4);
  const zero = d.bytes.indexOf(0, at + AT_DEVICE);
  const stop = zero < 0 ? at + HEADER : Math.min(zero, at + HEADER);
  d.field(layer, 'prism.devname', 'Device Name', asciiText(d.bytes, at + AT_DEVICE, stop), at + AT_DEVICE, DEVICE);
  if (size < HEADER) {
    d.malformed('prism', at + AT_LENGTH, `The Prism header's length is ${size}, less than its fixed part.`);
    return;
  }
  if (!d.needAt(at, size, 'prism')) return;
  layer.length = size;
  d.at = at + size;
  d.next = NEXT_LLC;
  d.nextKey = WLAN;
}

export const protocol: Protocol = {
  filter: 'prism',
  name: 'Prism capture header',
  attach: { linkTypes: [119] },
  fields: [
    { name: 'prism.msgcode', kind: 'uint' },
    { name: 'prism.msglen', kind: 'uint' },
    { name: 'prism.devname', kind: 'text' },
  ],
  index,
  dissect,
};
