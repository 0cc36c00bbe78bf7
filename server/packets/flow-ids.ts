// Flow ids of a case: each capture numbers its own flows from 0; a case hands out one number for all, in the order they were
// first asked for. An id keeps its meaning while captures grow.
// Surprise: held as runs of numbers, as a capture may have a million flows and they are handed out together.
import type { Capture } from './capture.ts';

export interface FlowPlace {
  readonly capture: Capture;
  readonly captureNumber: number;
  readonly local: number;
}

/** `count` ids from `id` on are the flows `local` … of a capture. */
interface Run {
  readonly capture: Capture;
  readonly captureNumber: number;
  readonly id: number;
  readonly local: number;
  count: number;
}

/** The last run that begins at or before `value`; runs ascend. */
function runAt(runs: readonly Run[], value: number, of: 'id' | 'local'): Run | null {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const run = runs[middle];
    if (run !== undefined && run[of] <= value) low = middle + 1;
    else high = middle;
  }
  const run = runs[low - 1];
  return run !== undefined && value < run[of] + run.count ? run : null;
}

export class FlowIds {
  private runs: Run[] = [];
  private ofCapture = new Map<Capture, Run[]>();

  idOf(capture: Capture, captureNumber: number, local: number): number {
    let mine = this.ofCapture.get(capture);
    if (mine === undefined) {
      mine = [];
      this.ofCapture.set(capture, mine);
    }
    const last = mine.at(-1);
    const known = last === undefined ? 0 : last.local + last.count;
    if (local >= known) {
      const more = local + 1 - known;
      const end = this.runs.at(-1);
      if (end !== undefined && end === last) end.count += more;
      else {
        const run = {
          capture,
          captureNumber,
          id: end === undefined ? 0 : end.id + end.count,
          local: known,
          count: more,
        };
        this.runs.push(run);
        mine.push(run);
      }
    }
    const run = runAt(mine, local, 'local');
    return run === null ? 0 : run.id + local - run.local;
  }

  placeOf(id: number): FlowPlace | null {
    if (!Number.isInteger(id)) return null;
    const run = runAt(this.runs, id, 'id');
    if (run === null) return null;
    return { capture: run.capture, captureNumber: run.captureNumber, local: run.local + id - run.id };
  }

  forget(): void {
    this.runs = [];
    this.ofCapture = new Map();
  }
}
