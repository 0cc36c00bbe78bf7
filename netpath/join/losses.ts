// Where packets of a conversation stopped: a loss pinned to the stretch between two capture points, or the reason why nothing can be said.
// Surprise: that a packet was not seen at a point proves nothing by itself. It does where others of the same direction passed that point, its
// capture dropped nothing and ran at the time, and no packet is missing there that a later point did see.
import { type Conversation, type Conversations, type Direction, type Kind, pointOfPass } from './conversations.ts';

export interface PointFacts {
  /** Packets that the capture of this point lost; null where nobody counted. */
  readonly dropped: number | null;
}

export interface Loss {
  readonly toServer: boolean;
  /** Where these packets were seen, in order. */
  readonly seen: readonly number[];
  /** No other packets were seen at the same points and went on in other segments. */
  readonly isOnly: boolean;
  /** The last point where these packets were seen, and the first where they should have been. */
  readonly from: number;
  readonly to: number;
  readonly packets: number;
  /** Of how many of this direction. */
  readonly of: number;
  /** `proved`: others passed `to`. `unknown`: they may have passed unseen. */
  readonly verdict: 'proved' | 'unknown';
  readonly why:
    | 'others passed'
    | 'point dropped packets'
    | 'point missed packets'
    | 'capture ended'
    | 'capture began later'
    | 'not counted';
  readonly examples: readonly { readonly place: number; readonly ns: number }[];
}

/** The points of a direction in the order packets pass them (see `pointOfPass`), from what all its packets showed. */
export function pathOf(direction: Direction): number[] {
  const path: number[] = [];
  const kinds = [...direction.kinds.values()].sort((a, b) => b.points.length - a.points.length);
  for (const { points } of kinds) {
    let at = -1;
    for (const point of points) {
      const known = path.indexOf(point);
      if (known >= 0) at = known;
      else {
        at += 1;
        path.splice(at, 0, point);
      }
    }
  }
  return path;
}

/** Points that a later point saw packets of this direction pass, but that did not see them themselves. */
function missing(direction: Direction, path: readonly number[]): Map<number, number> {
  const missed = new Map<number, number>();
  for (const { points, elsewhere, packets } of direction.kinds.values()) {
    const first = path.indexOf(points[0] ?? -1);
    const last = Math.max(...points.map((point) => path.indexOf(point)));
    for (const [at, point] of path.entries()) {
      if (at <= first || at >= last || points.includes(point) || elsewhere.includes(point)) continue;
      missed.set(point, (missed.get(point) ?? 0) + packets);
    }
  }
  return missed;
}

type Judged = Pick<Loss, 'from' | 'to' | 'verdict' | 'why'>;

/** Null where these packets went as far as any. */
function lossOf(
  kind: Kind,
  path: readonly number[],
  missed: ReadonlyMap<number, number>,
  all: Conversations,
  facts: (point: number) => PointFacts,
): Judged | null {
  const seenAt = [...kind.points, ...kind.elsewhere].map((passed) => path.indexOf(passed)).filter((at) => at >= 0);
  const last = Math.max(...seenAt);
  const from = path[last];
  if (from === undefined) return null;
  let first: Judged | null = null;
  const here = kind.points.map(pointOfPass);
  for (const passed of path.slice(last + 1)) {
    const to = pointOfPass(passed);
    // Others came by twice (a duplicate, a hairpin): it was there once, and that it had to come again is not known.
    if (here.includes(to)) continue;
    const why = doubt(kind, to, facts(to), missed.get(passed) ?? 0, all);
    const judged = { from: pointOfPass(from), to };
    if (why === null) return { ...judged, verdict: 'proved', why: 'others passed' };
    first ??= { ...judged, verdict: 'unknown', why };
  }
  return first;
}

/** Why a point that did not see these packets proves nothing. */
function doubt(kind: Kind, to: number, facts: PointFacts, missed: number, all: Conversations): Loss['why'] | null {
  if ((facts.dropped ?? 0) > 0) return 'point dropped packets';
  const ran = all.spans.get(to);
  if (ran !== undefined && kind.firstNs >= ran.lastNs) return 'capture ended';
  if (ran !== undefined && kind.lastNs < ran.firstNs) return 'capture began later';
  return missed > 0 ? 'point missed packets' : null;
}

export function lossesOf(
  conversation: Conversation,
  all: Conversations,
  facts: (point: number) => PointFacts,
): readonly Loss[] {
  const losses: Loss[] = [];
  if (conversation.isToMany) return losses;
  for (const toServer of [true, false]) {
    const direction = toServer ? conversation.toServer : conversation.toClient;
    if (direction.kinds.size < 2) continue;
    const path = pathOf(direction);
    const missed = missing(direction, path);
    for (const kind of direction.kinds.values()) {
      const loss = lossOf(kind, path, missed, all, facts);
      if (loss === null) continue;
      const { packets, examples } = kind;
      const verdict = direction.uncounted > 0 ? ({ verdict: 'unknown', why: 'not counted' } as const) : {};
      const seen = kind.points.map(pointOfPass);
      const isOnly = ![...direction.kinds.values()].some(
        (other) => other !== kind && other.points.join() === kind.points.join(),
      );
      losses.push({ toServer, packets, of: direction.packets, examples, seen, isOnly, ...loss, ...verdict });
    }
  }
  return losses;
}
