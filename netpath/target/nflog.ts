// -j NFLOG: hands a copy to user space and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'NFLOG',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
