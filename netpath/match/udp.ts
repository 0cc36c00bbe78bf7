// -m udp: source and destination port ranges.
import { UDP } from '../../parsers/core/protocol-numbers.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { range, signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'udp',
  compile(options) {
    const clauses: Clause[] = [clause((c) => c.packet.protocol === UDP)];
    for (const o of options) {
      const source = o.name === '--sport' || o.name === '--source-port' || o.name === '--sports';
      const destination = o.name === '--dport' || o.name === '--destination-port' || o.name === '--dports';
      const ports = range(o.values[0], 65535);
      if ((!source && !destination) || !ports) return `${o.name} ${o.values.join(' ')} is not understood`;
      clauses.push(
        clause((c) => {
          const port = source ? c.packet.sport : c.packet.dport;
          return signed(o, port !== null && port >= ports[0] && port <= ports[1]);
        }),
      );
    }
    return clauses;
  },
};
