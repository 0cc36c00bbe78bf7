// DHCPv6 (RFC 8415) on UDP ports 546 and 547: message type, transaction, identifiers and addresses.
// Surprise: a relay wraps a message whole into an option of its own, as often as there are relays.
import { type Dissection, hexBytes, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEAD = 4;
const RELAY_HEAD = 34;
const RELAY_FORWARD = 12;
const RELAY_REPLY = 13;
const CLIENT_ID = 1;
const SERVER_ID = 2;
const IA_NA = 3;
const IA_ADDRESS = 5;
const RELAY_MESSAGE = 9;
const DNS_SERVERS = 23;
const IA_PD = 25;
const MAX_DEPTH = 8;

const TYPES = [
  '',
  'Solicit',
  'Advertise',
  'Request',
  'Confirm',
  'Renew',
  'Rebind',
  'Reply',
  'Release',
  'Decline',
  'Reconfigure',
  'Information-request',
  'Relay-forw',
  'Relay-reply',
];

function index(facts: FrameFacts): boolean {
  facts.has(HEAD);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('DHCPv6', '');
  const layer = d.layer('dhcpv6', 'DHCPv6', at, d.left);
  d.at = d.end;
  d.setProtocol('DHCPv6', message(d, layer, at, d.end, 0));
}

function message(d: Dissection, layer: FieldNode, at: number, end: number, depth: number): string {
  if (!d.needAt(at, HEAD, 'dhcpv6')) return '';
  const { view } = d;
  const type = view.getUint8(at);
  const name = TYPES[type] ?? 'Unknown';
  d.node(layer, 'dhcpv6.msgtype', `Message type: ${name} (${type})`, String(type), at, 1);
  if (type !== RELAY_FORWARD && type !== RELAY_REPLY) {
    const xid = hexText(view.getUint32(at) & 0xffffff, 6);
    d.field(layer, 'dhcpv6.xid', 'Transaction ID', xid, at + 1, 3);
    return `${name} XID: ${xid} ${options(d, layer, at + HEAD, end, depth)}`;
  }
  if (!d.needAt(at, RELAY_HEAD, 'dhcpv6')) return name;
  const link = d.ipv6(at + 2);
  d.field(layer, 'dhcpv6.hopcount', 'Hopcount', view.getUint8(at + 1), at + 1, 1);
  d.field(layer, 'dhcpv6.linkaddr', 'Link address', link, at + 2, 16);
  d.field(layer, 'dhcpv6.peeraddr', 'Peer address', d.ipv6(at + 18), at + 18, 16);
  return `${name} L: ${link} ${options(d, layer, at + RELAY_HEAD, end, depth)}`;
}

function options(d: Dissection, parent: FieldNode, from: number, end: number, depth: number): string {
  let info = '';
  for (let at = from; at + 4 <= end; ) {
    const type = d.view.getUint16(at);
    const size = d.view.getUint16(at + 2);
    const node = d.node(parent, 'dhcpv6.option.type', `Option: ${type}`, String(type), at, size + 4);
    d.field(node, 'dhcpv6.option.length', 'Length', size, at + 2, 2);
    if (at + 4 + size > end) {
      d.needAt(at + 4, size, 'dhcpv6');
      return info;
    }
    info += option(d, node, type, at + 4, size, depth);
    at += 4 + size;
  }
  return info;
}

/** Adds the value of an option; the answer is what the list says of it. */
function option(d: Dissection, node: FieldNode, type: number, at: number, size: number, depth: number): string {
  const { view } = d;
  if (type === CLIENT_ID || type === SERVER_ID) {
    const duid = hexBytes(d.bytes, at, at + size);
    d.node(node, 'dhcpv6.duid.bytes', `DUID: ${duid}`, null, at, size);
    return type === CLIENT_ID ? `CID: ${duid} ` : '';
  }
  if ((type === IA_NA || type === IA_PD) && size >= 12) {
    d.field(node, 'dhcpv6.iaid.t1', 'T1', view.getUint32(at + 4), at + 4, 4);
    d.field(node, 'dhcpv6.iaid.t2', 'T2', view.getUint32(at + 8), at + 8, 4);
    return depth < MAX_DEPTH ? options(d, node, at + 12, at + size, depth + 1) : '';
  }
  if (type === IA_ADDRESS && size >= 24) {
    const address = d.ipv6(at);
    d.field(node, 'dhcpv6.iaaddr.ip', 'IPv6 address', address, at, 16);
    d.field(node, 'dhcpv6.iaaddr.pref_lifetime', 'Preferred lifetime', view.getUint32(at + 16), at + 16, 4);
    d.field(node, 'dhcpv6.iaaddr.valid_lifetime', 'Valid lifetime', view.getUint32(at + 20), at + 20, 4);
    return `IAA: ${address} `;
  }
  if (type === RELAY_MESSAGE && depth < MAX_DEPTH) return message(d, node, at, at + size, depth + 1);
  if (type === DNS_SERVERS)
    for (let i = 0; i + 16 <= size; i += 16)
      d.field(node, 'dhcpv6.dns_server', 'DNS server address', d.ipv6(at + i), at + i, 16);
  return '';
}

export const protocol: Protocol = {
  filter: 'dhcpv6',
  name: 'DHCPv6',
  attach: { udpPorts: [546, 547] },
  fields: [
    { name: 'dhcpv6.msgtype', kind: 'uint' },
    { name: 'dhcpv6.xid', kind: 'uint' },
    { name: 'dhcpv6.hopcount', kind: 'uint' },
    { name: 'dhcpv6.linkaddr', kind: 'ipv6' },
    { name: 'dhcpv6.peeraddr', kind: 'ipv6' },
    { name: 'dhcpv6.option.type', kind: 'uint' },
    { name: 'dhcpv6.option.length', kind: 'uint' },
    { name: 'dhcpv6.duid.bytes', kind: 'bytes' },
    { name: 'dhcpv6.iaid.t1', kind: 'uint' },
    { name: 'dhcpv6.iaid.t2', kind: 'uint' },
    { name: 'dhcpv6.iaaddr.ip', kind: 'ipv6' },
    { name: 'dhcpv6.iaaddr.pref_lifetime', kind: 'uint' },
    { name: 'dhcpv6.iaaddr.valid_lifetime', kind: 'uint' },
    { name: 'dhcpv6.dns_server', kind: 'ipv6' },
  ],
  index,
  dissect,
};
