// -m statistic: a random or every-nth choice. Its counter is in no dump, so both ways are followed, each with its probability.
import type { MatchModule, RandomClause } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'statistic',
  compile(options) {
    const value = (name: string) => options.find((o) => o.name === name)?.values[0];
    const negated = options.some((o) => o.negated);
    const mode = value('--mode');
    let probability: number;
    if (mode === 'random') probability = Number(value('--probability') ?? 'NaN');
    else if (mode === 'nth') probability = 1 / Number(value('--every') ?? 'NaN');
    else return `--mode ${mode ?? ''} is not understood`;
    if (!(probability >= 0 && probability <= 1)) return 'the probability is not a number from 0 to 1';
    const clause: RandomClause = {
      probability: negated ? 1 - probability : probability,
      evaluate: () => unknown('which way the random choice falls', 'a capture or a conntrack entry of the flow'),
      explain: () => [],
    };
    return [clause];
  },
};
