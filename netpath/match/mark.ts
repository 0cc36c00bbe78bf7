// -m mark: (mark & mask) == value.
import type { Context, MatchModule } from '../kernel/clause.ts';
import { signed, valueAndMask } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'mark',
  compile(options) {
    const o = options[0];
    const wanted = valueAndMask(o?.values[0]);
    if (o?.name !== '--mark' || !wanted)
      return `${o?.name ?? 'no option'} ${o?.values.join(' ') ?? ''} is not understood`;
    return [
      {
        evaluate: (c: Context) => signed(o, (c.packet.mark & wanted.mask) >>> 0 === wanted.value),
        explain: (c: Context) => [{ kind: 'text', text: `the packet's mark is 0x${c.packet.mark.toString(16)}` }],
      },
    ];
  },
};
