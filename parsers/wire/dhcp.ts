// DHCP (RFC 2131, 2132) and the BOOTP below it, on UDP ports 67 and 68.
// Surprise: what kind of message it is stands in an option; without that option, or without the magic cookie, it is BOOTP.

import { DHCP_MESSAGES, DHCP_OPTIONS, type DhcpOption } from './dhcp-options.ts';
import { asciiText, type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 236;
const AT_MAC = 28;
const AT_SERVER = 44;
const AT_FILE = 108;
const COOKIE = 0x6382_5363;
const PAD = 0;
const MESSAGE_TYPE = 53;
const REQUEST_LIST = 55;
const END = 255;

function index(facts: FrameFacts): boolean {
  facts.has(HEADER);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('DHCP', '');
  const layer = d.layer('dhcp', 'Dynamic Host Configuration Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'dhcp')) {
    beginning(d, at);
    return;
  }
  const id = header(d, layer, at);
  const isReply = view.getUint8(at) === 2;
  const mac = view.getUint8(at + 2) === 6 ? d.mac(at + AT_MAC) : '';
  d.setProtocol('BOOTP', isReply ? 'Boot Reply' : `Boot Request from ${mac} (${mac})`);
  if (at + HEADER + 4 > d.end || view.getUint32(at + HEADER) !== COOKIE) return;
  d.field(layer, 'dhcp.cookie', 'Magic cookie', d.ipv4(at + HEADER), at + HEADER, 4);
  const message = options(d, layer, at + HEADER + 4);
  if (message === null) return;
  const name = DHCP_MESSAGES[message] ?? `Unknown Message Type (${hexText(message, 2)})`;
  layer.label += ` (${name})`;
  d.setProtocol('DHCP', `DHCP ${name.padEnd(8)} - Transaction ID ${id}`);
}

/** Of a message whose header is cut the list says what its first bytes tell. */
function beginning(d: Dissection, at: number): void {
  d.setProtocol('BOOTP', '');
  if (at >= d.wireEnd || at >= d.bytes.length) return;
  const isReply = d.view.getUint8(at) === 2;
  const hasMac = at + AT_MAC + 6 <= d.bytes.length && d.view.getUint8(at + 2) === 6;
  if (isReply) d.setProtocol('BOOTP', 'Boot Reply');
  else if (hasMac) d.setProtocol('BOOTP', `Boot Request from ${d.mac(at + AT_MAC)} (${d.mac(at + AT_MAC)})`);
}

function header(d: Dissection, layer: FieldNode, at: number): string {
  const { view } = d;
  const type = view.getUint8(at);
  const id = hexText(view.getUint32(at + 4), 8);
  const flags = view.getUint16(at + 10);
  d.node(layer, 'dhcp.type', `Message type: Boot ${type === 2 ? 'Reply' : 'Request'} (${type})`, String(type), at, 1);
  d.hex(layer, 'dhcp.hw.type', 'Hardware type', view.getUint8(at + 1), 2, at + 1, 1);
  d.field(layer, 'dhcp.hw.len', 'Hardware address length', view.getUint8(at + 2), at + 2, 1);
  d.field(layer, 'dhcp.hops', 'Hops', view.getUint8(at + 3), at + 3, 1);
  d.field(layer, 'dhcp.id', 'Transaction ID', id, at + 4, 4);
  d.field(layer, 'dhcp.secs', 'Seconds elapsed', view.getUint16(at + 8), at + 8, 2);
  const node = d.hex(layer, 'dhcp.flags', 'Bootp flags', flags, 4, at + 10, 2);
  d.bit(node, 'dhcp.flags.bc', 'Broadcast flag', (flags & 0x8000) !== 0, at + 10, 2);
  d.field(layer, 'dhcp.ip.client', 'Client IP address', d.ipv4(at + 12), at + 12, 4);
  d.field(layer, 'dhcp.ip.your', 'Your (client) IP address', d.ipv4(at + 16), at + 16, 4);
  d.field(layer, 'dhcp.ip.server', 'Next server IP address', d.ipv4(at + 20), at + 20, 4);
  d.field(layer, 'dhcp.ip.relay', 'Relay agent IP address', d.ipv4(at + 24), at + 24, 4);
  if (view.getUint8(at + 2) === 6)
    d.field(layer, 'dhcp.hw.mac_addr', 'Client MAC address', d.mac(at + AT_MAC), at + AT_MAC, 6);
  d.field(layer, 'dhcp.server', 'Server host name', textAt(d, at + AT_SERVER, 64), at + AT_SERVER, 64);
  d.field(layer, 'dhcp.file', 'Boot file name', textAt(d, at + AT_FILE, 128), at + AT_FILE, 128);
  return id;
}

function textAt(d: Dissection, at: number, size: number): string {
  const zero = d.bytes.indexOf(0, at);
  return asciiText(d.bytes, at, zero < 0 || zero > at + size ? at + size : zero);
}

/** Adds the options; the answer is the message type, null without one. */
function options(d: Dissection, layer: FieldNode, from: number): number | null {
  let message: number | null = null;
  for (let at = from; at < d.end; ) {
    const type = d.bytes[at] ?? 0;
    if (type === PAD) {
      at++;
      continue;
    }
    if (type === END) {
      // Wireshark gives the option's type as 0 here, and the 255 as another field.
      const end = d.node(layer, 'dhcp.option.type', 'Option: (255) End', '0', at, 1);
      d.field(end, 'dhcp.option.end', 'Option End', END, at, 1);
      return message;
    }
    if (!d.needAt(at, 2, 'dhcp')) return message;
    const size = d.bytes[at + 1] ?? 0;
    if (!d.needAt(at + 2, size, 'dhcp')) return message;
    const known = DHCP_OPTIONS.get(type);
    const label = `Option: (${type}) ${known?.name ?? 'Unknown'}`;
    const node = d.node(layer, 'dhcp.option.type', label, String(type), at, size + 2);
    d.field(node, 'dhcp.option.length', 'Length', size, at + 1, 1);
    if (type === MESSAGE_TYPE && size === 1) message = d.bytes[at + 2] ?? 0;
    if (known) value(d, node, known, type, at + 2, size);
    at += 2 + size;
  }
  return message;
}

function value(d: Dissection, node: FieldNode, option: DhcpOption, type: number, at: number, size: number): void {
  const { view } = d;
  const { field, kind, name } = option;
  if (type === REQUEST_LIST) {
    for (let i = 0; i < size; i++) {
      const item = d.bytes[at + i] ?? 0;
      const text = `Parameter Request List Item: (${item}) ${DHCP_OPTIONS.get(item)?.name ?? 'Unknown'}`;
      d.node(node, field, text, String(item), at + i, 1);
    }
  } else if (kind === 'ipv4') {
    for (let i = 0; i + 4 <= size; i += 4) d.field(node, field, name, d.ipv4(at + i), at + i, 4);
  } else if (kind === 'text') d.field(node, field, name, asciiText(d.bytes, at, at + size), at, size);
  else if (kind === 'bytes') d.node(node, field, name, null, at, size);
  else if (size === 1) d.field(node, field, name, view.getUint8(at), at, 1);
  else if (size === 2) d.field(node, field, name, view.getUint16(at), at, 2);
  else if (size === 4) d.field(node, field, name, view.getUint32(at), at, 4);
}

export const protocol: Protocol = {
  filter: 'dhcp',
  name: 'Dynamic Host Configuration Protocol',
  attach: { udpPorts: [67, 68] },
  fields: [
    { name: 'dhcp.type', kind: 'uint' },
    { name: 'dhcp.hw.type', kind: 'uint' },
    { name: 'dhcp.hw.len', kind: 'uint' },
    { name: 'dhcp.hops', kind: 'uint' },
    { name: 'dhcp.id', kind: 'uint' },
    { name: 'dhcp.secs', kind: 'uint' },
    { name: 'dhcp.flags', kind: 'uint' },
    { name: 'dhcp.flags.bc', kind: 'bool' },
    { name: 'dhcp.ip.client', kind: 'ipv4' },
    { name: 'dhcp.ip.your', kind: 'ipv4' },
    { name: 'dhcp.ip.server', kind: 'ipv4' },
    { name: 'dhcp.ip.relay', kind: 'ipv4' },
    { name: 'dhcp.hw.mac_addr', kind: 'mac' },
    { name: 'dhcp.server', kind: 'text' },
    { name: 'dhcp.file', kind: 'text' },
    { name: 'dhcp.cookie', kind: 'ipv4' },
    { name: 'dhcp.option.type', kind: 'uint' },
    { name: 'dhcp.option.length', kind: 'uint' },
    { name: 'dhcp.option.end', kind: 'uint' },
    ...[...DHCP_OPTIONS.values()].map(({ field, kind }) => ({ name: field, kind })),
  ],
  index,
  dissect,
};
