// VLAN tags: 802.1Q (0x8100) and provider bridges, QinQ (0x88a8, and 0x9100 of old switches). IEEE 802.1Q clause 9.
// Surprise: captures on a Linux host often show no tag, because the card took it off; tcpdump puts it back only on some paths.
import type { Dissection } from './dissection.ts';
import { hexText } from './dissection.ts';
import { etherTypeName } from './ethertype.ts';
import { type FrameFacts, LLC, NEXT_ETHERTYPE, NEXT_LLC } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_TCI = 0;
const AT_TYPE = 2;
const HEADER = 4;
const PROVIDER = 0x88a8;

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const type = facts.view.getUint16(facts.at + AT_TYPE);
  facts.at += HEADER;
  facts.next = type > 1500 ? NEXT_ETHERTYPE : NEXT_LLC;
  facts.nextKey = type > 1500 ? type : LLC;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  // The type that led here stands in `nextKey` still.
  const filter = d.nextKey === PROVIDER ? 'ieee8021ad' : 'vlan';
  const name = d.nextKey === PROVIDER ? 'IEEE 802.1ad' : '802.1Q Virtual LAN';
  d.setProtocol('VLAN', '');
  if (!d.need(HEADER, 'vlan')) {
    d.layer(filter, name, at, d.left);
    d.at = d.end;
    return;
  }
  const tci = d.view.getUint16(at + AT_TCI);
  const type = d.view.getUint16(at + AT_TYPE);
  const priority = tci >> 13;
  const dei = (tci >> 12) & 1;
  const id = tci & 0xfff;
  const layer = d.layer(filter, `${name}, PRI: ${priority}, DEI: ${dei}, ID: ${id}`, at, HEADER);
  d.field(layer, `${filter}.priority`, 'Priority', priority, at, 2);
  d.node(layer, `${filter}.dei`, `DEI: ${dei === 1 ? 'Eligible' : 'Ineligible'}`, String(dei), at, 2);
  d.field(layer, `${filter}.id`, 'ID', id, at, 2);
  const text = hexText(type, 4);
  if (type <= 1500) d.field(layer, 'vlan.len', 'Length', type, at + AT_TYPE, 2);
  else if (filter === 'vlan')
    d.node(layer, 'vlan.etype', `Type: ${etherTypeName(type)} (${text})`, text, at + AT_TYPE, 2);
  else d.node(layer, 'ieee8021ad.etype', `Type: ${etherTypeName(type)} (${text})`, text, at + AT_TYPE, 2);
  d.setProtocol('VLAN', `PRI: ${priority}  DEI: ${dei}  ID: ${id}`);
  d.at = at + HEADER;
  d.next = type > 1500 ? NEXT_ETHERTYPE : NEXT_LLC;
  d.nextKey = type > 1500 ? type : LLC;
}

export const protocol: Protocol = {
  filter: 'vlan',
  name: '802.1Q Virtual LAN',
  attach: { etherTypes: [0x8100, 0x88a8, 0x9100] },
  fields: [
    { name: 'vlan.priority', kind: 'uint' },
    { name: 'vlan.dei', kind: 'bool' },
    { name: 'vlan.id', kind: 'uint' },
    { name: 'vlan.etype', kind: 'uint' },
    { name: 'vlan.len', kind: 'uint' },
    { name: 'ieee8021ad', kind: 'none' },
    { name: 'ieee8021ad.priority', kind: 'uint' },
    { name: 'ieee8021ad.dei', kind: 'bool' },
    { name: 'ieee8021ad.id', kind: 'uint' },
    { name: 'ieee8021ad.etype', kind: 'uint' },
  ],
  index,
  dissect,
};
