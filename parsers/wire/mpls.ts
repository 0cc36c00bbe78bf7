// MPLS label stacks (RFC 3032) with IP below them.
// Surprise: nothing says what lies below the last label; as every router does, the first four bits are taken for an IP version.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const LABEL = 4;
const MAX_LABELS = 64;
const BOTTOM = 0x100;

function etherTypeOf(first: number): number {
  return first >> 4 === 4 ? 0x0800 : first >> 4 === 6 ? 0x86dd : 0;
}

function index(facts: FrameFacts): boolean {
  for (let i = 0; i < MAX_LABELS; i++) {
    if (!facts.has(LABEL)) return true;
    const word = facts.view.getUint32(facts.at);
    facts.at += LABEL;
    if ((word & BOTTOM) === 0) continue;
    if (facts.at >= facts.end) return true;
    facts.nextKey = etherTypeOf(facts.view.getUint8(facts.at));
    if (facts.nextKey !== 0) facts.next = NEXT_ETHERTYPE;
    return true;
  }
  return true;
}

function dissect(d: Dissection): void {
  d.setProtocol('MPLS', 'MPLS Label Switched Packet');
  for (let i = 0; i < MAX_LABELS; i++) {
    const at = d.at;
    if (!d.need(LABEL, 'mpls')) {
      d.layer('mpls', 'MultiProtocol Label Switching Header', at, d.left);
      d.at = d.end;
      return;
    }
    const word = d.view.getUint32(at);
    const label = word >>> 12;
    const exp = (word >> 9) & 7;
    const bottom = (word & BOTTOM) === 0 ? 0 : 1;
    const ttl = word & 0xff;
    const text = `MultiProtocol Label Switching Header, Label: ${label}, Exp: ${exp}, S: ${bottom}, TTL: ${ttl}`;
    const layer = d.layer('mpls', text, at, LABEL);
    d.field(layer, 'mpls.label', 'MPLS Label', label, at, 3);
    d.field(layer, 'mpls.exp', 'MPLS Experimental Bits', exp, at, 3);
    d.field(layer, 'mpls.bottom', 'MPLS Bottom Of Label Stack', bottom, at, 3);
    d.field(layer, 'mpls.ttl', 'MPLS TTL', ttl, at + 3, 1);
    d.at = at + LABEL;
    if (bottom === 0) continue;
    if (d.left === 0) return;
    d.nextKey = etherTypeOf(d.view.getUint8(d.at));
    if (d.nextKey !== 0) d.next = NEXT_ETHERTYPE;
    return;
  }
}

export const protocol: Protocol = {
  filter: 'mpls',
  name: 'MultiProtocol Label Switching Header',
  attach: { etherTypes: [0x8847, 0x8848], ipProtocols: [137], udpPorts: [6635], pppProtocols: [0x0281] },
  fields: [
    { name: 'mpls.label', kind: 'uint' },
    { name: 'mpls.exp', kind: 'uint' },
    { name: 'mpls.bottom', kind: 'uint' },
    { name: 'mpls.ttl', kind: 'uint' },
  ],
  index,
  dissect,
};
