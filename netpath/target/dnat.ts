// -j DNAT: a new destination for the connection; ends the chain with ACCEPT. A range is one choice a connection.
import type { TargetModule } from '../kernel/clause.ts';
import { natChoices } from '../kernel/nat-address.ts';

export const target: TargetModule = {
  target: 'DNAT',
  compile(options) {
    const to = options.find((o) => o.name === '--to-destination')?.values[0];
    const choices = to === undefined ? null : natChoices(to, false);
    if (!choices) return `--to-destination ${to ?? ''} is not understood`;
    return () => ({
      kind: 'dnat',
      choices: choices.map((address) => ({ address })),
      summary: `destination → ${to ?? ''}`,
    });
  },
};
