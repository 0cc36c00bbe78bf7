// Which flows of a capture can be followed through the node: those whose first packet was seen where it enters.
import type { Finding } from '../../api/pieces.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { canSimulate } from './can-simulate.ts';
import { explainSpec, seenOfId, specOfId } from './trace.ts';

/** Flows that are looked at; a capture may hold millions. */
const flowsTried = 500;

/** Flows by the packet that started them, with the packet spec each would be. */
async function* entering(state: NodeState, packets: Packets): AsyncIterable<{ id: number; spec: string }> {
  for (const { id } of packets.earliestFlows(flowsTried)) {
    const spec = await specOfId(state, packets, id);
    if (spec !== null) yield { id, spec };
  }
}

export async function firstFlowThatEnters(state: NodeState, packets: Packets): Promise<number> {
  for await (const { id } of entering(state, packets)) return id;
  throw new Refusal(
    422,
    'no-entry',
    'no flow of the capture was seen where it enters this node; capture at the pod, its veth or the uplink, or give --packet',
  );
}

/** What the explanations of the captured flows find, each finding once. */
export async function findingsOfFlows(state: NodeState, packets: Packets): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  if (!canSimulate(state)) return [];
  // of flows that are typed alike, the first
  const specs = new Map<string, number>();
  for await (const { id, spec } of entering(state, packets)) if (!specs.has(spec)) specs.set(spec, id);
  for (const [spec, id] of specs) {
    const { findings } = await explainSpec(state, spec, await seenOfId(state, packets, id, spec));
    for (const f of findings) found.set(`${f.id} ${f.summary}`, f);
  }
  return [...found.values()];
}

/** How long findings wait for the points of a capture to be compared. */
const joinMs = 1500;

/** What the packets of a capture show without any rule: losses between its points. */
export async function findingsOfPackets(packets: Packets): Promise<Finding[]> {
  const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  return (await packets.joining.losses(joinMs)).map(({ from, to, packets: lost, conversations, first, name }) => ({
    id: 'lost-between-points',
    title: `packets are lost between ${from} and ${to}`,
    confidence: 'proved',
    severity: 'warning',
    summary: `${plural(lost, 'packet')} of ${plural(conversations, 'conversation')} ${lost === 1 ? 'was' : 'were'} seen at ${from} and never at ${to}, which others of the same way passed. The first is packet ${first} (${name}).`,
    evidence: [],
    remedy: `Follow packet ${first} through the node: a rule, rp_filter or a queue (tc -s qdisc, nstat, conntrack -S) between ${from} and ${to} took it.`,
  }));
}
