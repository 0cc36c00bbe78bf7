// Which lines of a dump to show: around the chosen line and the deciding ones, the rest folded. A dump has up to 170,000
// lines; only what is shown is fetched.
import type { Explanation } from '../../api/explanation.ts';
import type { Owner, SourceRefDto } from '../../api/pieces.ts';
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

/** A line that a claim was read from: who wrote it, and the part of it that was read. */
export interface Mark {
  owner: Owner | null;
  texts: string[];
}

export function marksOf(
  file: string,
  claims: Iterable<[SourceRefDto | null | undefined, Owner | null]>,
): Map<number, Mark> {
  const marks = new Map<number, Mark>();
  for (const [source, owner] of claims) {
    if (source?.file !== file) continue;
    const mark = marks.get(source.line) ?? { owner: null, texts: [] };
    marks.set(source.line, { owner: mark.owner ?? owner, texts: [...mark.texts, source.text] });
  }
  return marks;
}

type Claim = [SourceRefDto | null | undefined, Owner | null];

/** Every claim of the explanation, those of the rules first: they know the owner. */
export function claimsOf(explanation: Explanation, outcome: number): Claim[] {
  const steps = (explanation.outcomes[outcome]?.steps ?? []).filter(({ mattered }) => mattered);
  return [
    ...steps.map(({ source, owner }): Claim => [source, owner]),
    ...steps.flatMap(({ why }) => why.map(({ source }): Claim => [source, null])),
    ...explanation.sentences.flatMap(({ fragments }) =>
      fragments.map(({ source, owner }): Claim => [source, owner ?? null]),
    ),
    ...explanation.sentences.flatMap(({ sources }) => sources.map((source): Claim => [source, null])),
  ];
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
