// jhash and symhash: a number that depends on the packet by a seed which is printed rarely. Every number is a world of its own.
import type { ExprModule } from '../kernel/nft-value.ts';

export const expr: ExprModule = {
  kind: 'hash',
  evaluate(e, c) {
    if (e.kind !== 'hash') return null;
    const i = c.world.decide({
      source: null,
      why: `Which number ${e.name} gives is not computed here; a capture or a conntrack entry of the flow tells.`,
      choices: Array.from({ length: Math.max(1, Math.min(e.mod, 256)) }, (_, k) => ({
        assumed: `${e.name} gives ${k}`,
        probability: null,
      })),
    });
    return { type: 'number', value: i };
  },
};
