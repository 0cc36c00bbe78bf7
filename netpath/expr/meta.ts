// What the kernel knows of the packet beside its bytes: devices, marks, the transport protocol.
import type { ExprModule, Value, ValueType } from '../kernel/nft-value.ts';
import { unknown } from '../tri.ts';

const v = (type: ValueType, value: Value['value']): Value => ({ type, value });

export const expr: ExprModule = {
  kind: 'meta',
  evaluate(e, c) {
    if (e.kind !== 'meta') return null;
    const p = c.packet;
    switch (e.key) {
      case 'iif':
      case 'iifname':
        // without an input device the name is empty and the index ends the rule
        return p.inIf === null ? (e.key === 'iif' ? null : v('interface', '')) : v('interface', p.inIf);
      case 'oif':
      case 'oifname':
        return p.outIf === null ? (e.key === 'oif' ? null : v('interface', '')) : v('interface', p.outIf);
      case 'ibrname':
        return p.physIn === null || p.inIf === null ? null : v('interface', p.inIf);
      case 'mark':
        return v('number', p.mark);
      case 'l4proto':
        return v('protocol', p.protocol);
      case 'nfproto':
        return v('symbol', p.family === 4 ? 'ipv4' : 'ipv6');
      case 'protocol':
        return v('symbol', p.family === 4 ? 'ip' : 'ip6');
      case 'length':
        return p.length === null
          ? unknown('how long the packet is', 'the option "length N" of the packet')
          : v('number', p.length);
      case 'pkttype': {
        const found = c.node.fib.localType(p.dst);
        if (!found) return unknown('how the frame was addressed', 'ip -j route show table all');
        return v('symbol', found.type === 'broadcast' || found.type === 'multicast' ? found.type : 'host');
      }
      case 'skuid':
      case 'skgid':
      case 'cgroup':
        return p.inIf !== null
          ? null
          : unknown(`the ${e.key} of the sending process`, 'the process that sends the packet');
      default:
        return unknown(`meta ${e.key}`, 'a running node');
    }
  },
};
