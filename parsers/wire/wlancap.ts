// The AVS monitor header (link type 163): what older Wi-Fi drivers wrote before a frame.
// Surprise: unlike the Prism header it replaced it is big-endian, and it turns up under Prism's link type too.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, HAS_ISSUE, NEXT_LLC, WLAN, WLANCAP } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_LENGTH = 4;
const HEADER = 8;

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const size = facts.view.getUint32(facts.at + AT_LENGTH);
  if (size < HEADER) facts.layers |= HAS_ISSUE;
  if (size < HEADER || !facts.has(size)) return true;
  facts.at += size;
  facts.next = NEXT_LLC;
  facts.nextKey = WLAN;
  return true;
}

function dissect(d: Dissection): void {
  const { at, view } = d;
  d.setProtocol('WLAN', '');
  const layer = d.layer('wlancap', 'AVS WLAN Capture header', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'wlancap')) return;
  const magic = view.getUint32(at);
  const size = view.getUint32(at + AT_LENGTH);
  d.hex(layer, 'wlancap.magic', 'Header magic', magic & 0xfffffff0, 8, at, 4).value = String(magic >>> 4);
  d.field(layer, 'wlancap.length', 'Header length', size, at + AT_LENGTH, 4);
  if (size < HEADER) {
    d.malformed('wlancap', at + AT_LENGTH, `The AVS header's length is ${size}, less than its fixed part.`);
    return;
  }
  if (!d.needAt(at, size, 'wlancap')) return;
  layer.length = size;
  d.at = at + size;
  d.next = NEXT_LLC;
  d.nextKey = WLAN;
}

export const protocol: Protocol = {
  filter: 'wlancap',
  name: 'AVS WLAN Capture header',
  attach: { linkTypes: [163], llcSaps: [WLANCAP] },
  fields: [
    { name: 'wlancap.magic', kind: 'uint' },
    { name: 'wlancap.length', kind: 'uint' },
  ],
  index,
  dissect,
};
