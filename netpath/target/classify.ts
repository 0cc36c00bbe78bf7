// -j CLASSIFY: sets the traffic class and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'CLASSIFY',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
