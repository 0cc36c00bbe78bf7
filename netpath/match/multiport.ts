// -m multiport: up to 15 ports or ranges; needs a protocol with ports.
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { range, signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'multiport',
  compile(options) {
    const clauses: Clause[] = [];
    for (const o of options) {
      const ranges = (o.values[0] ?? '').split(',').map((t) => range(t, 65535));
      const side = {
        '--sports': 's',
        '--source-ports': 's',
        '--dports': 'd',
        '--destination-ports': 'd',
        '--ports': 'either',
      }[o.name];
      if (side === undefined || ranges.some((r) => r === null))
        return `${o.name} ${o.values.join(' ')} is not understood`;
      const holds = (port: number | null) =>
        port !== null && ranges.some((r) => r !== null && port >= r[0] && port <= r[1]);
      clauses.push(
        clause((c) => {
          if (c.packet.dport === null) return false; // no ports: never matches, negated or not
          const s = side !== 'd' && holds(c.packet.sport);
          const d = side !== 's' && holds(c.packet.dport);
          return signed(o, s || d);
        }),
      );
    }
    return clauses;
  },
};
