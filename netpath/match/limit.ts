// -m limit: a token bucket whose level is in no dump: whether this packet still passes is unknown.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'limit',
  compile: () => [
    clause(() =>
      unknown('whether the rate limit still has a token for this packet', 'the counters of the rule before and after'),
    ),
  ],
};
