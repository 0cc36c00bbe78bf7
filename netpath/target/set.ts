// -j SET: adds to or deletes from an ipset and goes on; the set of the dump is not changed.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'SET',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
