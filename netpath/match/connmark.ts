// -m connmark: the mark of the connection. Without a connection (table raw, untracked) it never matches, negated or not.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { signed, valueAndMask } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'connmark',
  compile(options) {
    const o = options[0];
    const wanted = valueAndMask(o?.values[0]);
    if (o?.name !== '--mark' || !wanted)
      return `${o?.name ?? 'no option'} ${o?.values.join(' ') ?? ''} is not understood`;
    return [
      clause((c) => c.connection.attached && signed(o, (c.connection.mark & wanted.mask) >>> 0 === wanted.value)),
    ];
  },
};
