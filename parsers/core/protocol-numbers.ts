// IP protocol numbers (IANA) by the names that iptables, nft, conntrack and ipset print. One home for both directions.

const NUMBERS = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  ospf: 89,
  sctp: 132,
  udplite: 136,
} as const;

const ALIASES: Readonly<Record<string, number>> = { 'ipv6-icmp': 58, ipencap: 4, 'ipv6-crypt': 50, 'ipv6-auth': 51 };

export const TCP = NUMBERS.tcp;
export const UDP = NUMBERS.udp;
export const ICMP = NUMBERS.icmp;
export const ICMPV6 = NUMBERS.icmpv6;
export const SCTP = NUMBERS.sctp;

/** 0–255 for a name or a decimal number; null when it is neither. `all` is 0, as in iptables. */
export function protocolNumber(text: string): number | null {
  const lower = text.toLowerCase();
  if (lower === 'all') return 0;
  const known = (NUMBERS as Readonly<Record<string, number>>)[lower] ?? ALIASES[lower];
  if (known !== undefined) return known;
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : null;
}

export function protocolName(number: number): string {
  for (const [name, n] of Object.entries(NUMBERS)) if (n === number) return name;
  return String(number);
}

/** Protocols whose header begins with source and destination port. */
export function hasPorts(number: number): boolean {
  return (
    number === NUMBERS.tcp ||
    number === NUMBERS.udp ||
    number === NUMBERS.sctp ||
    number === NUMBERS.dccp ||
    number === NUMBERS.udplite
  );
}
