// `ipsec in`, `ipsec out`: the IPsec state of the packet. One that is asked about did not come out of IPsec; what the node would encrypt stands
// in no dump of ours.
import type { ExprModule } from '../kernel/nft-value.ts';
import { unknown } from '../tri.ts';

export const expr: ExprModule = {
  kind: 'ipsec',
  evaluate(e) {
    if (e.kind !== 'ipsec' || e.direction === 'in') return null;
    return unknown('whether IPsec takes the packet on its way out', 'ip xfrm policy');
  },
};
