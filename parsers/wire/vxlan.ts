// VXLAN (RFC 7348): an Ethernet frame inside UDP. Ports 4789 (IANA) and 8472 (Linux' old default, used by flannel and Cilium).
// Surprise: list, columns and flows are those of the inner packet; filters look at both.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, HAS_INNER, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_FLAGS = 0;
const AT_VNI = 4;
const HEADER = 8;
const TRANSPARENT_ETHERNET = 0x6558;

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_INNER;
  if (!facts.has(HEADER)) return true;
  facts.at += HEADER;
  facts.next = NEXT_ETHERTYPE;
  facts.nextKey = TRANSPARENT_ETHERNET;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('VXLAN', '');
  if (!d.need(HEADER, 'vxlan')) {
    d.layer('vxlan', 'Virtual eXtensible Local Area Network', at, d.left);
    d.at = d.end;
    return;
  }
  const layer = d.layer('vxlan', 'Virtual eXtensible Local Area Network', at, HEADER);
  const flags = d.view.getUint16(at + AT_FLAGS);
  const vni = d.view.getUint32(at + AT_VNI) >>> 8;
  const node = d.hex(layer, 'vxlan.flags', 'Flags', flags, 4, at, 2);
  d.bit(node, 'vxlan.flag_i', 'VXLAN Network ID (VNI)', (flags & 0x0800) !== 0, at, 2);
  d.field(layer, 'vxlan.vni', 'VXLAN Network Identifier (VNI)', vni, at + AT_VNI, 3);
  d.at = at + HEADER;
  d.next = NEXT_ETHERTYPE;
  d.nextKey = TRANSPARENT_ETHERNET;
}

export const protocol: Protocol = {
  filter: 'vxlan',
  name: 'Virtual eXtensible Local Area Network',
  attach: { udpPorts: [4789, 8472] },
  fields: [
    { name: 'vxlan.flags', kind: 'uint' },
    { name: 'vxlan.flag_i', kind: 'bool' },
    { name: 'vxlan.vni', kind: 'uint' },
  ],
  index,
  dissect,
};
