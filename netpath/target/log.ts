// -j LOG: writes to the kernel log and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'LOG',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
