// The same rules, sets and packets in IPv6: addresses and options are put over one by one, so that one generator serves both families.
import type { SentPacket } from './generate.ts';

/** 10.77.1.2 is fd77:1::2; prefixes keep what they contain. */
export function addressToIpv6(ip: string): string {
  if (ip === '127.0.0.1') return '::1';
  const [, , net = '', host = ''] = ip.split('.');
  return net === '0' && host === '0' ? 'fd77::' : host === '0' ? `fd77:${net}::` : `fd77:${net}::${host}`;
}

const LENGTHS: Readonly<Record<string, string>> = { '16': '16', '24': '32', '31': '127', '32': '128' };

/** Rules for iptables-restore or sets for ipset restore. Where IPv6 has no such option, another of its kind stands in. */
export function toIpv6(text: string): string {
  return text
    .replaceAll('127.0.0.0/8', '::1/128')
    .replaceAll('0.0.0.0/1', '8000::/1')
    .replace(/(10\.77\.\d+\.\d+):(\d+)/g, '[$1]:$2')
    .replace(/(10\.77\.\d+\.\d+)(?:\/(\d+))?/g, (_, ip: string, length: string | undefined) =>
      length === undefined ? addressToIpv6(ip) : `${addressToIpv6(ip)}/${LENGTHS[length] ?? length}`,
    )
    .replaceAll('family inet', 'family inet6')
    .replace(/\bs_(ip|net|list|port)/g, 's6_$1')
    .replace(/-p icmp -m icmp (! )?--icmp-type 8\b(?!\/)/g, '-p ipv6-icmp -m icmp6 $1--icmpv6-type 128')
    .replace(/-p icmp -m icmp (! )?--icmp-type 8\/0/g, '-p ipv6-icmp -m icmp6 $1--icmpv6-type 128/0')
    .replace(/-p icmp -m icmp (! )?--icmp-type 0/g, '-p ipv6-icmp -m icmp6 $1--icmpv6-type 129')
    .replace(/-p icmp -m icmp (! )?--icmp-type 3\/1/g, '-p ipv6-icmp -m icmp6 $1--icmpv6-type 1/3')
    .replace(/-p icmp --icmp-type 8/g, '-p ipv6-icmp --icmpv6-type 128')
    .replaceAll('-p icmp', '-p ipv6-icmp')
    .replaceAll('icmp-port-unreachable', 'icmp6-port-unreachable')
    .replace(/-m ttl --ttl-/g, '-m hl --hl-')
    .replace(/-j TTL --ttl-/g, '-j HL --hl-')
    .replaceAll('BROADCAST', 'MULTICAST');
}

/** Rules for nft. A table of family inet keeps its family: its rules ask for IPv6 then. */
export function nftToIpv6(text: string): string {
  return (
    text
      .replace(/^table ip /gm, 'table ip6 ')
      .replaceAll('127.0.0.0/8', '::1/128')
      .replace(/\b127\.0\.0\.1:(\d+)/g, '[::1]:$1')
      .replace(/(10\.77\.\d+\.\d+):(\d+|tcp )/g, '[$1]:$2')
      .replace(/(10\.77\.\d+\.\d+)(?:\/(\d+))?/g, (_, ip: string, length: string | undefined) =>
        length === undefined ? addressToIpv6(ip) : `${addressToIpv6(ip)}/${LENGTHS[length] ?? length}`,
      )
      .replaceAll('ipv4_addr', 'ipv6_addr')
      .replaceAll('rt ip nexthop', 'rt ip6 nexthop')
      .replace(/\bip (saddr|daddr|dscp|ecn|length)\b/g, 'ip6 $1')
      // fields that have no like there
      .replaceAll('ip hdrlength 5', 'ip6 version 6')
      .replaceAll('ip frag-off & 0x1fff == 0', 'ip6 flowlabel < 0xfffff')
      .replaceAll('@nh,72,8', '@nh,48,8')
      .replaceAll('@nh,64,8', '@nh,56,8')
      .replace(/\bip protocol\b/g, 'ip6 nexthdr')
      .replace(/\bip ttl\b/g, 'ip6 hoplimit')
      .replace(/\b(dnat|snat|tproxy) ip (prefix )?to\b/g, '$1 ip6 $2to')
      .replaceAll('icmp type host-unreachable', 'icmpv6 type addr-unreachable')
      .replace(/\bicmp type\b/g, 'icmpv6 type')
      .replace(/\bicmp\b/g, 'ipv6-icmp')
  );
}

export function packetToIpv6(p: SentPacket): SentPacket {
  return { ...p, dst: addressToIpv6(p.dst) };
}
