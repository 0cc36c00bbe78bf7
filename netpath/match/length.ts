// -m length: the length of the IP packet.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { range, signed } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'length',
  compile(options) {
    const o = options[0];
    const lengths = range(o?.values[0], 0xffff);
    if (o?.name !== '--length' || !lengths) return `${o?.name ?? 'no option'} is not understood`;
    return [
      clause((c) => {
        const n = c.packet.length;
        return n === null
          ? unknown('how long the packet is', 'the option "length N" of the packet')
          : signed(o, n >= lengths[0] && n <= lengths[1]);
      }),
    ];
  },
};
