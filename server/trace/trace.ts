// From a node's state and a packet or flow to an explanation, with a refusal that says what is missing. The simulator is loaded
// when it is first needed.
import type { Explanation } from '../../api/explanation.ts';
import type { Finding } from '../../api/pieces.ts';
import { ipText } from '../../parsers/core/address.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { missingDumps } from './can-simulate.ts';

function needsState(state: NodeState): void {
  const missing = missingDumps(state);
  if (missing.length === 0) return;
  const what = missing.length === 1 ? 'this command' : 'these commands';
  throw new Refusal(
    409,
    'no-node-state',
    `the dumps lack ${missing.join(', ')}: add the output of ${what}, run on the node`,
  );
}

export async function explainSpec(state: NodeState, spec: string): Promise<Explanation> {
  needsState(state);
  const { explainPacket } = await import('../../netpath/explain/explain.ts');
  const answer = explainPacket(state, spec);
  if (!answer.ok) throw new Refusal(400, 'bad-packet', `${JSON.stringify(spec)}: ${answer.message}`);
  return answer.explanation;
}

/** The packet spec of a captured flow as the node saw it arrive; null when this point does not tell. */
export async function specOfId(state: NodeState, packets: Packets, id: number): Promise<string | null> {
  const found = packets.flowById(id);
  if (found === null) throw new Refusal(404, 'no-flow', `there is no flow ${id}; list the flows for their ids`);
  const { specOfFlow } = await import('../../netpath/explain/from-capture.ts');
  const { flow, point } = found;
  return specOfFlow(state, {
    protocol: flow.protocol,
    client: ipText(flow.client.ip),
    cport: flow.client.port,
    server: ipText(flow.server.ip),
    sport: flow.server.port,
    point,
  });
}

export async function explainFlow(state: NodeState, packets: Packets, id: number): Promise<Explanation> {
  needsState(state);
  const spec = await specOfId(state, packets, id);
  if (spec !== null) return explainSpec(state, spec);
  const point = packets.flowById(id)?.point ?? 'its point';
  const message = `flow ${id} was captured at ${point}, which does not tell where it enters the node; choose the flow at the point it enters, or type the packet`;
  throw new Refusal(422, 'no-entry', message);
}

export async function findingsOf(state: NodeState): Promise<Finding[]> {
  const { diagnose } = await import('../../netpath/diagnose/diagnose.ts');
  return diagnose(state);
}
