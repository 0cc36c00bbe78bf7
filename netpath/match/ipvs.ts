// -m ipvs: whether IPVS handles the packet; its properties (vaddr, vport, …) are not simulated.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'ipvs',
  compile(options) {
    const other = options.find((o) => o.name !== '--ipvs');
    if (other) return `${other.name} is not simulated`;
    const o = options[0];
    return [clause((c) => (o ? signed(o, c.ipvs) : c.ipvs))];
  },
};
