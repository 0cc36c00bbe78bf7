// Statistics as questions ask for them: the last pass is kept and goes on where it stopped.
// Surprise: a pass is known by its scan, so that a filter that is tested anew is counted anew.
import type { IoStatistics, Statistics } from '../../api/statistics.ts';
import { readIoColumn } from '../../parsers/statistics/io-calculation.ts';
import { MAX_INTERVALS } from '../../parsers/statistics/io-series.ts';
import { Refusal } from '../refusal.ts';
import type { Clock } from '../system/system.ts';
import type { Filtered } from './filtered.ts';
import type { MergedList } from './merged-list.ts';
import { inSlices, type KeepOn } from './slices.ts';
import { durationOf, everyPacket, firstTimeOf, IoPass, type Part, StatisticsPass } from './statistics.ts';

/** Tests what a filter has not tested; null is the empty filter. */
type Advance = (scan: Filtered | null, keepOn: KeepOn) => boolean;

export class Counting {
  private readonly clock: Clock;
  private readonly list: MergedList;
  private readonly advance: Advance;
  private last: {
    readonly scan: Filtered | null;
    readonly parts: readonly Part[];
    readonly pass: StatisticsPass;
  } | null = null;

  constructor(clock: Clock, list: MergedList, advance: Advance) {
    this.clock = clock;
    this.list = list;
    this.advance = advance;
  }

  /** `isComplete`: no packets will follow. */
  async statistics(
    filter: string,
    scan: Filtered | null,
    budgetMs: number,
    most: number,
    isComplete: boolean,
    parts: readonly Part[],
  ): Promise<Statistics> {
    if (this.last === null || this.last.scan !== scan || this.last.parts !== parts)
      this.last = { scan, parts, pass: new StatisticsPass(this.list, scan ?? everyPacket(this.list), parts) };
    const { pass } = this.last;
    const step = (keepOn: KeepOn): boolean => {
      const isTested = this.advance(scan, keepOn);
      return pass.advance(keepOn) && isTested;
    };
    const settled = await inSlices(this.clock, step, budgetMs);
    return pass.result(filter, settled && isComplete, most);
  }

  async io(
    columns: readonly string[],
    scanOf: (filter: string) => Filtered | null,
    intervalNs: number,
    budgetMs: number,
  ): Promise<IoStatistics> {
    const read = columns.map((column) => {
      const found = readIoColumn(column);
      if (!found.ok) throw new Refusal(400, 'bad-column', `${JSON.stringify(column)}: ${found.message}`);
      return { calculation: found.calculation, scan: scanOf(found.filter) };
    });
    await inSlices(this.clock, (keepOn) => this.list.advance(keepOn), budgetMs);
    const needed = durationOf(this.list) / intervalNs;
    if (needed >= MAX_INTERVALS)
      throw new Refusal(
        400,
        'bad-interval',
        `this interval would make ${Math.ceil(needed)} of them; at most ${MAX_INTERVALS} are counted, so make it longer`,
      );
    const passes = read.map(
      ({ scan, calculation }) => new IoPass(this.list, scan ?? everyPacket(this.list), intervalNs, calculation),
    );
    const step = (keepOn: KeepOn): boolean =>
      read.every(({ scan }, i) => this.advance(scan, keepOn) && passes[i]?.advance(keepOn) !== false);
    await inSlices(this.clock, step, budgetMs);
    const durationNs = durationOf(this.list);
    const fromNs = firstTimeOf(this.list).toString();
    const series = passes.map((pass, i) => pass.result(columns[i] ?? '', durationNs));
    return { intervalNs, durationNs, fromNs, series };
  }
}
