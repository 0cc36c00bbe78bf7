// Which flows of a capture can be followed through the node: those whose first packet was seen where it enters.
import type { Finding } from '../../api/pieces.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { canSimulate } from './can-simulate.ts';
import { explainSpec, specOfId } from './trace.ts';

/** Flows that are looked at; a capture may hold millions. */
const flowsTried = 500;

/** Flows by the packet that started them, with the packet spec each would be. */
async function* entering(state: NodeState, packets: Packets): AsyncIterable<{ id: number; spec: string }> {
  const flows = packets.flows().sort((x, y) => x.firstPacket - y.firstPacket);
  for (const { id } of flows.slice(0, flowsTried)) {
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
  const specs = new Set<string>();
  for await (const { spec } of entering(state, packets)) specs.add(spec);
  for (const spec of specs) {
    const { findings } = await explainSpec(state, spec);
    for (const f of findings) found.set(`${f.id} ${f.summary}`, f);
  }
  return [...found.values()];
}
