// -j DSCP: sets the six upper bits of the TOS byte.
import type { TargetModule } from '../kernel/clause.ts';
import { integer } from '../kernel/option-values.ts';

export const target: TargetModule = {
  target: 'DSCP',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (o?.name !== '--set-dscp' || n === null) return `${o?.name ?? 'no option'} is not understood`;
    return (c) => {
      c.packet.tos = (c.packet.tos & 3) | (n << 2);
      return { kind: 'continue', summary: `dscp ${n}` };
    };
  },
};
