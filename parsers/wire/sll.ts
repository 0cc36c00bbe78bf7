// Linux cooked capture (LINKTYPE_LINUX_SLL, 113): what `tcpdump -i any` wrote before libpcap 1.10.
// Surprise: there is no destination address, so the Destination column stays empty until an IP header fills it.
import { hardwareName, isEtherTyped, packetTypeName } from './cooked.ts';
import { type Dissection, hexText } from './dissection.ts';
import { etherTypeName } from './ethertype.ts';
import { type FrameFacts, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_PACKET_TYPE = 0;
const AT_HARDWARE = 2;
const AT_ADDRESS_LENGTH = 4;
const AT_ADDRESS = 6;
const AT_PROTOCOL = 14;
const HEADER = 16;

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const type = facts.view.getUint16(facts.at + AT_PROTOCOL);
  const hardware = facts.view.getUint16(facts.at + AT_HARDWARE);
  facts.at += HEADER;
  if (type > 1500 && isEtherTyped(hardware)) {
    facts.next = NEXT_ETHERTYPE;
    facts.nextKey = type;
  }
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('SLL', '');
  if (!d.need(HEADER, 'sll')) {
    d.layer('sll', 'Linux cooked capture v1', at, d.left);
    d.at = d.end;
    return;
  }
  const { view } = d;
  const packetType = view.getUint16(at + AT_PACKET_TYPE);
  const hardware = view.getUint16(at + AT_HARDWARE);
  const addressLength = view.getUint16(at + AT_ADDRESS_LENGTH);
  const type = view.getUint16(at + AT_PROTOCOL);
  const layer = d.layer('sll', 'Linux cooked capture v1', at, HEADER);
  d.node(layer, 'sll.pkttype', `Packet type: ${packetTypeName(packetType)} (${packetType})`, String(packetType), at, 2);
  d.node(
    layer,
    'sll.hatype',
    `Link-layer address type: ${hardwareName(hardware)} (${hardware})`,
    String(hardware),
    at + AT_HARDWARE,
    2,
  );
  d.field(layer, 'sll.halen', 'Link-layer address length', addressLength, at + AT_ADDRESS_LENGTH, 2);
  if (addressLength === 6) {
    const mac = d.mac(at + AT_ADDRESS);
    d.field(layer, 'sll.src.eth', 'Source', mac, at + AT_ADDRESS, 6);
    d.setAddresses(mac, '');
    d.linkSource = mac;
  }
  d.node(
    layer,
    'sll.etype',
    `Protocol: ${etherTypeName(type)} (${hexText(type, 4)})`,
    hexText(type, 4),
    at + AT_PROTOCOL,
    2,
  );
  d.setProtocol(hexText(type, 4), packetTypeName(packetType));
  d.at = at + HEADER;
  if (type > 1500 && isEtherTyped(hardware)) {
    d.next = NEXT_ETHERTYPE;
    d.nextKey = type;
  }
}

export const protocol: Protocol = {
  filter: 'sll',
  name: 'Linux cooked-mode capture',
  attach: { linkTypes: [113] },
  fields: [
    { name: 'sll.pkttype', kind: 'uint' },
    { name: 'sll.hatype', kind: 'uint' },
    { name: 'sll.halen', kind: 'uint' },
    { name: 'sll.src.eth', kind: 'mac' },
    { name: 'sll.etype', kind: 'uint' },
    { name: 'sll.ifindex', kind: 'uint' },
    { name: 'sll.unused', kind: 'bytes' },
  ],
  index,
  dissect,
};
