// The nodes after the first in the drawing: a box each, behind it where the packet ends there. Other outcomes branch off below the node
// that has them.
import type { ClusterPath, Leg, Way } from '../kernel/cluster.ts';
import type { Diagram, DiagramEdge, DiagramStage } from './diagram.ts';
import { receiverName } from './sentences.ts';

/** Ways beside the most likely that are drawn; the text has the others. */
const MAX_DRAWN = 3;

const ENDS = {
  dropped: 'dropped',
  rejected: 'refused',
  noRoute: 'no route',
  loop: 'loop',
  insufficientInfo: 'not known',
};

const stage = (id: string, lane: DiagramStage['lane'], title: string, more: Partial<DiagramStage>): DiagramStage => ({
  ...{ id, kind: 'endpoint', lane, insideNode: false, title, subtitle: null, owner: null, state: 'taken', lines: [] },
  ...more,
});

const plain = (text: string): DiagramStage['lines'][number] => ({
  ...{ text, priority: null, owner: null, state: 'passed', rewrite: null, source: null },
});

function nodeStage(leg: Leg, id: string, lane: DiagramStage['lane']): DiagramStage {
  const rewritten = leg.trace.steps.flatMap(({ rewrite, owner, source }) =>
    rewrite ? [{ ...plain(''), state: 'rewrite' as const, rewrite, owner, source }] : [],
  );
  return stage(id, lane, leg.node, { subtitle: `node · in ${leg.device}`, lines: rewritten.slice(0, 3) });
}

function endStage({ stopped }: Way, id: string, lane: DiagramStage['lane'], last: Leg): DiagramStage {
  const { trace } = last;
  const { kind, reason } = trace.disposition;
  const lines = [plain(trace.finalDestination)];
  if (stopped) return stage(id, lane, 'not followed', { subtitle: stopped.why, state: 'decided', lines });
  if (kind !== 'delivered' && kind !== 'leavesNode')
    return stage(id, lane, ENDS[kind], { subtitle: reason, state: 'decided' });
  const where = trace.to.pod
    ? `pod on ${last.node}`
    : kind === 'leavesNode'
      ? `beyond ${last.node}`
      : `on ${last.node}`;
  return stage(id, lane, receiverName(trace), { subtitle: where, state: 'decided', lines });
}

const percent = (p: number | null): string => (p === null ? '' : `${Math.round(p * 1000) / 10} %`);

/** The drawing with the nodes that the packet passes after its own. */
export function withNodes(d: Diagram, { ways }: ClusterPath): Diagram {
  const [main, ...others] = ways;
  const last = main.legs.at(-1);
  const receiver = d.stages.find(({ id }) => id === 'receiver');
  if (!last || !receiver) return d;
  const chain = main.legs.map((leg, i) => nodeStage(leg, `node-${i}`, 'main'));
  const stages: DiagramStage[] = [...chain, endStage(main, 'receiver', 'main', last)];
  const edges: DiagramEdge[] = stages.slice(1).map((to, i) => ({
    from: stages[i]?.id ?? '',
    to: to.id,
    taken: true,
    label: i === chain.length - 1 && last.outcomes > 1 ? percent(last.probability) || null : null,
    owner: null,
  }));
  others.slice(0, MAX_DRAWN).forEach((way, n) => {
    const end = way.legs.at(-1);
    // where this way leaves the first: the last node that both pass
    const at = way.legs.findIndex((leg, i) => leg.outcome !== main.legs[i]?.outcome || leg.node !== main.legs[i]?.node);
    const parting = way.legs[at];
    if (!end || !parting) return;
    const more = way.legs.slice(at + 1).map((leg, i) => nodeStage(leg, `way-${n}-${i}`, 'side'));
    const side = [...more, endStage(way, `way-${n}-end`, 'side', end)];
    stages.push(...side);
    side.forEach((to, i) => {
      const from = side[i - 1]?.id ?? `node-${at}`;
      edges.push({
        from,
        to: to.id,
        taken: true,
        label: i === 0 ? percent(parting.probability) || 'or' : null,
        owner: null,
      });
    });
  });
  const into = d.edges.map((e) => (e.to === 'receiver' ? { ...e, to: 'node-0' } : e));
  return { ...d, stages: d.stages.flatMap((s) => (s === receiver ? stages : [s])), edges: [...into, ...edges] };
}
