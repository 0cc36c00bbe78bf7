// -m dscp: the six upper bits of the TOS byte.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';
import { tosOf } from '../kernel/packet.ts';

export const match: MatchModule = {
  module: 'dscp',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (o?.name !== '--dscp' || n === null) return `${o?.name ?? 'no option'} is not understood`;
    return [clause((c) => signed(o, tosOf(c.packet, '-m dscp') >> 2 === n))];
  },
};
