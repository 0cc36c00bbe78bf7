// Worlds: every choice that the dumps leave open is put to a World, which answers it from its script. Running the same straight-line
// simulation once per script enumerates all outcomes, each with what it assumes and how likely it is.
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Assumption } from '../trace.ts';

export interface Choice {
  /** What is taken to be so if this is chosen; null when choosing it assumes nothing worth saying. */
  readonly assumed: string | null;
  /** 0–1, or null when the dumps give no number. */
  readonly probability: number | null;
}

export interface Question {
  readonly source: SourceRef | null;
  /** Why the choice is open and what would settle it. */
  readonly why: string;
  readonly choices: readonly Choice[];
}

export class World {
  readonly assumptions: Assumption[] = [];
  /** Product of the known probabilities; null as soon as one is unknown. */
  probability: number | null = 1;
  readonly #script: readonly number[];
  readonly taken: { choice: number; count: number }[] = [];

  constructor(script: readonly number[]) {
    this.#script = script;
  }

  /** Index of the choice that this world takes. */
  decide(question: Question): number {
    const choice = this.#script[this.taken.length] ?? 0;
    this.taken.push({ choice, count: question.choices.length });
    const c = question.choices[choice];
    if (c) {
      this.probability = c.probability === null || this.probability === null ? null : this.probability * c.probability;
      if (c.assumed !== null) this.assumptions.push({ source: question.source, assumed: c.assumed, why: question.why });
    }
    return choice;
  }
}

export interface Exploration<T> {
  readonly results: T[];
  /** True when there were more worlds than the bound. */
  readonly truncated: boolean;
}

/** Runs `run` once per world, depth first, at most `limit` times. */
export function exploreWorlds<T>(run: (world: World) => T, limit: number): Exploration<T> {
  const results: T[] = [];
  let script: number[] = [];
  for (;;) {
    const world = new World(script);
    results.push(run(world));
    const taken = world.taken;
    let i = taken.length - 1;
    while (i >= 0) {
      const t = taken[i];
      if (t && t.choice + 1 < t.count) break;
      i--;
    }
    if (i < 0) return { results, truncated: false };
    if (results.length >= limit) return { results, truncated: true };
    script = taken.slice(0, i + 1).map((t) => t.choice);
    script[i] = (script[i] ?? 0) + 1;
  }
}
