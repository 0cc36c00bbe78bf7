// -m state: the older spelling of --ctstate, without DNAT and SNAT.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'state',
  compile(options) {
    const o = options[0];
    if (o?.name !== '--state') return `${o?.name ?? 'no option'} is not understood`;
    const wanted = (o.values[0] ?? '').split(',');
    return [
      clause((c) => {
        const { state, attached } = c.connection;
        return signed(o, wanted.includes(attached || state === 'untracked' ? state.toUpperCase() : 'INVALID'));
      }),
    ];
  },
};
