// From a node's state and a packet or flow to an explanation, with a refusal that says what is missing. The simulator is loaded
// when it is first needed.
import type { Explanation } from '../../api/explanation.ts';
import type { Finding } from '../../api/pieces.ts';
import type { Seen } from '../../netpath/seen.ts';
import { ipText, parseIp } from '../../parsers/core/address.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { missingDumps } from './can-simulate.ts';
import { capturedOf, toldOf } from './captured-path.ts';

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

export async function explainSpec(state: NodeState, spec: string, seen: Seen | null = null): Promise<Explanation> {
  needsState(state);
  const { explainPacket } = await import('../../netpath/explain/explain.ts');
  const answer = explainPacket(state, spec, seen);
  if (!answer.ok) throw new Refusal(400, 'bad-packet', `${JSON.stringify(spec)}: ${answer.message}`);
  return answer.explanation;
}

/** How long an answer waits for what other points say of a flow. */
const joinMs = 1500;

/** `10.0.0.1:80` or `[fd00::1]:80` as address and port. */
function endsOf(client: string, server: string) {
  const parts = (text: string): [string, number | null] => {
    const m = /^\[?(.*?)\]?:(\d+)$/.exec(text);
    const bare = parseIp(text) !== null;
    return bare || m === null ? [text, null] : [m[1] ?? '', Number(m[2])];
  };
  const [clientIp, cport] = parts(client);
  const [serverIp, sport] = parts(server);
  return { client: clientIp, cport, server: serverIp, sport };
}

/** The packet spec of a captured flow as the node saw it arrive; null when this point does not tell. */
export async function specOfId(state: NodeState, packets: Packets, id: number): Promise<string | null> {
  const found = packets.flowById(id);
  if (found === null) throw new Refusal(404, 'no-flow', `there is no flow ${id}; list the flows for their ids`);
  const { specOfFlow } = await import('../../netpath/explain/from-capture.ts');
  const { flow, point } = found;
  // Behind NAT the flow has other addresses than where it came from: other points of the capture show those.
  await packets.joining.whole(joinMs);
  const entry = packets.joining.conversation(found.capture, found.local)?.points[0];
  const origin = entry === undefined || entry.point === point ? null : endsOf(entry.client, entry.server);
  if (entry !== undefined && origin !== null)
    return specOfFlow(state, { protocol: flow.protocol, ...origin, point: entry.point });
  return specOfFlow(state, {
    protocol: flow.protocol,
    client: ipText(flow.client.ip),
    cport: flow.client.port,
    server: ipText(flow.server.ip),
    sport: flow.server.port,
    point,
  });
}

/** What the capture tells of a flow's first packet beside its addresses; null when its beginning was not captured. */
export async function seenOfId(state: NodeState, packets: Packets, id: number, spec: string): Promise<Seen | null> {
  const found = packets.flowById(id);
  if (found === null) return null;
  const { seenIn } = await import('../../netpath/explain/from-capture.ts');
  const { capture, flow } = found;
  const { index } = capture;
  const row = flow.firstRow;
  const linkType = index.interfaces[flow.interfaceId]?.linkType ?? 1;
  const at = Number(index.timestampNs(row)) / 1e9;
  // A capture at another of the node's devices may show the packet after it was sent on. Of a file from elsewhere nobody knows.
  const point = found.point?.split(' ').at(-1);
  const device = state.host.links?.find((l) => l.name === point)?.name;
  const isArrival = device === undefined || spec.endsWith(` in ${device}`);
  return seenIn(capture.frame(row), index.length(row), linkType, at, flow.client, isArrival);
}

export async function explainFlow(state: NodeState, packets: Packets, id: number): Promise<Explanation> {
  needsState(state);
  const spec = await specOfId(state, packets, id);
  if (spec !== null) {
    const explanation = await explainSpec(state, spec, await seenOfId(state, packets, id, spec));
    const found = packets.flowById(id);
    const conversation = found === null ? null : packets.joining.conversation(found.capture, found.local);
    const seen = capturedOf(conversation, explanation);
    // What the kernel told outranks a capture that shows only one side of the rewrite.
    const told =
      found === null || (seen !== null && seen.agrees !== null)
        ? null
        : toldOf(state.conntrackEvents ?? [], found.flow, Number(found.flow.firstNs / 1_000_000n), explanation);
    const captured = told ?? seen;
    return captured === null ? explanation : { ...explanation, captured };
  }
  const point = packets.flowById(id)?.point ?? 'its point';
  const message = `flow ${id} was captured at ${point}, which does not tell where it enters the node; choose the flow at the point it enters, or type the packet`;
  throw new Refusal(422, 'no-entry', message);
}

export async function findingsOf(state: NodeState): Promise<Finding[]> {
  const { diagnose } = await import('../../netpath/diagnose/diagnose.ts');
  return diagnose(state);
}
