// numgen: a random or counting number. Where the count stands is in no dump, so every number is a world of its own.
import type { ExprModule } from '../kernel/nft-value.ts';

export const expr: ExprModule = {
  kind: 'numgen',
  evaluate(e, c) {
    if (e.kind !== 'numgen') return null;
    const choices = Array.from({ length: Math.max(1, Math.min(e.mod, 256)) }, (_, i) => ({
      assumed: `numgen gives ${i + e.offset}`,
      probability: e.mode === 'random' ? 1 / e.mod : null,
    }));
    const i = c.world.decide({
      source: null,
      why: 'The kernel picks at random; a capture or a conntrack entry of the flow tells which.',
      choices,
    });
    return { type: 'number', value: i + e.offset };
  },
};
