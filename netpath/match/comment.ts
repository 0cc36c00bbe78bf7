// -m comment: always true.
import type { MatchModule } from '../kernel/clause.ts';

export const match: MatchModule = { module: 'comment', compile: () => [] };
