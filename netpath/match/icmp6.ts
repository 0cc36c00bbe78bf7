// -m icmp6: type and code, by number or by the names that ip6tables prints.
import { ICMPV6 } from '../../parsers/core/protocol-numbers.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';

const NAMES: Readonly<Record<string, number>> = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'router-solicitation': 133,
  'router-advertisement': 134,
  'neighbour-solicitation': 135,
  'neighbour-advertisement': 136,
  redirect: 137,
};

export const match: MatchModule = {
  module: 'icmp6',
  compile(options) {
    const clauses: Clause[] = [clause((c) => c.packet.protocol === ICMPV6)];
    for (const o of options) {
      const value = o.values[0] ?? '';
      if (value === 'any') continue;
      const [typeText = '', codeText] = value.split('/');
      const type = NAMES[typeText] ?? (/^\d+$/.test(typeText) ? Number(typeText) : null);
      if ((o.name !== '--icmp-type' && o.name !== '--icmpv6-type') || type === null)
        return `${o.name} ${value} is not understood`;
      const code = codeText === undefined ? null : Number(codeText);
      clauses.push(
        clause((c) => signed(o, c.packet.icmpType === type && (code === null || c.packet.icmpCode === code))),
      );
    }
    return clauses;
  },
};
