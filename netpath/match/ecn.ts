// -m ecn: the two lower bits of the TOS byte, and the two ECN flags of TCP.
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';
import { TCP_FLAGS } from '../kernel/packet.ts';

function compileOption(o: RuleOption): Clause | string {
  if (o.name === '--ecn-ip-ect') {
    const n = integer(o.values[0]);
    if (n === null || n > 3) return `--ecn-ip-ect ${o.values[0] ?? ''} is not understood`;
    return clause((c) => signed(o, (c.packet.tos & 3) === n));
  }
  const flag = o.name === '--ecn-tcp-cwr' ? TCP_FLAGS.CWR : o.name === '--ecn-tcp-ece' ? TCP_FLAGS.ECE : null;
  if (flag === null) return `${o.name} is not understood`;
  return clause((c) => c.packet.protocol === TCP && signed(o, (c.packet.tcpFlags & flag) !== 0));
}

export const match: MatchModule = {
  module: 'ecn',
  compile(options) {
    const clauses: Clause[] = [];
    for (const o of options) {
      const c = compileOption(o);
      if (typeof c === 'string') return c;
      clauses.push(c);
    }
    return clauses.length > 0 ? clauses : 'no option';
  },
};
