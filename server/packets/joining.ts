// Joining as questions ask for it: rows first, the whole in the background, and how final an answer is.
import type { Joined, JoinedConversation, PacketLoss, Rewritten, SightingDto } from '../../api/joined.ts';
import { rewritesOf } from '../../netpath/join/conntrack-pairs.ts';
import type { Conversation } from '../../netpath/join/conversations.ts';
import { waitNs } from '../../netpath/join/joiner.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { Clock } from '../system/system.ts';
import type { Capture } from './capture.ts';
import type { FlowIds } from './flow-ids.ts';
import { JoinedPackets } from './joined.ts';
import {
  conversationDto,
  joinedReport,
  type LostStretch,
  lossOfPacket,
  lostStretches,
  nothingJoined,
} from './joined-report.ts';
import type { MergedList } from './merged-list.ts';
import { inSlices, type KeepOn } from './slices.ts';

/** Packets behind a row that are compared before it is shown. */
const ahead = 4096;
/** A growing list that gave nothing for so long: nobody waits for further sightings. */
const quietMs = 5000;
/** Pause between slices while packets arrive: those come first. */
const besideCaptureMs = 25;

export interface PacketSeen {
  readonly seenAt: SightingDto[];
  readonly loss: PacketLoss | null;
  readonly joined: boolean;
}

export class Joining {
  private readonly clock: Clock;
  private readonly list: MergedList;
  private readonly flowIds: FlowIds;
  private readonly pointOf: (capture: Capture, interfaceId: number) => string;
  private readonly joined: JoinedPackets;
  private captures: readonly Capture[] = [];
  private grown = { total: -1, ms: 0 };

  constructor(
    clock: Clock,
    list: MergedList,
    flowIds: FlowIds,
    pointOf: (capture: Capture, interfaceId: number) => string,
  ) {
    this.clock = clock;
    this.list = list;
    this.flowIds = flowIds;
    this.pointOf = pointOf;
    this.joined = new JoinedPackets(list, pointOf);
  }

  setCaptures(captures: readonly Capture[]): void {
    this.captures = captures;
  }

  /** Connections that the node remembers tell rewrites that no packet proves. */
  know(state: NodeState): void {
    const told = (state.conntrackEvents ?? []).map(({ entry }) => entry);
    this.joined.know(rewritesOf([...(state.conntrack ?? []), ...told]));
  }

  /** Is there more than one point, so that a packet can be seen twice? */
  private get applies(): boolean {
    return this.joined.applies(this.captures);
  }

  private get isComplete(): boolean {
    return this.captures.every(({ index }) => index.ended);
  }

  /** Everything that is there has been compared. */
  get isDone(): boolean {
    return !this.applies || this.joined.upTo >= this.list.total;
  }

  private get isQuiet(): boolean {
    const ms = this.clock.monotonicMs();
    if (this.grown.total !== this.list.total) this.grown = { total: this.list.total, ms };
    return ms - this.grown.ms > quietMs;
  }

  /** Compares the packets up to one in the list and what follows soon after, for at most `budgetMs`. */
  async upTo(place: number, budgetMs: number): Promise<void> {
    if (!this.applies) return;
    const { generation } = this.list;
    const step = (keepOn: KeepOn) => this.list.generation !== generation || this.joined.advance(keepOn, place + ahead);
    await inSlices(this.clock, step, budgetMs);
  }

  /** Everything that is there, for at most `budgetMs`; of a complete capture nothing waits for further sightings then. */
  async whole(budgetMs: number): Promise<void> {
    await this.upTo(this.list.total, budgetMs);
    if (this.applies && this.isComplete && this.joined.upTo >= this.list.total) this.joined.end();
  }

  /** Is all known that other points can say of a packet? */
  isKnown(place: number): boolean {
    if (!this.applies) return true;
    const { upTo } = this.joined;
    if (upTo <= place) return false;
    if (upTo >= this.list.total && (this.isComplete || this.isQuiet)) return true;
    const newest = this.list.at(upTo - 1);
    const asked = this.list.at(place);
    return Number(newest.capture.index.timestampNs(newest.row) - asked.capture.index.timestampNs(asked.row)) > waitNs;
  }

  /** Goes on for one slice of time; true when everything that is there has been compared. Beside a running capture it leaves room. */
  async goOn(): Promise<boolean> {
    if (!this.applies) return true;
    const isDone = await inSlices(this.clock, (keepOn) => this.joined.advance(keepOn), 0);
    if (!isDone && !this.isComplete) await this.clock.delay(besideCaptureMs);
    return isDone;
  }

  async report(most: number, budgetMs: number): Promise<Joined> {
    if (!this.applies) {
      const points = this.captures.flatMap((capture) => capture.points());
      return { ...nothingJoined, points: [...new Set(points)] };
    }
    await inSlices(this.clock, (keepOn) => this.joined.advance(keepOn), budgetMs);
    const settled = this.joined.upTo >= this.list.total;
    if (settled && this.isComplete) this.joined.end();
    const flows = this.flowsOfConversations();
    return joinedReport(
      this.joined,
      settled,
      most,
      (conversation, point) => flows.get(conversation)?.get(point) ?? null,
    );
  }

  /** Ids of each conversation's flows by point. */
  private flowsOfConversations(): Map<Conversation, Map<string, number>> {
    const found = new Map<Conversation, Map<string, number>>();
    for (const [captureNumber, capture] of this.captures.entries()) {
      for (const { id: local, interfaceId } of capture.index.flows()) {
        const conversation = this.joined.conversationOf(capture, local);
        if (conversation === null) continue;
        const known = found.get(conversation) ?? new Map<string, number>();
        found.set(conversation, known);
        const point = this.pointOf(capture, interfaceId);
        if (!known.has(point)) known.set(point, this.flowIds.idOf(capture, captureNumber, local));
      }
    }
    return found;
  }

  /** Where packets were lost for sure, as far as is known within `budgetMs`. */
  async losses(budgetMs: number): Promise<LostStretch[]> {
    await this.whole(budgetMs);
    return this.applies ? lostStretches(this.joined) : [];
  }

  /** A number that the flows of one conversation share at all points; null where it is not known. */
  conversationId(capture: Capture, flow: number): number | null {
    return this.joined.conversationOf(capture, flow)?.id ?? null;
  }

  /** The conversation of a flow at all points; null where it is not known, or there is one point. */
  conversation(capture: Capture, flow: number): JoinedConversation | null {
    const found = this.applies ? this.joined.conversationOf(capture, flow) : null;
    return found === null ? null : conversationDto(this.joined, found, () => null);
  }

  rewrittenAt(place: number): Rewritten | null {
    const found = this.joined.rewritesOf(place);
    if (found === null) return null;
    const here = this.joined.addressesAt(place);
    const other = (at: number | null) => {
      const there = at === null ? null : this.joined.addressesAt(at);
      if (at === null || there === null || here === null) return null;
      const source = there.source === here.source ? null : there.source;
      const destination = there.destination === here.destination ? null : there.destination;
      return { source, destination, point: this.joined.pointOf(at), no: at + 1 };
    };
    return { before: other(found.before), after: other(found.after) };
  }

  ofPacket(place: number): PacketSeen {
    const { capture, row } = this.list.at(place);
    const flow = capture.index.flowOf(row);
    const conversation = flow === null ? null : this.joined.conversationOf(capture, flow);
    return {
      seenAt: this.joined.sightingsOf(place),
      loss: conversation === null ? null : lossOfPacket(this.joined, conversation, place),
      joined: this.isKnown(place),
    };
  }
}
