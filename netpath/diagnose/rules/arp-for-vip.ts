// Several nodes answer ARP for one address of a load balancer: kube-ipvs0 holds it on all of them, and arp_ignore=0 answers for it on every card.
import { ipText, sameIp } from '../../../parsers/core/address.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'arp-for-vip',
  about: 'the node answers ARP for load balancer addresses that kube-ipvs0 holds',
  inState(m) {
    const ignore = m.state.sysctl?.get('net.ipv4.conf.all.arp_ignore');
    if (ignore?.value !== '0') return [];
    const balanced = (m.state.services ?? []).flatMap((s) =>
      [...s.loadBalancerIps, ...s.externalIps].map((ip) => ({ ip, service: s })),
    );
    const held = balanced.flatMap((b) => {
      const at = m.fib.addresses.find((a) => a.device === 'kube-ipvs0' && a.ip.family === 4 && sameIp(a.ip, b.ip));
      return at ? [{ ...b, at }] : [];
    });
    const first = held[0];
    if (!first) return [];
    const inSubnet = held.some((h) =>
      m.fib.addresses.some(
        (a) =>
          a.device !== 'kube-ipvs0' &&
          a.ip.family === 4 &&
          a.prefixLength < 32 &&
          a.prefixLength > 0 &&
          sameNetwork(a.ip.d, h.ip.d, a.prefixLength),
      ),
    );
    return [
      {
        id: 'arp-for-vip',
        title: `the node answers ARP for ${ipText(first.ip)}${held.length > 1 ? ` and ${held.length - 1} more` : ''}, as every node does`,
        confidence: inSubnet ? 'likely' : 'possible',
        severity: inSubnet ? 'warning' : 'note',
        summary: `kube-ipvs0 holds the address on all nodes and arp_ignore is 0: ${inSubnet ? 'on the network of the node several MAC addresses answer for it, and layer 2 announcements (MetalLB, keepalived) are undermined.' : 'where the address is in the network of the nodes, several MAC addresses answer for it.'}`,
        evidence: [ignore.source, first.at.source, first.service.source],
        remedy: 'kube-proxy with strictARP: true (arp_ignore=1, arp_announce=2).',
      },
    ];
  },
};

function sameNetwork(a: number, b: number, length: number): boolean {
  const mask = (0xffffffff << (32 - length)) >>> 0;
  return (a & mask) >>> 0 === (b & mask) >>> 0;
}
