// -m quota: a byte quota whose rest is in no dump.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'quota',
  compile: () => [clause(() => unknown('whether the quota is used up', 'the counters of the rule'))],
};
