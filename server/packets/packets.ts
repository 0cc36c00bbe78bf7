// The packets of a case (or of a command's arguments): captures merged, filtered and put into the words of the API.
import type { Joined } from '../../api/joined.ts';
import type { FlowList, FlowRow, PacketDetail, PacketRow, PacketRows, Timeline } from '../../api/schemas.ts';
import type { IoStatistics, Statistics } from '../../api/statistics.ts';
import { compileFilter } from '../../parsers/filter/compile-filter.ts';
import { describePacket, dissectPacket, type Flow } from '../../parsers/index/capture-index.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { Refusal } from '../refusal.ts';
import type { Clock } from '../system/system.ts';
import { busiestFlows } from './busiest-flows.ts';
import { type Capture, type Span, spanOf } from './capture.ts';
import { CaseLayers, commentLayer } from './case-layers.ts';
import { Counting } from './counting.ts';
import { Density } from './density.ts';
import { Filtered } from './filtered.ts';
import { FlowIds, type FlowPlace } from './flow-ids.ts';
import { flowRowOf } from './flow-row.ts';
import { Joining } from './joining.ts';
import { MergedList, type Position } from './merged-list.ts';
import { inSlices, type KeepOn } from './slices.ts';
import { EVERY_PART, everyPacket, type Part } from './statistics.ts';

/** Filters whose results are kept a case. */
const filtersKept = 8;
/** How long rows wait for what other points say of their packets. */
const joinMs = 100;
/** Packets that an export writes between two looks at other work. */
const portion = 500;

/** Compiles a display filter, or refuses with the place that is wrong. */
export function filterOf(text: string) {
  const compiled = compileFilter(text);
  if (compiled.ok) return compiled.test;
  throw new Refusal(400, 'bad-filter', compiled.message, compiled.position);
}

export class Packets {
  readonly list = new MergedList();
  private readonly clock: Clock;
  private readonly flowIds = new FlowIds();
  /** The same packets at other points. */
  readonly joining: Joining;
  /** Names and NAT of packets, from the case's dumps. */
  private readonly own = new CaseLayers((capture, id) => this.pointOf(capture, id));
  private readonly filters = new Map<string, Filtered>();
  private readonly counting: Counting;
  private captures: readonly Capture[] = [];
  private names = new Map<string, string>();
  private numbered = new Set<Capture>();

  constructor(clock: Clock) {
    this.clock = clock;
    this.counting = new Counting(clock, this.list, (scan, keepOn) => this.advance(scan, keepOn));
    this.joining = new Joining(clock, this.list, this.flowIds, (capture, id) => this.pointOf(capture, id));
  }

  setCaptures(captures: readonly Capture[]): void {
    if (!this.captures.every((c, i) => captures[i] === c)) {
      this.flowIds.forget();
      this.numbered = new Set();
    }
    this.captures = [...captures];
    this.list.setCaptures(captures);
    this.joining.setCaptures(this.captures);
  }

  /** The captures, in their order. */
  get all(): readonly Capture[] {
    return this.captures;
  }

  /** Comments were changed: filters are tested anew. */
  commentsChanged(): void {
    this.filters.clear();
  }

  /** Names are known now, or others than before: filters are tested anew. */
  setState(state: NodeState): void {
    if (!this.own.setState(state)) return;
    this.filters.clear();
  }

  /** Takes in what arrived since, for at most `budgetMs`. */
  catchUp(budgetMs: number): Promise<boolean> {
    return inSlices(this.clock, (keepOn) => this.list.advance(keepOn), budgetMs);
  }

  /** The name of a packet's point; captures of the same name in different folders are told apart by their folder. */
  pointOf(capture: Capture, interfaceId: number): string {
    const key = `${interfaceId} ${capture.path}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const name = capture.pointOfInterface(interfaceId);
    const folder = capture.path.split('/').at(-2);
    const others = this.captures.filter((c) => c !== capture && c.points().includes(name));
    const shared = folder !== undefined && others.some((c) => c.path.split('/').at(-2) !== folder);
    const shown = shared ? `${folder}/${name}` : name;
    // Before its header has arrived a growing capture is only known by its file.
    if (capture.index.ended || capture.index.interfaces[interfaceId] !== undefined) this.names.set(key, shown);
    return shown;
  }

  /** Every point, in the order of the captures. */
  points(): string[] {
    this.names = new Map();
    const all = this.captures.flatMap((c) => {
      const ids = c.index.interfaces.map((i) => i.id);
      return (ids.length === 0 ? [0] : ids).map((id) => this.pointOf(c, id));
    });
    return [...new Set(all)];
  }

  /** Times of the first and the last packet. */
  span(): Span | null {
    return spanOf(this.captures);
  }

  /** The scan of a filter, started or found; null for the empty filter. */
  private scanOf(filter: string): Filtered | null {
    const text = filter.trim();
    if (text === '') return null;
    const scan = this.filters.get(text) ?? new Filtered(this.list, filterOf(text), this.own);
    this.filters.delete(text);
    this.filters.set(text, scan);
    const oldest = this.filters.keys().next().value;
    if (this.filters.size > filtersKept && oldest !== undefined) this.filters.delete(oldest);
    return scan;
  }

  private advance(scan: Filtered | null, keepOn: KeepOn): boolean {
    const merged = this.list.advance(keepOn);
    return (scan === null || scan.advance(keepOn)) && merged;
  }

  /**
   * A window of the rows that pass `filter`. Waits until the window is full or everything is tested, but no longer than
   * `budgetMs`; `settled` says whether the totals are final for what has arrived. What other points know of the packets is waited for
   * no longer than `joinBudgetMs`; 0 where nobody asks for it.
   */
  async rows(
    filter: string,
    offset: number,
    count: number,
    budgetMs: number,
    joinBudgetMs = joinMs,
  ): Promise<{ page: PacketRows; settled: boolean }> {
    const scan = this.scanOf(filter);
    let settled = await inSlices(this.clock, (keepOn) => this.advance(scan, keepOn), budgetMs);
    const { generation, total } = this.list;
    await this.prepare(scan, offset, offset + count);
    // Another capture came meanwhile, and places mean other packets now: from here on nothing waits any more.
    if (this.list.generation !== generation || this.list.total < total)
      settled = await inSlices(this.clock, (keepOn) => this.advance(scan, keepOn), budgetMs);
    const placeAt = (i: number) => (scan === null ? i : scan.placeAt(i));
    const matchedNow = () => (scan === null ? this.list.total : scan.matched);
    const lastAsked = Math.min(matchedNow(), offset + count) - 1;
    if (joinBudgetMs > 0 && lastAsked >= offset) await this.joining.upTo(placeAt(lastAsked), joinBudgetMs);
    if (this.list.generation !== generation)
      await inSlices(this.clock, (keepOn) => this.advance(scan, keepOn), budgetMs);
    this.numberFlows();
    const matched = matchedNow();
    const end = Math.min(matched, offset + count);
    const rows: PacketRow[] = [];
    for (let i = offset; i < end; i++) rows.push(this.rowAt(placeAt(i)));
    const joined = end <= offset || this.joining.isKnown(placeAt(end - 1));
    return { page: { total: this.list.total, matched, offset, rows, joined }, settled };
  }

  /** Reads what the rows' conversations need before they are described, slice by slice. */
  private prepare(scan: Filtered | null, from: number, to: number): Promise<boolean> {
    const { generation, total } = this.list;
    let place = from;
    return inSlices(
      this.clock,
      (keepOn) => {
        for (; this.list.generation === generation && this.list.total >= total; place += 1) {
          if (place >= Math.min(to, scan === null ? this.list.total : scan.matched)) return true;
          const { capture, row } = this.list.at(scan === null ? place : scan.placeAt(place));
          if (!capture.index.prepareRow(row, keepOn) || !keepOn()) return false;
        }
        return true;
      },
      Number.POSITIVE_INFINITY,
    );
  }

  /** Goes on with a filter for one slice of time; true when everything has been tested. */
  continueFilter(filter: string): Promise<boolean> {
    const scan = this.scanOf(filter);
    return inSlices(this.clock, (keepOn) => this.advance(scan, keepOn), 0);
  }

  /**
   * Numbers the flows of complete captures in the order of the captures, so that an id means the same flow after a restart,
   * whatever was asked first.
   */
  private numberFlows(): void {
    for (const [captureNumber, capture] of this.captures.entries()) {
      if (!capture.index.ended) return;
      if (this.numbered.has(capture)) continue;
      this.numbered.add(capture);
      const last = capture.index.flowCount - 1;
      if (last >= 0) this.flowIds.idOf(capture, captureNumber, last);
    }
  }

  /** Places in the list of all packets that pass, in portions; waits until everything that arrived has been tested. */
  async *passing(filter: string): AsyncGenerator<number[]> {
    const scan = this.scanOf(filter);
    await inSlices(this.clock, (keepOn) => this.advance(scan, keepOn), Number.POSITIVE_INFINITY);
    this.numberFlows();
    const { generation } = this.list;
    const total = scan === null ? this.list.total : scan.matched;
    for (let from = 0; from < total; from += portion) {
      // Places mean other packets now: a file that ends here would look whole.
      if (this.list.generation !== generation)
        throw new Refusal(
          409,
          'changing',
          'another capture came while the packets were written; ask again when it is complete',
        );
      const count = Math.min(portion, total - from);
      yield Array.from({ length: count }, (_, i) => (scan === null ? from + i : scan.placeAt(from + i)));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private flowIdOf({ capture, captureNumber, row }: Position): number | null {
    const local = capture.index.flowOf(row);
    return local === null ? null : this.flowIds.idOf(capture, captureNumber, local);
  }

  rowAt(place: number): PacketRow {
    const at = this.list.at(place);
    const { capture, row } = at;
    const { index } = capture;
    const comments = capture.commentsOf(row);
    const { source, destination, protocol, info, color } = describePacket(index, row, capture.frame(row));
    return {
      no: place + 1,
      tsNs: index.timestampNs(row).toString(),
      source,
      destination,
      protocol,
      length: index.length(row),
      info,
      point: this.pointOf(capture, index.interfaceOf(row)),
      color,
      flow: this.flowIdOf(at),
      rewritten: this.joining.rewrittenAt(place),
      ...(comments.length === 0 ? {} : { comments: [...comments] }),
      ...capture.namesOf(source, destination),
    };
  }

  /** Capture, row and frame of a packet by its number. The frame is lent. */
  packetAt(no: number): Position & { frame: Uint8Array } {
    if (no < 1 || no > this.list.total) {
      throw new Refusal(404, 'no-packet', `there is no packet ${no}; the case has packets 1 to ${this.list.total}`);
    }
    const at = this.list.at(no - 1);
    return { ...at, frame: at.capture.frame(at.row) };
  }

  /** A packet, and what the other points say of it: waits a little for that. */
  async joinedDetail(no: number): Promise<PacketDetail> {
    this.packetAt(no);
    await this.joining.upTo(no - 1, joinMs);
    return this.detail(no);
  }

  detail(no: number): PacketDetail {
    this.numberFlows();
    const at = this.packetAt(no);
    const { index } = at.capture;
    const { layers: read, sources, issues } = dissectPacket(index, at.row, at.frame);
    const comments = at.capture.commentsOf(at.row);
    const layers = [...commentLayer(comments), ...read, ...this.own.shown(at.capture, at.row)];
    return {
      no,
      tsNs: index.timestampNs(at.row).toString(),
      caplen: index.caplen(at.row),
      length: index.length(at.row),
      point: this.pointOf(at.capture, index.interfaceOf(at.row)),
      layers,
      bytes: Buffer.from(at.frame).toString('base64'),
      assembled: sources.slice(1).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes).toString('base64') })),
      issues: issues.map((issue) => issue.message),
      comments: [...comments],
      flow: this.flowIdOf(at),
      ...this.joining.ofPacket(no - 1),
    };
  }

  /** What the points say together of everything that could be compared within `budgetMs`. */
  async joinedPoints(most: number, budgetMs: number): Promise<Joined> {
    await this.catchUp(budgetMs);
    this.numberFlows();
    return this.joining.report(most, budgetMs);
  }

  /** The flows, and which of them are one conversation, as far as that is known within `budgetMs`. */
  async joinedFlows(most: number, budgetMs: number): Promise<FlowList> {
    await this.joining.upTo(this.list.total, budgetMs);
    this.numberFlows();
    const { picked, total } = busiestFlows(this.captures, most);
    return { flows: this.rowsOfFlows(picked), total };
  }

  flows(): FlowRow[] {
    this.numberFlows();
    return this.rowsOfFlows(busiestFlows(this.captures, Number.POSITIVE_INFINITY).picked);
  }

  /** The flows that began first. */
  earliestFlows(most: number): FlowRow[] {
    this.numberFlows();
    // A capture numbers its flows as they begin.
    const first = this.captures.map(({ index }) =>
      Array.from({ length: Math.min(most, index.flowCount) }, (_, i) => i),
    );
    return this.rowsOfFlows(first)
      .sort((x, y) => x.firstPacket - y.firstPacket)
      .slice(0, most);
  }

  private rowsOfFlows(ids: readonly (readonly number[])[]): FlowRow[] {
    return this.captures.flatMap((capture, captureNumber) =>
      (ids[captureNumber] ?? []).flatMap((id) => {
        const flow = capture.index.flow(id);
        return flow === null ? [] : [this.flowRow(capture, captureNumber, flow)];
      }),
    );
  }

  private flowRow(capture: Capture, captureNumber: number, flow: Flow): FlowRow {
    return flowRowOf(flow, {
      id: this.flowIds.idOf(capture, captureNumber, flow.id),
      point: this.pointOf(capture, flow.interfaceId),
      firstPacket: this.numberOf(captureNumber, flow.firstRow),
      conversation: this.joining.conversationId(capture, flow.id),
    });
  }

  /** A conversation by its id, with the capture it is in; null when there is none. */
  flowById(id: number): (FlowPlace & { flow: Flow; point: string }) | null {
    this.numberFlows();
    const place = this.flowIds.placeOf(id);
    const flow = place?.capture.index.flow(place.local) ?? null;
    return place === null || flow === null
      ? null
      : { ...place, flow, point: this.pointOf(place.capture, flow.interfaceId) };
  }

  /** The number of a capture's row in the list. */
  numberOf(captureNumber: number, row: number): number {
    return (this.list.placeOf(captureNumber, row) ?? row) + 1;
  }

  async timeline(filter: string, slices: number, budgetMs: number): Promise<Timeline> {
    const scan = this.scanOf(filter);
    await inSlices(this.clock, (keepOn) => this.advance(scan, keepOn), budgetMs);
    const { firstNs, lastNs } = this.span() ?? { firstNs: 0n, lastNs: 0n };
    const density = new Density(this.list, scan ?? everyPacket(this.list), { firstNs, lastNs, slices });
    await inSlices(this.clock, (keepOn) => density.advance(keepOn), budgetMs);
    return density.result();
  }

  /** Conversations, endpoints, hierarchy, lengths and expert items of what passes, as far as `budgetMs` reach. */
  statistics(
    filter: string,
    budgetMs: number,
    most = Number.POSITIVE_INFINITY,
    parts: readonly Part[] = EVERY_PART,
  ): Promise<Statistics> {
    const isComplete = this.captures.every(({ index }) => index.ended);
    return this.counting.statistics(filter.trim(), this.scanOf(filter), budgetMs, most, isComplete, parts);
  }

  /** Packets and bytes in intervals, one series a column: a filter, or `SUM(field)filter` and the like. */
  io(columns: readonly string[], intervalNs: number, budgetMs: number): Promise<IoStatistics> {
    return this.counting.io(columns, (filter) => this.scanOf(filter), intervalNs, budgetMs);
  }

  close(): void {
    for (const capture of this.captures) capture.close();
  }
}
