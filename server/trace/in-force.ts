// Whose rules explain: a capture keeps snapshots from before, on change and after, and a captured flow met those that were in force
// when its first packet passed. What the later ones would answer is tried as well, because that is what a person looks at now.
import type { Explanation, Outcome, SnapshotUsed } from '../../api/explanation.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { type DumpGroup, groupInForce } from '../store/dump-groups.ts';
import type { NodeStates } from '../store/node-states.ts';
import type { System } from '../system/system.ts';
import { explainFlow, explainSpec } from './trace.ts';

/** Later snapshots are tried for so long; a capture has up to 22, and a node's rules may be many. */
const laterMs = 3000;

const takenAt = ({ takenMs }: DumpGroup): string | null => (takenMs === null ? null : new Date(takenMs).toISOString());
const named = (group: DumpGroup): string =>
  group.takenMs === null
    ? group.path
    : `${group.path
        .split('/')
        .at(-1)
        ?.replace(/-\d{8}T.*$/, '')} (${takenAt(group)})`;

/** What has to be the same for two answers to be one: where the packet ends up in each outcome, and why. */
function answerOf({ outcomes }: Explanation): string {
  return JSON.stringify(outcomes.map((o) => [o.disposition.kind, o.finalDestination, o.source, o.to.interface]).sort());
}

const words: Readonly<Record<Outcome['disposition']['kind'], string>> = {
  delivered: 'delivered to',
  dropped: 'dropped on its way to',
  rejected: 'rejected on its way to',
  noRoute: 'without a route to',
  leavesNode: 'leaves the node for',
  loop: 'in a loop on its way to',
  insufficientInfo: 'not known after',
};

/** In short: the headline may be the same where the receiver is another. */
function shortAnswer({ outcomes, headline }: Explanation): string {
  const ends = new Set(outcomes.map((o) => `${words[o.disposition.kind]} ${o.finalDestination}`));
  return `${[...ends].join(', or ')}. ${headline.text}`;
}

interface Later {
  readonly tried: number;
  readonly differs: { readonly group: DumpGroup; readonly answer: string } | null;
}

async function tryLater(
  clock: System['clock'],
  states: NodeStates,
  groups: readonly DumpGroup[],
  answer: string,
  explain: (state: Awaited<ReturnType<NodeStates['of']>>) => Promise<Explanation>,
): Promise<Later> {
  const until = clock.monotonicMs() + laterMs;
  let tried = 0;
  for (const group of groups) {
    if (tried > 0 && clock.monotonicMs() > until) break;
    try {
      const other = await explain(await states.of(group));
      if (answerOf(other) !== answer) return { tried: tried + 1, differs: { group, answer: shortAnswer(other) } };
      tried += 1;
    } catch (error) {
      // A later snapshot that lacks something answers nothing.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return { tried, differs: null };
}

function laterText({ tried, differs }: Later, of: number): string {
  if (of === 0) return '';
  if (differs !== null) return ` A later one, ${named(differs.group)}, answers differently: ${differs.answer}`;
  if (tried === of) return of === 1 ? ' The later one answers the same.' : ` The ${of} later ones answer the same.`;
  return ` Of ${of} later ones ${tried} ${tried === 1 ? 'was' : 'were'} tried: the same answer.`;
}

/** A captured flow, with the rules in force when it began. */
export async function explainFlowInForce(
  clock: System['clock'],
  states: NodeStates,
  packets: Packets,
  id: number,
): Promise<Explanation> {
  const groups = states.groups();
  const began = packets.flowById(id)?.flow.firstNs ?? null;
  const beganMs = began === null ? null : Number(began / 1_000_000n);
  const used = beganMs === null ? null : groupInForce(groups, beganMs);
  if (used?.takenMs == null || beganMs === null) return explainFlow(await states.newest(), packets, id);
  const explanation = await explainFlow(await states.of(used), packets, id);
  const after = groups.slice(groups.indexOf(used) + 1);
  const later = await tryLater(clock, states, after, answerOf(explanation), (s) => explainFlow(s, packets, id));
  const why =
    used.takenMs <= beganMs
      ? `the newest snapshot that had begun when the flow's first packet passed (${new Date(beganMs).toISOString()})`
      : `the earliest snapshot: the flow's first packet passed before it (${new Date(beganMs).toISOString()})`;
  const snapshot: SnapshotUsed = {
    group: used.path,
    takenAt: takenAt(used),
    text: `Explained with the rules of ${named(used)}, ${why}.${laterText(later, after.length)}`,
    later:
      later.differs === null
        ? null
        : { group: later.differs.group.path, takenAt: takenAt(later.differs.group), answer: later.differs.answer },
  };
  return { ...explanation, snapshot };
}

/** A typed packet, with the newest rules. */
export async function explainSpecNewest(states: NodeStates, spec: string): Promise<Explanation> {
  const explanation = await explainSpec(await states.newest(), spec);
  const newest = states.groups().at(-1);
  if (newest === undefined || newest.takenMs === null) return explanation;
  const text = `Explained with the rules of ${named(newest)}, the newest snapshot.`;
  return { ...explanation, snapshot: { group: newest.path, takenAt: takenAt(newest), text, later: null } };
}
