// -j TRACE: switches the kernel's rule trace on for the packet and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'TRACE',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
