// -m icmp: type and code, by number or by the names that iptables prints.
import { ICMP } from '../../parsers/core/protocol-numbers.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { ICMP_TYPES } from '../kernel/icmp-names.ts';
import { signed } from '../kernel/option-values.ts';

export const match: MatchModule = {
  module: 'icmp',
  compile(options) {
    const clauses: Clause[] = [clause((c) => c.packet.protocol === ICMP)];
    for (const o of options) {
      const value = o.values[0] ?? '';
      if (value === 'any') continue;
      const [typeText = '', codeText] = value.split('/');
      const type = ICMP_TYPES[typeText] ?? (/^\d+$/.test(typeText) ? Number(typeText) : null);
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
