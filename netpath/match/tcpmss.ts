// -m tcpmss: the MSS option of TCP, which a packet spec does not give. Packets that are not TCP never match.
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import { clause, type MatchModule } from '../kernel/clause.ts';
import { range } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'tcpmss',
  compile(options) {
    const o = options[0];
    if (o?.name !== '--mss' || !range(o.values[0], 0xffff)) return `${o?.name ?? 'no option'} is not understood`;
    return [
      clause(
        ({ packet }) =>
          packet.protocol === TCP &&
          unknown('the maximum segment size that the packet offers', 'a capture of the packet'),
      ),
    ];
  },
};
