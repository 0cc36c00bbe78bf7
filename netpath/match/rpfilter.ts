// -m rpfilter: would a reply to the source leave by the device the packet came in on?
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'rpfilter',
  compile(options) {
    const has = (name: string) => options.some((o) => o.name === name);
    const known = new Set(['--loose', '--validmark', '--accept-local', '--invert']);
    const other = options.find((o) => !known.has(o.name));
    if (other) return `${other.name} is not understood`;
    const c: Clause = clause((x) => {
      const p = x.packet;
      const answer = x.node.fib.lookup({
        dst: p.src,
        src: p.dst,
        mark: has('--validmark') ? p.mark : 0,
        iif: null,
        oif: null,
        protocol: p.protocol,
        sport: null,
        dport: null,
      });
      if (answer.kind === 'unknown') return unknown(answer.why, answer.settle);
      const r = answer.kind === 'route' ? answer.result : null;
      const ok =
        r !== null &&
        (r.type === 'unicast' || (r.type === 'local' && has('--accept-local'))) &&
        (has('--loose') || r.device === p.inIf || r.nexthops.some((h) => h.device === p.inIf));
      return ok !== has('--invert');
    });
    return [c];
  },
};
