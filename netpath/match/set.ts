// -m set --match-set NAME flags: membership in an ipset, src or dst per dimension.
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import type { Clause, Context, MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';
import type { Fragment } from '../trace.ts';
import { type Tri, unknown } from '../tri.ts';

function setClause(o: RuleOption, name: string, flags: ('src' | 'dst')[]): Clause {
  return {
    evaluate(c: Context): Tri {
      if (!c.node.sets) return unknown(`whether the packet is in ipset ${name}`, 'ipset save');
      const r = c.node.sets.test(name, flags, c.packet);
      return r.kind === 'unknown' ? unknown(r.why, 'ipset save') : signed(o, r.member);
    },
    explain(c: Context): Fragment[] {
      const r = c.node.sets?.test(name, flags, c.packet);
      if (r?.kind !== 'answer' || !r.source) return [{ kind: 'text', text: `not in set ${name}` }];
      return [
        { kind: 'code', text: r.source.text.replace(/^add \S+ /, '') },
        { kind: 'text', text: ` is in set ${name} ` },
        { kind: 'code', text: `${r.source.file}:${r.source.line}`, source: r.source },
      ];
    },
  };
}

export const match: MatchModule = {
  module: 'set',
  compile(options) {
    const o = options.find((x) => x.name === '--match-set');
    const [name, flagText] = o?.values ?? [];
    if (!o || name === undefined || flagText === undefined) return '--match-set NAME FLAGS expected';
    const flags: ('src' | 'dst')[] = [];
    for (const f of flagText.split(',')) {
      if (f !== 'src' && f !== 'dst') return `set flag "${f}" is not understood`;
      flags.push(f);
    }
    const other = options.find(
      (x) =>
        x !== o && x.name !== '--return-nomatch' && x.name !== '--update-counters' && x.name !== '--update-subcounters',
    );
    if (other || options.some((x) => x.name === '--return-nomatch'))
      return `${other?.name ?? '--return-nomatch'} is not simulated`;
    return [setClause(o, name, flags)];
  },
};
