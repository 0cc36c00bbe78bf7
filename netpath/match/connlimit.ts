// -m connlimit: counts connections per source: unknown from dumps.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'connlimit',
  compile: () => [clause(() => unknown('how many connections the source has', 'conntrack -L'))],
};
