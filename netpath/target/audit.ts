// -j AUDIT: writes an audit record and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'AUDIT',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
