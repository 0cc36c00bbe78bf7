// -m hashlimit: token buckets per flow, in /proc/net/ipt_hashlimit: unknown.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'hashlimit',
  compile: () => [
    clause(() => unknown('whether the hash limit still has a token for this packet', '/proc/net/ipt_hashlimit')),
  ],
};
