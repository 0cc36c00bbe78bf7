// -m policy: did IPsec bring the packet, or will it take it? A packet that is asked about comes as it is written, not out of IPsec; what
// the node would encrypt stands in `ip xfrm policy`, which is no dump of ours.
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'policy',
  compile(options): Clause[] | string {
    const optionOf = (name: string) => options.find((o) => o.name === name && !o.negated)?.values[0];
    const direction = optionOf('--dir');
    const wanted = optionOf('--pol');
    if (direction !== 'in' && direction !== 'out') return '--dir in or out is missing';
    if (wanted !== 'none' && wanted !== 'ipsec') return '--pol none or ipsec is missing';
    if (direction === 'in') return [clause(() => wanted === 'none')];
    return [clause(() => unknown('whether IPsec takes the packet on its way out', 'ip xfrm policy'))];
  },
};
