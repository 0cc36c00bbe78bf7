// The options that stand without -m: -s, -d, -p, -i, -o, -f.
import { contains, parsePrefix } from '../../parsers/core/address.ts';
import { protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { interfaceMatches, signed } from '../kernel/option-values.ts';

function compileOption(o: RuleOption): Clause | string {
  const value = o.values[0] ?? '';
  switch (o.name) {
    case '-s':
    case '-d': {
      const prefix = parsePrefix(value);
      if (!prefix) return `${o.name} ${value}: not an address`;
      const source = o.name === '-s';
      return clause((c) => signed(o, contains(prefix, source ? c.packet.src : c.packet.dst)));
    }
    case '-p': {
      const protocol = protocolNumber(value);
      if (protocol === null) return `-p ${value}: not a protocol`;
      return clause((c) => signed(o, protocol === 0 || c.packet.protocol === protocol));
    }
    case '-i':
      return clause((c) => signed(o, interfaceMatches(value, c.packet.inIf)));
    case '-o':
      return clause((c) => signed(o, interfaceMatches(value, c.packet.outIf)));
    case '-f':
      return clause(() => signed(o, false)); // later fragments: the packets asked about are whole
    default:
      return `${o.name} is not understood`;
  }
}

export const match: MatchModule = {
  module: '',
  compile(options) {
    const clauses: Clause[] = [];
    for (const o of options) {
      const c = compileOption(o);
      if (typeof c === 'string') return c;
      clauses.push(c);
    }
    return clauses;
  },
};
