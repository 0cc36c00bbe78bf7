// Names of Ethernet types, as Wireshark words them. Which protocol decodes a type is said in the protocol's own file.

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0800, 'IPv4'],
  [0x0806, 'ARP'],
  [0x8100, '802.1Q Virtual LAN'],
  [0x86dd, 'IPv6'],
  [0x8847, 'MPLS label switched packet'],
  [0x8863, 'PPPoE Discovery'],
  [0x8864, 'PPPoE Session'],
  [0x88a8, '802.1ad Provider Bridge (Q-in-Q)'],
  [0x88cc, '802.1 Link Layer Discovery Protocol (LLDP)'],
  [0x8035, 'Reverse Address Resolution Protocol'],
  [0x888e, '802.1X Authentication'],
]);

export function etherTypeName(type: number): string {
  return NAMES.get(type) ?? 'Unknown';
}
