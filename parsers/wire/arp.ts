// ARP for IPv4 over Ethernet (RFC 826, announcements and probes of RFC 5227).
// Surprise: the list shows hardware addresses in Source and Destination, as Wireshark does; a cooked capture has only the source.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, HAS_ARP } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_HARDWARE = 0;
const AT_PROTOCOL = 2;
const AT_HARDWARE_SIZE = 4;
const AT_PROTOCOL_SIZE = 5;
const AT_OPCODE = 6;
const FIXED = 8;
const FOR_IPV4 = 28;

const REQUEST = 1;
const REPLY = 2;
const OPCODES: ReadonlyMap<number, string> = new Map([
  [REQUEST, 'request'],
  [REPLY, 'reply'],
  [3, 'reverse request'],
  [4, 'reverse reply'],
]);

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_ARP;
  if (
    facts.has(FIXED) &&
    facts.view.getUint8(facts.at + AT_HARDWARE_SIZE) === 6 &&
    facts.view.getUint8(facts.at + AT_PROTOCOL_SIZE) === 4
  ) {
    facts.has(FOR_IPV4);
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('ARP', '');
  const layer = d.layer('arp', 'Address Resolution Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, FIXED, 'arp')) return;
  const { view } = d;
  const hardwareSize = view.getUint8(at + AT_HARDWARE_SIZE);
  const protocolSize = view.getUint8(at + AT_PROTOCOL_SIZE);
  const opcode = view.getUint16(at + AT_OPCODE);
  const operation = OPCODES.get(opcode) ?? 'unknown';
  layer.label = `Address Resolution Protocol (${operation})`;
  const hardware = view.getUint16(at + AT_HARDWARE);
  d.node(
    layer,
    'arp.hw.type',
    `Hardware type: ${hardware === 1 ? 'Ethernet' : 'Unknown'} (${hardware})`,
    String(hardware),
    at,
    2,
  );
  const protocolType = view.getUint16(at + AT_PROTOCOL);
  const typeText = `0x${protocolType.toString(16).padStart(4, '0')}`;
  d.node(
    layer,
    'arp.proto.type',
    `Protocol type: ${protocolType === 0x0800 ? 'IPv4' : 'Unknown'} (${typeText})`,
    typeText,
    at + AT_PROTOCOL,
    2,
  );
  d.field(layer, 'arp.hw.size', 'Hardware size', hardwareSize, at + AT_HARDWARE_SIZE, 1);
  d.field(layer, 'arp.proto.size', 'Protocol size', protocolSize, at + AT_PROTOCOL_SIZE, 1);
  d.node(layer, 'arp.opcode', `Opcode: ${operation} (${opcode})`, String(opcode), at + AT_OPCODE, 2);
  if (hardwareSize !== 6 || protocolSize !== 4 || !d.needAt(at, FOR_IPV4, 'arp')) return;
  layer.length = FOR_IPV4;
  const senderMac = d.mac(at + 8);
  const sender = d.ipv4(at + 14);
  const targetMac = d.mac(at + 18);
  const target = d.ipv4(at + 24);
  d.field(layer, 'arp.src.hw_mac', 'Sender MAC address', senderMac, at + 8, 6);
  d.field(layer, 'arp.src.proto_ipv4', 'Sender IP address', sender, at + 14, 4);
  d.field(layer, 'arp.dst.hw_mac', 'Target MAC address', targetMac, at + 18, 6);
  d.field(layer, 'arp.dst.proto_ipv4', 'Target IP address', target, at + 24, 4);
  const gratuitous = sender === target && (opcode === REQUEST || opcode === REPLY);
  if (gratuitous) d.generated(layer, 'arp.isgratuitous', 'Is gratuitous: True', '1');
  d.setProtocol('ARP', describe(opcode, sender, senderMac, target, targetMac, gratuitous));
}

function describe(
  opcode: number,
  sender: string,
  senderMac: string,
  target: string,
  targetMac: string,
  gratuitous: boolean,
): string {
  if (opcode === REQUEST) {
    if (gratuitous) {
      return targetMac === '00:00:00:00:00:00'
        ? `ARP Announcement for ${sender}`
        : `Gratuitous ARP for ${sender} (Request)`;
    }
    if (sender === '0.0.0.0') return `Who has ${target}? (ARP Probe)`;
    return `Who has ${target}? Tell ${sender}`;
  }
  if (opcode === REPLY) return gratuitous ? `Gratuitous ARP for ${sender} (Reply)` : `${sender} is at ${senderMac}`;
  return `Unknown ARP opcode 0x${opcode.toString(16).padStart(4, '0')}`;
}

export const protocol: Protocol = {
  filter: 'arp',
  name: 'Address Resolution Protocol',
  attach: { etherTypes: [0x0806] },
  fields: [
    { name: 'arp.hw.type', kind: 'uint' },
    { name: 'arp.proto.type', kind: 'uint' },
    { name: 'arp.hw.size', kind: 'uint' },
    { name: 'arp.proto.size', kind: 'uint' },
    { name: 'arp.opcode', kind: 'uint' },
    { name: 'arp.src.hw_mac', kind: 'mac' },
    { name: 'arp.src.proto_ipv4', kind: 'ipv4' },
    { name: 'arp.dst.hw_mac', kind: 'mac' },
    { name: 'arp.dst.proto_ipv4', kind: 'ipv4' },
    { name: 'arp.isgratuitous', kind: 'bool' },
  ],
  index,
  dissect,
};
