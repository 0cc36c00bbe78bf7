// The brush of the timeline as a clause of the display filter, and back: the filter stays the only truth.

export interface TimeRange {
  /** Seconds since the first packet of the case. */
  from: number;
  to: number;
}

const clause = /\(?frame\.time_relative >= (\d+(?:\.\d+)?) && frame\.time_relative <= (\d+(?:\.\d+)?)\)?/;

export function timeRangeOf(filter: string): TimeRange | null {
  const [, from, to] = clause.exec(filter) ?? [];
  return from === undefined || to === undefined ? null : { from: Number(from), to: Number(to) };
}

export function withoutTimeRange(filter: string): string {
  const rest = filter
    .replace(clause, '')
    .trim()
    .replace(/^&&|&&$/g, '')
    .trim();
  const inner = /^\((.*)\)$/.exec(rest)?.[1];
  return inner !== undefined && filter !== rest && !/[()]/.test(inner) ? inner : rest;
}

export function withTimeRange(filter: string, range: TimeRange | null): string {
  const rest = withoutTimeRange(filter);
  if (range === null) return rest;
  const digits = range.to - range.from < 0.01 ? 6 : 4;
  const text = `frame.time_relative >= ${range.from.toFixed(digits)} && frame.time_relative <= ${range.to.toFixed(digits)}`;
  if (rest === '') return text;
  return `${/\|\||\bor\b/.test(rest) ? `(${rest})` : rest} && ${text}`;
}
