// -m dscp: the six upper bits of the TOS byte.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'dscp',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (o?.name !== '--dscp' || n === null) return `${o?.name ?? 'no option'} is not understood`;
    return [clause((c) => signed(o, c.packet.tos >> 2 === n))];
  },
};
