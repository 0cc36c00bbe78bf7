// Long computations in slices, so that one user's filter over millions of packets does not hold up everybody else.
import type { Clock } from '../system/system.ts';

const sliceMs = 12;

/** True lets the event loop run; the step goes on afterwards. */
export type KeepOn = () => boolean;

/**
 * Runs `step` slice after slice until it says it is done, or until `budgetMs` are over. Returns whether it is done.
 */
export async function inSlices(clock: Clock, step: (keepOn: KeepOn) => boolean, budgetMs: number): Promise<boolean> {
  const started = clock.monotonicMs();
  for (;;) {
    const sliceStarted = clock.monotonicMs();
    if (step(() => clock.monotonicMs() - sliceStarted < sliceMs)) return true;
    if (clock.monotonicMs() - started > budgetMs) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
