// -j SNAT: a new source for the connection; ends the chain with ACCEPT.
import type { TargetModule } from '../kernel/clause.ts';
import { natChoices } from '../kernel/nat-address.ts';

export const target: TargetModule = {
  target: 'SNAT',
  compile(options) {
    const to = options.find((o) => o.name === '--to-source')?.values[0];
    const random = options.some((o) => o.name === '--random' || o.name === '--random-fully');
    const choices = to === undefined ? null : natChoices(to, random);
    const address = choices?.[0];
    if (!choices || !address) return `--to-source ${to ?? ''} is not understood`;
    if (choices.length > 1)
      return () => ({ kind: 'unknown', why: `which address of ${to ?? ''} is taken`, settle: 'conntrack -L' });
    return () => ({ kind: 'snat', address, summary: `source → ${to ?? ''}` });
  },
};
