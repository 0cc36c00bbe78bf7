// Columns of I/O statistics that calculate with a field's values, as tshark's `-z io,stat,INTERVAL,"SUM(frame.len)frame.len"`.
// Surprise: tshark only looks at fields that the column's filter names and shows 0 for others; here they are looked at anyway.
import { numberColumn } from '../filter/columns.ts';
import { type FilterField, fieldNamed, nearestField } from '../filter/fields.ts';
import { OWN } from '../filter/own-fields.ts';
import { nodesOf, valuesOf } from '../filter/tree-values.ts';
import { treeOf } from '../index/row-view.ts';
import { SEGMENT_MASK } from '../index/segment.ts';
import { HAS_INNER, HAS_ISSUE } from '../wire/facts.ts';
import type { CountedPacket } from './counted.ts';
import { MAX_INTERVALS } from './io-series.ts';

const OPERATIONS = ['COUNT', 'SUM', 'MIN', 'MAX', 'AVG'] as const;
type Operation = (typeof OPERATIONS)[number];

export interface Calculation {
  readonly operation: Operation;
  readonly field: FilterField;
}

/** A column as it was written: with `calculation` null it counts frames and bytes. */
export type IoColumn =
  | { readonly ok: true; readonly calculation: Calculation | null; readonly filter: string }
  | { readonly ok: false; readonly message: string };

const refuse = (message: string): IoColumn => ({ ok: false, message });

/** Reads `FILTER` or `OPERATION(field)FILTER`; operations are in capitals, as tshark wants them. */
export function readIoColumn(text: string): IoColumn {
  const [, word = '', inside = '', filter = ''] = /^\s*([A-Z]+)\(([^()]*)\)(.*)$/s.exec(text) ?? [];
  if (word === '') return { ok: true, calculation: null, filter: text };
  const operation = OPERATIONS.find((known) => known === word);
  if (operation === undefined) return refuse(`${word}() is not calculated; one of: ${OPERATIONS.join(', ')}`);
  const name = inside.trim();
  if (name === '') return refuse(`${word}() needs a field, as in ${word}(frame.len)`);
  const field = fieldNamed(name);
  if (field === null) {
    const near = nearestField(name);
    return refuse(`there is no field ${JSON.stringify(name)}${near === null ? '' : `; did you mean ${near}?`}`);
  }
  if (field.owner === OWN) return refuse(`${name} is a field of our own and cannot be calculated with`);
  if (operation !== 'COUNT' && !['number', 'time', 'float'].includes(field.type.of))
    return refuse(`${name} has no numbers as values; COUNT(${name}) counts them`);
  return { ok: true, calculation: { operation, field }, filter };
}

/** Calculates in intervals as `IoCounter` counts in them. Times are seconds. */
export class IoCalculator {
  private readonly intervalNs: number;
  private readonly calculation: Calculation;
  private readonly counts: number[] = [];
  private readonly results: number[] = [];

  constructor(intervalNs: number, calculation: Calculation) {
    this.intervalNs = intervalNs;
    this.calculation = calculation;
  }

  take(packet: CountedPacket): void {
    const place = Math.max(0, Math.floor(packet.ns / this.intervalNs));
    if (place >= MAX_INTERVALS) return;
    const { operation } = this.calculation;
    for (const value of this.numbersOf(packet)) {
      const count = this.counts[place] ?? 0;
      const before = this.results[place] ?? 0;
      this.counts[place] = count + 1;
      if (operation === 'MIN') this.results[place] = count === 0 ? value : Math.min(before, value);
      else if (operation === 'MAX') this.results[place] = count === 0 ? value : Math.max(before, value);
      else this.results[place] = before + value;
    }
  }

  /** One number an interval, 0 where the field is not there; averages of whole numbers are whole, of times whole nanoseconds, as tshark's. */
  result(intervals: number): readonly number[] {
    const { operation, field } = this.calculation;
    const scale = field.type.of === 'time' ? 1e9 : 1;
    return Array.from({ length: Math.min(intervals, MAX_INTERVALS) }, (_, i) => {
      const count = this.counts[i] ?? 0;
      const result = this.results[i] ?? 0;
      if (operation === 'COUNT' || count === 0) return count;
      if (operation !== 'AVG') return result / scale;
      return field.type.of === 'float' ? result / count : Math.trunc(result / count) / scale;
    });
  }

  /** The field's values; times in nanoseconds, exact up to 104 days. */
  private numbersOf({ index, row, frame }: CountedPacket): readonly number[] {
    const { operation, field } = this.calculation;
    const segment = index.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const layers = segment.layers[at] ?? 0;
    const column = numberColumn(field.name);
    if (column !== null && (layers & (HAS_INNER | HAS_ISSUE)) === 0) {
      if ((layers & column.needs) !== column.needs) return [];
      const first = column.first(segment, at, row, index);
      return column.second === null ? [first] : [first, column.second(segment, at)];
    }
    const tree = treeOf(index, row, frame());
    if (operation === 'COUNT') return nodesOf(tree, field, null).map(() => 1);
    return valuesOf(tree, field, null).flatMap((value) =>
      typeof value === 'number' || typeof value === 'bigint' ? [Number(value)] : [],
    );
  }
}
