// -m physdev: bridge ports, which netfilter knows only while br_netfilter carries the packet through the IP hooks.
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { interfaceMatches, signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'physdev',
  compile(options) {
    const clauses: Clause[] = [];
    for (const o of options) {
      const value = o.values[0] ?? '';
      switch (o.name) {
        case '--physdev-is-in':
          clauses.push(clause((c) => signed(o, c.packet.physIn !== null)));
          break;
        case '--physdev-is-out':
          clauses.push(clause((c) => signed(o, c.packet.physOut !== null)));
          break;
        case '--physdev-is-bridged':
          clauses.push(clause((c) => signed(o, c.packet.bridged)));
          break;
        case '--physdev-in':
          clauses.push(clause((c) => signed(o, c.packet.physIn !== null && interfaceMatches(value, c.packet.physIn))));
          break;
        case '--physdev-out':
          clauses.push(
            clause((c) => signed(o, c.packet.physOut !== null && interfaceMatches(value, c.packet.physOut))),
          );
          break;
        default:
          return `${o.name} is not understood`;
      }
    }
    return clauses;
  },
};
