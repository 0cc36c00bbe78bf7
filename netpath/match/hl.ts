// -m hl: the IPv6 hop limit.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';
import { ttlOf } from '../kernel/packet.ts';

export const match: MatchModule = {
  module: 'hl',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (!o || n === null) return 'a number is expected';
    if (o.name === '--hl-eq') return [clause((c) => signed(o, ttlOf(c.packet, '-m hl') === n))];
    if (o.name === '--hl-lt') return [clause((c) => signed(o, ttlOf(c.packet, '-m hl') < n))];
    if (o.name === '--hl-gt') return [clause((c) => signed(o, ttlOf(c.packet, '-m hl') > n))];
    return `${o.name} is not understood`;
  },
};
