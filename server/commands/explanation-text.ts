// An explanation for a person at a terminal: the answer first, then each sentence with the lines it stands on, the steps that
// mattered, why not the other one, and what would change it.
import type { Explanation, OnwardWay, Outcome, Step } from '../../api/explanation.ts';
import type { Finding, Sentence, SourceRefDto } from '../../api/pieces.ts';
import { type Paint, printable } from './style.ts';

const place = (ref: SourceRefDto): string => `${ref.file}:${ref.line}`;

function unique(refs: readonly SourceRefDto[]): SourceRefDto[] {
  return [...new Map(refs.map((ref) => [place(ref), ref])).values()];
}

const longestSource = 160;

function sourceLine(ref: SourceRefDto, mark: string, paint: Paint): string {
  const text = ref.text.trim();
  const shown = text.length > longestSource ? `${text.slice(0, longestSource)}…` : text;
  return paint('dim', `    ${mark}${place(ref)}  ${printable(shown)}`);
}

/** Sentences name their lines in full; here they get numbers, so that long paths do not bury the words. */
class Footnotes {
  private readonly numbers = new Map<string, number>();
  private readonly paint: Paint;

  constructor(paint: Paint) {
    this.paint = paint;
  }

  private numberOf(ref: SourceRefDto): number {
    const key = `${place(ref)} ${ref.text}`;
    const known = this.numbers.get(key) ?? this.numbers.size + 1;
    this.numbers.set(key, known);
    return known;
  }

  lines(sentence: Sentence, style: (text: string) => string): string[] {
    const sources = [...new Map(sentence.sources.map((ref) => [this.numberOf(ref), ref]))];
    // Longest names first: `x:1` is the beginning of `x:10`.
    const byLength = [...sources].sort(([, x], [, y]) => place(y).length - place(x).length);
    const text = byLength.reduce(
      (words, [n, ref]) => words.replaceAll(`(${place(ref)})`, `[${n}]`).replaceAll(place(ref), `[${n}]`),
      sentence.text,
    );
    return [style(printable(text)), ...sources.map(([n, ref]) => sourceLine(ref, `[${n}] `, this.paint))];
  }
}

function stepLine(step: Step, paint: Paint): string {
  const where = [step.hook, step.table, step.chain].filter((part) => part !== null && part !== '').join(' ');
  const verdict = step.verdict === null ? '' : ` → ${step.verdict}`;
  const source = step.source === null ? '' : paint('dim', `  ${place(step.source)}`);
  return `  ${paint('cyan', where === '' ? step.kind : where)}  ${printable(step.rule ?? step.summary)}${verdict}${source}`;
}

function outcomeLines(outcome: Outcome, number: number, of: number, paint: Paint): string[] {
  const chance = outcome.probability === null ? '' : ` (probability ${outcome.probability.toFixed(3)})`;
  const head =
    of === 1
      ? []
      : [
          paint(
            'strong',
            `Outcome ${number} of ${of}${chance}: ${outcome.disposition.kind}, ${printable(outcome.disposition.reason)}`,
          ),
        ];
  const assumptions = outcome.assumptions.map((a) => `  assuming ${printable(a.assumed)}: ${printable(a.why)}`);
  const steps = outcome.steps.filter((s) => s.mattered).map((s) => stepLine(s, paint));
  return [...head, ...assumptions, ...steps];
}

export function findingLines(finding: Finding, paint: Paint): string[] {
  const style = finding.severity === 'error' ? 'red' : finding.severity === 'warning' ? 'amber' : 'dim';
  const evidence = unique(finding.evidence).map((ref) =>
    paint('dim', `    ${place(ref)}  ${printable(ref.text.trim())}`),
  );
  return [
    `${paint(style, `${finding.severity}, ${finding.confidence}`)}: ${paint('strong', printable(finding.title))}`,
    `  ${printable(finding.summary)}`,
    ...evidence,
    ...(finding.remedy === '' ? [] : [`  remedy: ${printable(finding.remedy)}`]),
  ];
}

/** The answers' ways back: outcomes that say the same share a line. */
function wayBackLines(outcomes: readonly Outcome[], paint: Paint): string[] {
  const replies = outcomes.flatMap(({ reply }) => (reply === null ? [] : [reply]));
  return [...new Map(replies.map((r) => [r.reason, r])).values()].map(
    (r) => `  ${r.verdict === 'breaks' ? paint('red', printable(r.reason)) : printable(r.reason)}`,
  );
}

/** Further nodes of the path, each with its answer; outcomes that go on in the same way share the lines. */
function onwardLines(outcomes: readonly Outcome[], notes: Footnotes, paint: Paint): string[] {
  const seen = new Set<string>();
  return outcomes.flatMap(({ onward }) => {
    const key = JSON.stringify(onward);
    if (onward === null || seen.has(key)) return [];
    seen.add(key);
    const of = outcomes.length > 1 ? [`  From outcome ${outcomes.findIndex((o) => o.onward === onward) + 1}:`] : [];
    const others = onward.others.flatMap((way) => {
      // what it has in common with the first way stands there
      const from = Math.max(0, partsAt(way, onward));
      return wayLines({ ...way, legs: way.legs.slice(from) }, notes, paint);
    });
    const more = onward.leftOut === 0 ? [] : [`  ${onward.leftOut} more outcomes on other nodes were not followed.`];
    return [...of, ...wayLines(onward, notes, paint), ...others, ...more];
  });
}

function wayLines({ legs, stopped, answer }: OnwardWay, notes: Footnotes, paint: Paint): string[] {
  const lines = legs.flatMap((leg) => [
    `  ${printable(leg.how)}`,
    ...notes.lines(leg.headline, (text) => `  ${paint('strong', `On ${printable(leg.node)}${whichOf(leg)}: ${text}`)}`),
    ...leg.sentences.flatMap((s) => notes.lines(s, (text) => `    ${text}`)),
    ...leg.steps.filter((s) => s.mattered).map((s) => `  ${stepLine(s, paint)}`),
  ]);
  const several = legs.some(({ outcomes }) => outcomes > 1);
  const back = answer !== null && several ? [`  Its answer: ${printable(answer.reason)}`] : [];
  return [...lines, ...back, ...(stopped === null ? [] : [`  ${paint('red', printable(stopped))}`])];
}

/** `, outcome 2 of 3 (25 %)` where there are several. */
function whichOf({ outcome, outcomes, probability }: OnwardWay['legs'][number]): string {
  if (outcomes < 2) return '';
  const likely = probability === null ? '' : ` (${Math.round(probability * 1000) / 10} %)`;
  return `, outcome ${outcome} of ${outcomes}${likely}`;
}

/** The first leg in which a way differs from another. */
function partsAt(way: OnwardWay, main: OnwardWay): number {
  return way.legs.findIndex((leg, i) => leg.outcome !== main.legs[i]?.outcome || leg.node !== main.legs[i]?.node);
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('strong', title), ...lines];
}

export function explanationText(explanation: Explanation, paint: Paint): string {
  const { headline, sentences, outcomes, whyNot, whatIf, findings, issues } = explanation;
  const notes = new Footnotes(paint);
  const indented = (text: string) => `  ${text}`;
  const lines = [
    ...notes.lines(headline, (text) => paint('strong', text)),
    ...sentences.flatMap((s) => notes.lines(s, indented)),
    ...(explanation.captured === undefined ? [] : ['', `  ${printable(explanation.captured.text)}`]),
    ...(explanation.snapshot === undefined ? [] : ['', `  ${printable(explanation.snapshot.text)}`]),
    ...section('On other nodes', onwardLines(outcomes, notes, paint), paint),
    ...section('The way back', wayBackLines(outcomes, paint), paint),
    ...section(
      `Steps that mattered, for ${printable(explanation.packet.spec)}`,
      outcomes.flatMap((o, i) => outcomeLines(o, i + 1, outcomes.length, paint)),
      paint,
    ),
    ...(whyNot === null
      ? []
      : section(
          `Why not ${printable(whyNot.candidate)}`,
          whyNot.sentences.flatMap((s) => notes.lines(s, indented)),
          paint,
        )),
    ...section(
      'What if',
      whatIf.map(
        (w) =>
          `  ${printable(w.label)}: ${printable(w.before)} → ${w.changed ? paint('green', printable(w.after)) : 'the same'}`,
      ),
      paint,
    ),
    ...section(
      'Findings',
      findings.flatMap((f) => findingLines(f, paint)),
      paint,
    ),
    ...section(
      'Not known',
      issues.map((i) => `  ${printable(i)}`),
      paint,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
