// -m dccp: ports, and types and options that a packet spec does not give.

import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { range, signed } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

const DCCP = 33;

export const match: MatchModule = {
  module: 'dccp',
  compile(options): Clause[] | string {
    const clauses: Clause[] = [clause((c) => c.packet.protocol === DCCP)];
    for (const o of options) {
      if (o.name === '--sport' || o.name === '--dport') {
        const ports = range(o.values[0], 0xffff);
        if (!ports) return `${o.name} ${o.values[0] ?? ''} is not understood`;
        const source = o.name === '--sport';
        clauses.push(
          clause(({ packet }) => {
            const port = source ? packet.sport : packet.dport;
            return port !== null && signed(o, port >= ports[0] && port <= ports[1]);
          }),
        );
      } else if (o.name === '--dccp-types' || o.name === '--dccp-option')
        clauses.push(clause(() => unknown(`what ${o.name} asks for`, 'a capture of the packet')));
      else return `${o.name} is not understood`;
    }
    return clauses;
  },
};
