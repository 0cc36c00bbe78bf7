// Raw IP captures (tun devices, cilium_wg, LINKTYPE_RAW 101 and its system-dependent twins 12 and 14, 228, 229): no link header.
// Surprise: nothing says which IP it is but the version in the first four bits.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

function index(facts: FrameFacts): boolean {
  if (!facts.has(1)) return true;
  facts.nextKey = etherTypeOf(facts.view.getUint8(facts.at));
  if (facts.nextKey !== 0) facts.next = NEXT_ETHERTYPE;
  return true;
}

function etherTypeOf(first: number): number {
  const version = first >> 4;
  return version === 4 ? 0x0800 : version === 6 ? 0x86dd : 0;
}

function dissect(d: Dissection): void {
  d.setAddresses('N/A', 'N/A');
  d.setProtocol('N/A', 'Raw packet data');
  d.layer('raw', 'Raw packet data', d.at, 0);
  if (!d.need(1, 'raw')) return;
  d.nextKey = etherTypeOf(d.bytes[d.at] ?? 0);
  if (d.nextKey !== 0) d.next = NEXT_ETHERTYPE;
}

export const protocol: Protocol = {
  filter: 'raw',
  name: 'Raw packet data',
  attach: { linkTypes: [12, 14, 101, 228, 229] },
  fields: [],
  index,
  dissect,
};
