// -m conntrack: state of the connection, its original and reply tuple. DNAT and SNAT are virtual states read from the NAT that the
// connection has, and match in both directions.
import { contains, type Ip, ipText, parsePrefix } from '../../parsers/core/address.ts';
import { protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import { type Clause, type Context, clause, type MatchModule } from '../kernel/clause.ts';
import { range, signed } from '../kernel/option-values.ts';
import type { Fragment } from '../trace.ts';
import { type Tri, unknown } from '../tri.ts';

const STATES = new Set(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'DNAT', 'SNAT']);

function stateClause(o: RuleOption, wanted: readonly string[]): Clause {
  const has = (c: Context): boolean => {
    const { state, dnat, snat, attached } = c.connection;
    if (!attached) return wanted.includes(state === 'untracked' ? 'UNTRACKED' : 'INVALID');
    return (
      wanted.includes(state.toUpperCase()) ||
      (dnat !== null && wanted.includes('DNAT')) ||
      (snat !== null && wanted.includes('SNAT'))
    );
  };
  return {
    evaluate: (c) => signed(o, has(c)),
    explain(c): Fragment[] {
      const entry = c.connection.entry;
      const text = `the connection is ${c.connection.state.toUpperCase()}`;
      if (!entry) return [{ kind: 'text', text }];
      return [
        { kind: 'text', text: `${text} ` },
        { kind: 'code', text: `${entry.source.file}:${entry.source.line}`, source: entry.source },
      ];
    },
  };
}

function statusClause(o: RuleOption, wanted: readonly string[]): Clause {
  return clause((c): Tri => {
    const { seenReply, assured, confirmed } = c.connection;
    if (wanted.includes('EXPECTED')) return unknown('whether a helper expected this connection', 'conntrack -L expect');
    const has =
      (wanted.includes('SEEN_REPLY') && seenReply) ||
      (wanted.includes('ASSURED') && assured) ||
      (wanted.includes('CONFIRMED') && confirmed) ||
      (wanted.includes('NONE') && !seenReply && !assured && !confirmed);
    return signed(o, has);
  });
}

function addressClause(o: RuleOption, pick: (c: Context) => Ip): Clause | string {
  const prefix = parsePrefix(o.values[0] ?? '');
  if (!prefix) return `${o.name} ${o.values[0] ?? ''}: not an address`;
  return clause((c) => signed(o, contains(prefix, pick(c))));
}

function portClause(o: RuleOption, pick: (c: Context) => number | null): Clause | string {
  const ports = range(o.values[0], 65535);
  if (!ports) return `${o.name} ${o.values[0] ?? ''}: not a port`;
  return clause((c) => {
    const port = pick(c);
    return signed(o, port !== null && port >= ports[0] && port <= ports[1]);
  });
}

/** The reply tuple: the original read backwards, with the NAT that the connection has. */
const replySrc = (c: Context) =>
  c.connection.dnat ?? { ip: c.connection.original.dst, port: c.connection.original.dport };
const replyDst = (c: Context) =>
  c.connection.snat ?? { ip: c.connection.original.src, port: c.connection.original.sport };

function compileOption(o: RuleOption): Clause | string {
  const list = (o.values[0] ?? '').split(',');
  switch (o.name) {
    case '--ctstate':
      return list.every((s) => STATES.has(s))
        ? stateClause(o, list)
        : `--ctstate ${o.values[0] ?? ''} is not understood`;
    case '--ctstatus':
      return statusClause(o, list);
    case '--ctproto': {
      const protocol = protocolNumber(o.values[0] ?? '');
      return protocol === null
        ? `--ctproto ${o.values[0] ?? ''}: not a protocol`
        : clause((c) => signed(o, c.packet.protocol === protocol));
    }
    case '--ctdir':
      return clause((c) => signed(o, c.connection.direction.toUpperCase() === o.values[0]));
    case '--ctorigsrc':
      return addressClause(o, (c) => c.connection.original.src);
    case '--ctorigdst':
      return addressClause(o, (c) => c.connection.original.dst);
    case '--ctreplsrc':
      return addressClause(o, (c) => replySrc(c).ip);
    case '--ctrepldst':
      return addressClause(o, (c) => replyDst(c).ip);
    case '--ctorigsrcport':
      return portClause(o, (c) => c.connection.original.sport);
    case '--ctorigdstport':
      return portClause(o, (c) => c.connection.original.dport);
    case '--ctreplsrcport':
      return portClause(o, (c) => replySrc(c).port);
    case '--ctrepldstport':
      return portClause(o, (c) => replyDst(c).port);
    case '--ctexpire':
      return clause((c) => unknown(`when the conntrack entry of ${ipText(c.packet.src)} expires`, 'conntrack -L'));
    default:
      return `${o.name} is not understood`;
  }
}

export const match: MatchModule = {
  module: 'conntrack',
  compile(options) {
    const clauses: Clause[] = [];
    // Without a connection the kernel asks for the state alone: with --ctstate the other options hold, without it none does.
    const withState = options.some((o) => o.name === '--ctstate');
    for (const o of options) {
      const c = compileOption(o);
      if (typeof c === 'string') return c;
      if (o.name === '--ctstate') clauses.push(c);
      else
        clauses.push({
          evaluate: (x) => (x.connection.attached ? c.evaluate(x) : withState),
          explain: (x) => c.explain(x),
        });
    }
    return clauses;
  },
};
