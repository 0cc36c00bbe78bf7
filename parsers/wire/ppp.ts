// PPP (RFC 1661): which protocol follows, and the control protocols by the names of their messages.
// Surprise: address and control bytes may be left out, and the protocol may be one byte; an odd first byte says it is.
import { asciiText, type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, NEXT_ETHERTYPE, NEXT_NONE, NEXT_PPP, PPP } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const ADDRESS_CONTROL = 0xff03;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x21, 'Internet Protocol version 4'],
  [0x57, 'Internet Protocol version 6'],
  [0x281, 'MPLS Unicast'],
  [0x8021, 'Internet Protocol Control Protocol'],
  [0x8057, 'IPv6 Control Protocol'],
  [0xc021, 'Link Control Protocol'],
  [0xc023, 'Password Authentication Protocol'],
  [0xc223, 'Challenge Handshake Authentication Protocol'],
]);

const CONTROL: ReadonlyMap<number, string> = new Map([
  [0x8021, 'PPP IPCP'],
  [0x8057, 'PPP IPV6CP'],
  [0xc021, 'PPP LCP'],
  [0xc023, 'PPP PAP'],
  [0xc223, 'PPP CHAP'],
]);

const CODES = [
  'Vendor Specific',
  'Configuration Request',
  'Configuration Ack',
  'Configuration Nak',
  'Configuration Reject',
  'Termination Request',
  'Termination Ack',
  'Code Reject',
  'Protocol Reject',
  'Echo Request',
  'Echo Reply',
  'Discard Request',
];

/** Bytes before the payload: address and control when they are there, and the protocol. */
function headSize(view: DataView, at: number, end: number): number {
  if (end - at < 2) return 2;
  const skip = view.getUint16(at) === ADDRESS_CONTROL ? 2 : 0;
  if (end - at < skip + 1) return skip + 2;
  return skip + ((view.getUint8(at + skip) & 1) === 1 ? 1 : 2);
}

function protocolOf(view: DataView, at: number, size: number): number {
  return (size & 1) === 1 ? view.getUint8(at + size - 1) : view.getUint16(at + size - 2);
}

function setNext(state: { next: number; nextKey: number }, protocol: number): void {
  state.next = NEXT_NONE;
  if (protocol === 0x21 || protocol === 0x57) {
    state.next = NEXT_ETHERTYPE;
    state.nextKey = protocol === 0x21 ? 0x0800 : 0x86dd;
  } else if (protocol !== PPP) {
    state.next = NEXT_PPP;
    state.nextKey = protocol;
  }
}

function index(facts: FrameFacts): boolean {
  const size = headSize(facts.view, facts.at, facts.end);
  if (!facts.has(size)) return true;
  const protocol = protocolOf(facts.view, facts.at, size);
  facts.at += size;
  setNext(facts, protocol);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const size = headSize(d.view, at, d.end);
  // Not in a tunnel, where the carrier's addresses stand.
  if (d.layers.length === 0) d.setAddresses('N/A', 'N/A');
  d.setProtocol('PPP', '');
  const layer = d.layer('ppp', 'Point-to-Point Protocol', at, Math.min(size, d.left));
  if (!d.need(size, 'ppp')) {
    d.at = d.end;
    return;
  }
  const number = protocolOf(d.view, at, size);
  if (size > 2) {
    d.hex(layer, 'ppp.address', 'Address', d.view.getUint8(at), 2, at, 1);
    d.hex(layer, 'ppp.control', 'Control', d.view.getUint8(at + 1), 2, at + 1, 1);
  }
  const name = NAMES.get(number) ?? 'Unknown';
  const text = hexText(number, 4);
  d.node(layer, 'ppp.protocol', `Protocol: ${name} (${text})`, text, at + size - (size & 1 ? 1 : 2), size & 1 ? 1 : 2);
  d.setProtocol(text, `PPP ${name} (${text})`);
  d.at = at + size;
  const control = CONTROL.get(number);
  if (control !== undefined) message(d, layer, number, control);
  else setNext(d, number);
}

function message(d: Dissection, layer: FieldNode, number: number, name: string): void {
  const at = d.at;
  d.setProtocol(name, '');
  d.at = d.end;
  if (!d.needAt(at, 4, 'ppp')) return;
  const { view } = d;
  const code = view.getUint8(at);
  const node = d.node(layer, null, name, null, at, d.end - at);
  const text = codeText(d, number, code, at);
  d.setProtocol(name, text);
  // Authentication has fields of its own in Wireshark.
  if (number === 0xc023 || number === 0xc223) return;
  d.node(node, 'ppp.code', `Code: ${text} (${code})`, String(code), at, 1);
  d.field(node, 'ppp.identifier', 'Identifier', view.getUint8(at + 1), at + 1, 1);
  d.field(node, 'ppp.length', 'Length', view.getUint16(at + 2), at + 2, 2);
}

function codeText(d: Dissection, number: number, code: number, at: number): string {
  if (number === 0xc223) {
    const name = ['', 'Challenge', 'Response', 'Success', 'Failure'][code] ?? 'Unknown';
    if (code !== 3 && code !== 4) return name;
    const end = Math.min(d.end, at + d.view.getUint16(at + 2));
    return `${name} (MESSAGE='${asciiText(d.bytes, at + 4, end)}')`;
  }
  if (number !== 0xc023) return CODES[code] ?? 'Unknown';
  if (code !== 1) return ['', '', 'Authenticate-Ack', 'Authenticate-Nak'][code] ?? 'Unknown';
  const first = d.bytes[at + 4] ?? 0;
  const second = d.bytes[at + 5 + first] ?? 0;
  if (at + 6 + first + second > d.end) return 'Authenticate-Request';
  const user = asciiText(d.bytes, at + 5, at + 5 + first);
  const password = asciiText(d.bytes, at + 6 + first, at + 6 + first + second);
  return `Authenticate-Request (Peer-ID='${user}', Password='${password}')`;
}

export const protocol: Protocol = {
  filter: 'ppp',
  name: 'Point-to-Point Protocol',
  attach: { linkTypes: [9, 50], etherTypes: [0x880b], pppProtocols: [PPP] },
  fields: [
    { name: 'ppp.address', kind: 'uint' },
    { name: 'ppp.control', kind: 'uint' },
    { name: 'ppp.protocol', kind: 'uint' },
    { name: 'ppp.code', kind: 'uint' },
    { name: 'ppp.identifier', kind: 'uint' },
    { name: 'ppp.length', kind: 'uint' },
  ],
  index,
  dissect,
};
