// -m ipvs: whether IPVS handles the packet, and by which virtual address (xt_ipvs.c).
//
// Surprise: of a packet that IPVS does not handle every other option is no, also a negated one; so is it of answers, where IPVS has
// given the virtual address back.
import { contains, parsePrefix } from '../../parsers/core/address.ts';
import { protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import { type Clause, type Context, clause, type IpvsTaken, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';

const METHODS: Readonly<Record<string, string>> = { MASQ: 'masq', IPIP: 'tunnel', GATE: 'route' };

type Property = (taken: IpvsTaken, c: Context) => boolean;

function property(o: RuleOption): Property | string {
  const value = o.values[0] ?? '';
  const refused = `${o.name} ${value} is not understood`;
  switch (o.name) {
    case '--vproto': {
      const protocol = protocolNumber(value);
      return protocol === null ? refused : (_, c) => c.packet.protocol === protocol;
    }
    case '--vaddr': {
      const prefix = parsePrefix(value);
      return prefix ? (t) => contains(prefix, t.address) : refused;
    }
    case '--vport': {
      const port = integer(value);
      return port === null ? refused : (t) => t.port === port;
    }
    case '--vmethod': {
      const method = METHODS[value];
      return method === undefined ? refused : (t) => t.forward === method;
    }
    case '--vdir':
      if (value !== 'ORIGINAL' && value !== 'REPLY') return refused;
      // without a connection there is no direction
      return (_, c) => c.connection.attached && (c.connection.direction === 'reply') === (value === 'REPLY');
    default:
      return `${o.name} is not simulated`;
  }
}

export const match: MatchModule = {
  module: 'ipvs',
  compile(options) {
    const others = options.filter((o) => o.name !== '--ipvs');
    if (others.length === 0) {
      const o = options[0];
      return [clause((c) => (o ? signed(o, c.ipvs !== null) : c.ipvs !== null))];
    }
    const clauses: Clause[] = [];
    for (const o of others) {
      const holds = property(o);
      if (typeof holds === 'string') return holds;
      clauses.push(clause((c) => c.ipvs !== null && c.ipvs !== 'answer' && signed(o, holds(c.ipvs, c))));
    }
    return clauses;
  },
};
