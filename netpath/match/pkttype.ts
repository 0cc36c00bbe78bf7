// -m pkttype: how the frame was addressed. Packets of the spec are unicast to this node unless their destination says otherwise.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'pkttype',
  compile(options) {
    const o = options[0];
    const wanted = o?.values[0]?.toLowerCase();
    if (o?.name !== '--pkt-type' || wanted === undefined) return '--pkt-type expected';
    return [
      clause((c) => {
        const found = c.node.fib.localType(c.packet.dst);
        if (!found) return unknown('how the frame was addressed', 'ip -j route show table all');
        const type = found.type === 'broadcast' || found.type === 'multicast' ? found.type : 'unicast';
        return signed(o, type === wanted);
      }),
    ];
  },
};
