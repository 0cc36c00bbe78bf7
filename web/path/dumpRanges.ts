// Which lines of a dump to show: around the chosen line and the deciding ones, the rest folded. A dump has up to 170,000
// lines; only what is shown is fetched.
import type { Explanation, Owner, SourceRefDto } from '../../api/schemas.ts';
import type { DumpRange } from '../sources/queries.ts';

const context = 2;
const around = { before: 6, after: 10 };
const mostMarks = 24;
/** A fold of fewer lines than this would save nothing. */
const smallestFold = 4;

export function mergeRanges(ranges: readonly DumpRange[]): DumpRange[] {
  const merged: DumpRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && range.from - last.to <= smallestFold) last.to = Math.max(last.to, range.to);
    else merged.push({ ...range });
  }
  return merged;
}

export function dumpRanges(chosen: number, marks: readonly number[], opened: readonly DumpRange[]): DumpRange[] {
  const nearest = [...marks].sort((a, b) => Math.abs(a - chosen) - Math.abs(b - chosen)).slice(0, mostMarks);
  const span = (line: number, before: number, after: number) => ({
    from: Math.max(1, line - before),
    to: line + after,
  });
  return mergeRanges([
    span(chosen, around.before, around.after),
    ...nearest.map((line) => span(line, context, context)),
    ...opened.map(({ from, to }) => ({ from: Math.max(1, from), to })),
  ]);
}

/** The lines of one file that decided, with the colour of who wrote them. */
export function decidingLines(
  explanation: Explanation | null,
  outcome: number,
  file: string,
): Map<number, Owner | null> {
  const marks = new Map<number, Owner | null>();
  const mark = (source: SourceRefDto | null, owner: Owner | null) => {
    if (source?.file === file && (marks.get(source.line) ?? null) === null) marks.set(source.line, owner);
  };
  for (const step of explanation?.outcomes[outcome]?.steps ?? []) {
    if (!step.mattered) continue;
    mark(step.source, step.owner);
    for (const { source } of step.why) mark(source ?? null, null);
  }
  for (const { sources, fragments } of explanation?.sentences ?? []) {
    for (const { source, owner } of fragments) mark(source ?? null, owner ?? null);
    for (const source of sources) mark(source, null);
  }
  return marks;
}

/** The line to open first: the rewrite that decided, else the first source named. */
export function firstPlace(explanation: Explanation, outcome: number): SourceRefDto | null {
  const steps =
    explanation.outcomes[outcome]?.steps.filter(({ mattered, source }) => mattered && source !== null) ?? [];
  const rewrite = steps.find(
    ({ kind, verdict }) => kind === 'rewrite' || /^(DNAT|REDIRECT|DROP|REJECT)/.test(verdict ?? ''),
  );
  return (
    rewrite?.source ??
    explanation.headline.sources[0] ??
    steps[0]?.source ??
    explanation.sentences[0]?.sources[0] ??
    null
  );
}
