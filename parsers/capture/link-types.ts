// Link types (LINKTYPE_ values of the pcap registry) by name. Only names live here; the protocol files in wire/ say which
// link types they decode.

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'ETHERNET'],
  [9, 'PPP'],
  [12, 'RAW'],
  [14, 'RAW'],
  [101, 'RAW'],
  [105, 'IEEE802_11'],
  [108, 'LOOP'],
  [113, 'LINUX_SLL'],
  [127, 'IEEE802_11_RADIOTAP'],
  [228, 'IPV4'],
  [229, 'IPV6'],
  [239, 'NFLOG'],
  [253, 'NETLINK'],
  [276, 'LINUX_SLL2'],
]);

/** `ETHERNET`, `LINUX_SLL2`, …; `LINKTYPE_n` for the ones not listed. */
export function linkTypeName(linkType: number): string {
  return NAMES.get(linkType) ?? `LINKTYPE_${linkType}`;
}
