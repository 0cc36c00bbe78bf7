// -m mh: the type of a Mobility Header of IPv6.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

const MOBILITY = 135;

export const match: MatchModule = {
  module: 'mh',
  compile(options) {
    const odd = options.find((o) => o.name !== '--mh-type');
    if (odd) return `${odd.name} is not understood`;
    return [
      clause(
        (c) => c.packet.protocol === MOBILITY && unknown('the type of the Mobility Header', 'a capture of the packet'),
      ),
    ];
  },
};
