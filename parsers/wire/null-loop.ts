// BSD loopback: LINKTYPE_NULL (0), an address family in the byte order of the machine that captured, and LINKTYPE_LOOP (108),
// the same in network order. Surprise: AF_INET6 is 24, 28 or 30 by system, so the order is guessed from which reading is small.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 4;

function familyAt(view: DataView, at: number): number {
  const big = view.getUint32(at, false);
  return big > 0xffff ? view.getUint32(at, true) : big;
}

function etherTypeOf(family: number): number {
  if (family === 2) return 0x0800;
  return family === 10 || family === 24 || family === 28 || family === 30 ? 0x86dd : 0;
}

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  facts.nextKey = etherTypeOf(familyAt(facts.view, facts.at));
  facts.at += HEADER;
  if (facts.nextKey !== 0) facts.next = NEXT_ETHERTYPE;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setAddresses('N/A', 'N/A');
  d.setProtocol('N/A', 'Null/Loopback');
  if (!d.need(HEADER, 'null')) {
    d.layer('null', 'Null/Loopback', at, d.left);
    d.at = d.end;
    return;
  }
  const family = familyAt(d.view, at);
  const layer = d.layer('null', 'Null/Loopback', at, HEADER);
  d.node(
    layer,
    'null.family',
    `Family: ${family === 2 ? 'IP' : etherTypeOf(family) === 0x86dd ? 'IPv6' : 'Unknown'} (${family})`,
    String(family),
    at,
    4,
  );
  d.nextKey = etherTypeOf(family);
  d.at = at + HEADER;
  if (d.nextKey !== 0) d.next = NEXT_ETHERTYPE;
}

export const protocol: Protocol = {
  filter: 'null',
  name: 'Null/Loopback',
  attach: { linkTypes: [0, 108] },
  fields: [{ name: 'null.family', kind: 'uint' }],
  index,
  dissect,
};
