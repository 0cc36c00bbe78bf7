// -m addrtype: the type of an address. IPv4 asks only the local table, whatever `ip rule` says (fixtures/lab ipvs-*: a VIP on
// kube-ipvs0 is LOCAL although that device carries nothing). Not found means UNICAST, even for an address without a route.
import { type Ip, ipText, isMulticast } from '../../parsers/core/address.ts';
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import { type Clause, type Context, clause, type MatchModule } from '../kernel/clause.ts';
import type { Fragment } from '../trace.ts';
import { isUnknown, type Tri, unknown } from '../tri.ts';

const TYPES = new Set([
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
]);

/** IPv6 asks the address what it is and the table only for LOCAL and its like: an address of the node is UNICAST too (match_type6). */
function holds6(ip: Ip, types: readonly string[], found: string): boolean {
  if (types.includes('MULTICAST') && !isMulticast(ip)) return false;
  if (types.includes('UNICAST') && isMulticast(ip)) return false;
  const asked: string[] = types.filter((t) => t === 'LOCAL' || t === 'ANYCAST' || t === 'UNREACHABLE');
  return asked.length === 0 || asked.includes(found.toUpperCase());
}

function typeClause(o: RuleOption, types: readonly string[], limitIn: boolean, limitOut: boolean): Clause {
  const source = o.name === '--src-type';
  const find = (c: Context) => {
    const device = limitIn ? c.packet.inIf : limitOut ? c.packet.outIf : null;
    return c.node.fib.localType(source ? c.packet.src : c.packet.dst, device);
  };
  const evaluate = (c: Context): Tri => {
    const found = find(c);
    if (!found) {
      return unknown(
        `whether ${ipText(source ? c.packet.src : c.packet.dst)} is a local address`,
        'ip -j route show table all, or ip -j addr',
      );
    }
    const ip = source ? c.packet.src : c.packet.dst;
    const holds = ip.family === 6 ? holds6(ip, types, found.type) : types.includes(found.type.toUpperCase());
    return holds !== o.negated;
  };
  return {
    evaluate,
    explain(c): Fragment[] {
      const found = find(c);
      if (!found || isUnknown(evaluate(c))) return [];
      const ip = ipText(source ? c.packet.src : c.packet.dst);
      if (!found.source)
        return [{ kind: 'text', text: `${ip} is ${found.type.toUpperCase()}: it is not in table local` }];
      return [
        { kind: 'code', text: ip },
        { kind: 'text', text: ` is ${found.type.toUpperCase()}: it is in table local, dev ${found.device ?? '?'} ` },
        { kind: 'code', text: `${found.source.file}:${found.source.line}`, source: found.source },
      ];
    },
  };
}

export const match: MatchModule = {
  module: 'addrtype',
  compile(options) {
    const clauses: Clause[] = [];
    const limitIn = options.some((o) => o.name === '--limit-iface-in');
    const limitOut = options.some((o) => o.name === '--limit-iface-out');
    for (const o of options) {
      if (o.name.startsWith('--limit-iface-')) continue;
      const types = (o.values[0] ?? '').split(',');
      if ((o.name !== '--src-type' && o.name !== '--dst-type') || !types.every((t) => TYPES.has(t))) {
        return `${o.name} ${o.values.join(' ')} is not understood`;
      }
      clauses.push(typeClause(o, types, limitIn, limitOut));
    }
    return clauses.length > 0 ? clauses : [clause(() => true)];
  },
};
