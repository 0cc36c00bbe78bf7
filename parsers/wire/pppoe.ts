// PPP over Ethernet (RFC 2516): discovery (0x8863) and sessions (0x8864).
// Surprise: the length counts from after its own header, so Ethernet padding is left out.
import { asciiText, type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, NEXT_PPP, PPP } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 6;
const DISCOVERY = 0x8863;

const CODES: ReadonlyMap<number, string> = new Map([
  [0x00, 'Session Data'],
  [0x07, 'Active Discovery Offer (PADO)'],
  [0x09, 'Active Discovery Initiation (PADI)'],
  [0x0a, 'Active Discovery Session-Grant (PADG)'],
  [0x0b, 'Active Discovery Session-Credit Resp.(PADC)'],
  [0x0c, 'Active Discovery Quality (PADQ)'],
  [0x19, 'Active Discovery Request (PADR)'],
  [0x65, 'Active Discovery Session-confirmation (PADS)'],
  [0xa7, 'Active Discovery Terminate (PADT)'],
  [0xd3, 'Active Discovery Message (PADM)'],
  [0xd4, 'Active Discovery Network (PADN)'],
]);

/** Tags whose value is a text, by the name of their field. */
const TEXT_TAGS: ReadonlyMap<number, { readonly field: string; readonly name: string }> = new Map([
  [0x0101, { field: 'pppoed.tags.service_name', name: 'Service-Name' }],
  [0x0102, { field: 'pppoed.tags.ac_name', name: 'AC-Name' }],
]);

function index(facts: FrameFacts): boolean {
  const isDiscovery = facts.nextKey === DISCOVERY;
  if (!facts.has(HEADER)) return true;
  const { view, at } = facts;
  facts.wireEnd = Math.min(facts.wireEnd, at + HEADER + view.getUint16(at + 4));
  facts.end = Math.min(facts.end, facts.wireEnd);
  facts.at = at + HEADER;
  if (isDiscovery) return true;
  facts.next = NEXT_PPP;
  facts.nextKey = PPP;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  const isDiscovery = d.nextKey === DISCOVERY;
  const protocolName = isDiscovery ? 'PPPoED' : 'PPPoES';
  const title = `PPP-over-Ethernet ${isDiscovery ? 'Discovery' : 'Session'}`;
  d.setProtocol(protocolName, '');
  const filter = isDiscovery ? 'pppoed' : 'pppoes';
  if (!d.need(HEADER, 'pppoe')) {
    d.layer(filter, title, at, d.left);
    d.at = d.end;
    return;
  }
  const code = view.getUint8(at + 1);
  const size = view.getUint16(at + 4);
  const name = CODES.get(code) ?? 'Unknown';
  d.setProtocol(protocolName, name);
  const layer = d.layer(filter, title, at, HEADER + (isDiscovery ? size : 0));
  d.field(layer, 'pppoe.version', 'Version', view.getUint8(at) >> 4, at, 1);
  d.field(layer, 'pppoe.type', 'Type', view.getUint8(at) & 15, at, 1);
  d.node(layer, 'pppoe.code', `Code: ${name} (${hexText(code, 2)})`, hexText(code, 2), at + 1, 1);
  d.hex(layer, 'pppoe.session_id', 'Session ID', view.getUint16(at + 2), 4, at + 2, 2);
  d.field(layer, 'pppoe.payload_length', 'Payload Length', size, at + 4, 2);
  d.wireEnd = Math.min(d.wireEnd, at + HEADER + size);
  d.end = Math.min(d.end, d.wireEnd);
  d.at = at + HEADER;
  if (isDiscovery) {
    d.setProtocol(protocolName, name + tags(d, layer));
    d.needAt(d.end, d.wireEnd - d.end, 'pppoe');
    d.at = d.end;
    return;
  }
  d.next = NEXT_PPP;
  d.nextKey = PPP;
}

function tags(d: Dissection, layer: FieldNode): string {
  let info = '';
  for (let at = d.at; at + 4 <= d.end; ) {
    const type = d.view.getUint16(at);
    const size = d.view.getUint16(at + 2);
    if (type === 0 || !d.needAt(at + 4, size, 'pppoe')) break;
    const known = TEXT_TAGS.get(type);
    const text = asciiText(d.bytes, at + 4, at + 4 + size);
    if (known && size > 0) d.field(layer, known.field, known.name, text, at + 4, size);
    else if (type === 0x0103) d.node(layer, 'pppoed.tags.host_uniq', 'Host-Uniq', null, at + 4, size);
    else if (type === 0x0104) d.node(layer, 'pppoed.tags.ac_cookie', 'AC-Cookie', null, at + 4, size);
    if (type === 0x0102) info += ` AC-Name='${text}'`;
    at += 4 + size;
  }
  return info;
}

export const protocol: Protocol = {
  filter: 'pppoe',
  name: 'PPP-over-Ethernet',
  attach: { etherTypes: [DISCOVERY, 0x8864] },
  fields: [
    { name: 'pppoed', kind: 'none' },
    { name: 'pppoes', kind: 'none' },
    { name: 'pppoe.version', kind: 'uint', bits: [0, 4] },
    { name: 'pppoe.type', kind: 'uint', bits: [4, 4] },
    { name: 'pppoe.code', kind: 'uint', bits: [8, 8] },
    { name: 'pppoe.session_id', kind: 'uint', bits: [16, 16] },
    { name: 'pppoe.payload_length', kind: 'uint', bits: [32, 16] },
    { name: 'pppoed.tags.service_name', kind: 'text' },
    { name: 'pppoed.tags.ac_name', kind: 'text' },
    { name: 'pppoed.tags.host_uniq', kind: 'bytes' },
    { name: 'pppoed.tags.ac_cookie', kind: 'bytes' },
  ],
  index,
  dissect,
};
