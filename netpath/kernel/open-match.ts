// Matches whose answer no dump and no packet spec holds: always unknown, with what would settle it. Their options change nothing of that.

import { unknown } from '../tri.ts';
import { clause, type MatchModule } from './clause.ts';

export function openMatch(module: string, what: string, settle: string): MatchModule {
  return { module, compile: () => [clause(() => unknown(what, settle))] };
}
