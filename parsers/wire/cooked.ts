// Names that both Linux cooked headers share: packet types (if_packet.h) and ARPHRD hardware types (if_arp.h).

const PACKET_TYPES = ['Unicast to us', 'Broadcast', 'Multicast', 'Unicast to another host', 'Sent by us'];

export function packetTypeName(type: number): string {
  return PACKET_TYPES[type] ?? 'Unknown';
}

export function hardwareName(type: number): string {
  if (type === 1) return 'Ethernet';
  if (type === 772) return 'Loopback';
  if (type === 65534) return 'None';
  return 'Unknown';
}

/** ARPHRD types after which the protocol field is not an Ethernet type. */
export function isEtherTyped(hardware: number): boolean {
  return hardware !== 824 && hardware !== 803 && hardware !== 770 && hardware !== 778;
}
