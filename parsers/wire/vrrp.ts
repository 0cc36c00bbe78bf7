// VRRP 2 and 3 (RFC 3768, 5798): which router owns a virtual address (keepalived, kube-vip).
// Surprise: the interval is in seconds in version 2 and in hundredths in version 3, in another place.
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 8;

function index(facts: FrameFacts): boolean {
  facts.has(HEADER);
  return true;
}

function priorityText(priority: number): string {
  if (priority === 0) return 'Current Master has stopped participating in VRRP';
  if (priority === 255) return 'This VRRP router owns the virtual router';
  return priority === 100 ? 'Default priority for a backup VRRP router' : 'Non-default backup priority';
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('VRRP', '');
  const layer = d.layer('vrrp', 'Virtual Router Redundancy Protocol', at, d.left);
  const overIpv6 = d.layers.some((other) => other.filter === 'ipv6');
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'vrrp')) return;
  const first = view.getUint8(at);
  const version = first >> 4;
  const type = first & 15;
  const priority = view.getUint8(at + 2);
  const count = view.getUint8(at + 3);
  const typeName = type === 1 ? 'Announcement' : 'Unknown';
  d.setProtocol('VRRP', `${typeName} (v${version})`);
  d.node(layer, 'vrrp.typever', `Version ${version}, Packet type ${type}`, String(first), at, 1);
  d.field(layer, 'vrrp.version', 'VRRP protocol version', version, at, 1);
  d.field(layer, 'vrrp.type', 'VRRP packet type', type, at, 1);
  d.field(layer, 'vrrp.virt_rtr_id', 'Virtual Rtr ID', view.getUint8(at + 1), at + 1, 1);
  d.node(layer, 'vrrp.prio', `Priority: ${priority} (${priorityText(priority)})`, String(priority), at + 2, 1);
  d.field(layer, 'vrrp.addr_count', 'Addr Count', count, at + 3, 1);
  if (version === 3) {
    d.field(layer, 'vrrp.reserved_mbz', 'Reserved', view.getUint8(at + 4) >> 4, at + 4, 1);
    d.field(layer, 'vrrp.short_adver_int', 'Adver Int', view.getUint16(at + 4) & 0xfff, at + 4, 2);
  } else {
    d.field(layer, 'vrrp.auth_type', 'Auth Type', view.getUint8(at + 4), at + 4, 1);
    d.field(layer, 'vrrp.adver_int', 'Adver Int', view.getUint8(at + 5), at + 5, 1);
  }
  d.hex(layer, 'vrrp.checksum', 'Checksum', view.getUint16(at + 6), 4, at + 6, 2);
  const size = overIpv6 ? 16 : 4;
  for (let i = 0; i < count; i++) {
    const from = at + HEADER + i * size;
    if (!d.needAt(from, size, 'vrrp')) return;
    if (overIpv6) d.field(layer, 'vrrp.ipv6_addr', 'IPv6 Address', d.ipv6(from), from, size);
    else d.field(layer, 'vrrp.ip_addr', 'IP Address', d.ipv4(from), from, size);
  }
}

export const protocol: Protocol = {
  filter: 'vrrp',
  name: 'Virtual Router Redundancy Protocol',
  attach: { ipProtocols: [112] },
  fields: [
    { name: 'vrrp.typever', kind: 'uint', bits: [0, 8] },
    { name: 'vrrp.version', kind: 'uint', bits: [0, 4] },
    { name: 'vrrp.type', kind: 'uint', bits: [4, 4] },
    { name: 'vrrp.virt_rtr_id', kind: 'uint', bits: [8, 8] },
    { name: 'vrrp.prio', kind: 'uint', bits: [16, 8] },
    { name: 'vrrp.addr_count', kind: 'uint', bits: [24, 8] },
    { name: 'vrrp.auth_type', kind: 'uint' },
    { name: 'vrrp.adver_int', kind: 'uint' },
    { name: 'vrrp.reserved_mbz', kind: 'uint' },
    { name: 'vrrp.short_adver_int', kind: 'uint' },
    { name: 'vrrp.checksum', kind: 'uint', bits: [48, 16] },
    { name: 'vrrp.ip_addr', kind: 'ipv4' },
    { name: 'vrrp.ipv6_addr', kind: 'ipv6' },
  ],
  index,
  dissect,
};
