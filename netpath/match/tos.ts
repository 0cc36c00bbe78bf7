// -m tos: the TOS byte under a mask.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { signed, valueAndMask } from '../kernel/option-values.ts';
import { tosOf } from '../kernel/packet.ts';

export const match: MatchModule = {
  module: 'tos',
  compile(options) {
    const o = options[0];
    const wanted = valueAndMask(o?.values[0]);
    if (o?.name !== '--tos' || !wanted) return `${o?.name ?? 'no option'} is not understood`;
    const mask = o.values[0]?.includes('/') ? wanted.mask : 0xff;
    return [clause((c) => signed(o, (tosOf(c.packet, '-m tos') & mask) === wanted.value))];
  },
};
