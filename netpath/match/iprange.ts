// -m iprange: an address between two others.
import { compareIp, parseIp } from '../../parsers/core/address.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'iprange',
  compile(options) {
    const clauses: Clause[] = [];
    for (const o of options) {
      const [from = '', to = from] = (o.values[0] ?? '').split('-');
      const low = parseIp(from);
      const high = parseIp(to);
      if ((o.name !== '--src-range' && o.name !== '--dst-range') || !low || !high)
        return `${o.name} ${o.values[0] ?? ''} is not understood`;
      clauses.push(
        clause((c) => {
          const ip = o.name === '--src-range' ? c.packet.src : c.packet.dst;
          return signed(o, ip.family === low.family && compareIp(ip, low) >= 0 && compareIp(ip, high) <= 0);
        }),
      );
    }
    return clauses;
  },
};
