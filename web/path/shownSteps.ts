// The steps of a trace as a person reads them: what mattered, a rule and the rewrite it made as one.
import type { Step } from '../../api/explanation.ts';

const samePlace = (a: Step, b: Step) =>
  a.source !== null && b.source !== null && a.source.file === b.source.file && a.source.line === b.source.line;

export function shownSteps(steps: readonly Step[], all: boolean): Step[] {
  if (all) return [...steps];
  const shown: Step[] = [];
  for (const step of steps) {
    const before = shown.at(-1);
    const tells = step.kind === 'rewrite' && step.rule === null && before !== undefined && before.rule !== null;
    if (!step.mattered) continue;
    if (tells && samePlace(before, step)) {
      shown.splice(-1, 1, { ...before, summary: step.summary, why: [...before.why, ...step.why] });
    } else shown.push(step);
  }
  return shown;
}
