// Linux cooked capture v2 (LINKTYPE_LINUX_SLL2, 276): what `tcpdump -i any` writes since libpcap 1.10.
// Surprise: it names the interface by index, so one file shows the same packet on every interface that it passed.
import { hardwareName, isEtherTyped, packetTypeName } from './cooked.ts';
import { type Dissection, hexBytes, hexText } from './dissection.ts';
import { etherTypeName } from './ethertype.ts';
import { type FrameFacts, NEXT_ETHERTYPE } from './facts.ts';
import type { Protocol } from './protocol.ts';

const AT_PROTOCOL = 0;
const AT_RESERVED = 2;
const AT_INTERFACE = 4;
const AT_HARDWARE = 8;
const AT_PACKET_TYPE = 10;
const AT_ADDRESS_LENGTH = 11;
const AT_ADDRESS = 12;
const HEADER = 20;

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
  if (!d.need(HEADER, 'sll2')) {
    d.layer('sll', 'Linux cooked capture v2', at, d.left);
    d.at = d.end;
    return;
  }
  const { view } = d;
  const type = view.getUint16(at + AT_PROTOCOL);
  const interfaceIndex = view.getUint32(at + AT_INTERFACE);
  const hardware = view.getUint16(at + AT_HARDWARE);
  const packetType = view.getUint8(at + AT_PACKET_TYPE);
  const addressLength = view.getUint8(at + AT_ADDRESS_LENGTH);
  const layer = d.layer('sll', 'Linux cooked capture v2', at, HEADER);
  d.node(layer, 'sll.etype', `Protocol: ${etherTypeName(type)} (${hexText(type, 4)})`, hexText(type, 4), at, 2);
  d.node(layer, null, `Reserved: ${view.getUint16(at + AT_RESERVED)}`, null, at + AT_RESERVED, 2);
  d.field(layer, 'sll.ifindex', 'Interface index', interfaceIndex, at + AT_INTERFACE, 4);
  d.node(
    layer,
    'sll.hatype',
    `Link-layer address type: ${hardwareName(hardware)} (${hardware})`,
    String(hardware),
    at + AT_HARDWARE,
    2,
  );
  d.node(
    layer,
    'sll.pkttype',
    `Packet type: ${packetTypeName(packetType)} (${packetType})`,
    String(packetType),
    at + AT_PACKET_TYPE,
    1,
  );
  d.field(layer, 'sll.halen', 'Link-layer address length', addressLength, at + AT_ADDRESS_LENGTH, 1);
  if (addressLength === 6) {
    const mac = d.mac(at + AT_ADDRESS);
    d.field(layer, 'sll.src.eth', 'Source', mac, at + AT_ADDRESS, 6);
    d.setAddresses(mac, '');
    d.linkSource = mac;
  }
  if (addressLength < 8) {
    const unused = at + AT_ADDRESS + addressLength;
    const text = hexBytes(d.bytes, unused, at + HEADER);
    d.node(layer, 'sll.unused', `Unused: ${text}`, text, unused, at + HEADER - unused);
  }
  d.setProtocol(hexText(type, 4), packetTypeName(packetType));
  d.at = at + HEADER;
  if (type > 1500 && isEtherTyped(hardware)) {
    d.next = NEXT_ETHERTYPE;
    d.nextKey = type;
  }
}

export const protocol: Protocol = {
  filter: 'sll',
  name: 'Linux cooked-mode capture v2',
  attach: { linkTypes: [276] },
  fields: [],
  index,
  dissect,
};
