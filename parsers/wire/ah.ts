// The authentication header (RFC 4302), between an IP header and what it protects.
// Surprise: its length counts words, less two, unlike every other extension header.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_INNER, NEXT_IP_PROTOCOL } from './facts.ts';
import { ipProtocolName } from './ip-protocol.ts';
import type { Protocol } from './protocol.ts';

const FIXED = 12;

function index(facts: FrameFacts): boolean {
  // The IP header names another protocol than the columns do: filters have to look at the bytes.
  facts.layers |= HAS_INNER;
  if (!facts.has(FIXED)) return true;
  const { view, at } = facts;
  const size = (view.getUint8(at + 1) + 2) * 4;
  if (size < FIXED || !facts.has(size)) return true;
  facts.at = at + size;
  facts.ipProtocol = view.getUint8(at);
  facts.payloadLength = Math.max(0, facts.wireEnd - facts.at);
  facts.next = NEXT_IP_PROTOCOL;
  facts.nextKey = facts.ipProtocol;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('AH', '');
  if (!d.need(FIXED, 'ah')) {
    d.layer('ah', 'Authentication Header', at, d.left);
    d.at = d.end;
    return;
  }
  const size = (view.getUint8(at + 1) + 2) * 4;
  const next = view.getUint8(at);
  const spi = hexText(view.getUint32(at + 4), 8);
  d.setProtocol('AH', `AH (SPI=${spi})`);
  const layer = d.layer('ah', 'Authentication Header', at, size);
  d.node(layer, 'ah.next_header', `Next header: ${ipProtocolName(next)} (${next})`, String(next), at, 1);
  d.node(layer, 'ah.length', `Length: ${size / 4 - 2} (${size} bytes)`, String(size / 4 - 2), at + 1, 1);
  d.field(layer, 'ah.spi', 'AH SPI', spi, at + 4, 4);
  d.field(layer, 'ah.sequence', 'AH Sequence', view.getUint32(at + 8), at + 8, 4);
  if (size < FIXED || !d.need(size, 'ah')) {
    d.at = d.end;
    return;
  }
  d.node(layer, 'ah.icv', 'AH ICV', null, at + FIXED, size - FIXED);
  d.at = at + size;
  d.next = NEXT_IP_PROTOCOL;
  d.nextKey = next;
}

export const protocol: Protocol = {
  filter: 'ah',
  name: 'Authentication Header',
  attach: { ipProtocols: [51] },
  fields: [
    { name: 'ah.next_header', kind: 'uint' },
    { name: 'ah.length', kind: 'uint' },
    { name: 'ah.spi', kind: 'uint' },
    { name: 'ah.sequence', kind: 'uint' },
    { name: 'ah.icv', kind: 'bytes' },
  ],
  index,
  dissect,
};
