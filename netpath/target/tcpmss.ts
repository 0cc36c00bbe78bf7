// -j TCPMSS: changes the MSS option of a SYN, which no rule here asks for, and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'TCPMSS',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
