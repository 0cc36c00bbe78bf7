// -m icmp6: type and code, by number or by the names that ip6tables prints.
import { ICMPV6 } from '../../parsers/core/protocol-numbers.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { ICMPV6_TYPES } from '../kernel/icmp-names.ts';
import { signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'icmp6',
  compile(options) {
    const clauses: Clause[] = [clause((c) => c.packet.protocol === ICMPV6)];
    for (const o of options) {
      const value = o.values[0] ?? '';
      if (value === 'any') continue;
      const [typeText = '', codeText] = value.split('/');
      const type = ICMPV6_TYPES[typeText] ?? (/^\d+$/.test(typeText) ? Number(typeText) : null);
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
