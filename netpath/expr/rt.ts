// `rt`: what routing has found for the packet. Before it is routed there is nothing, and the rule ends.
import { sameIp } from '../../parsers/core/address.ts';
import type { ExprModule } from '../kernel/nft-value.ts';
import { unknown } from '../tri.ts';

export const expr: ExprModule = {
  kind: 'rt',
  evaluate(e, c) {
    if (e.kind !== 'rt') return null;
    const p = c.packet;
    // through lo a packet keeps the route it was sent by
    if ((c.hook === 'PREROUTING' || c.hook === 'INGRESS') && p.inIf !== 'lo') return null;
    switch (e.key) {
      case 'nexthop':
      case 'ip nexthop':
      case 'ip6 nexthop': {
        if (e.key !== 'nexthop' && (e.key === 'ip nexthop') !== (p.family === 4)) return null;
        const answer = c.node.fib.lookup({
          ...{ dst: p.dst, src: p.src, mark: p.mark, iif: p.inIf, oif: null },
          ...{ protocol: p.protocol, sport: p.sport, dport: p.dport },
        });
        if (answer.kind === 'unknown') return unknown(answer.why, answer.settle);
        if (answer.kind === 'none' || answer.result.nexthops.length > 0)
          return unknown('which next hop the packet has', 'ip -j route show table all');
        const { via } = answer.result;
        return { type: 'address', value: via && !sameIp(via, p.dst) ? via : p.dst };
      }
      case 'ipsec':
        return unknown('whether IPsec takes the packet on its way out', 'ip xfrm policy');
      case 'mtu':
        return unknown('which segment size the route allows', 'ip -d route');
      default:
        return unknown(`the packet's ${e.key} of its route`, 'ip -d route');
    }
  },
};
