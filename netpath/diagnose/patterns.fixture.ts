// What a failure pattern's recorded or live node says of the question that was asked there: the words of its client, and the findings.
import { isLoopback } from '../../parsers/core/address.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { destinationOf } from '../explain/destination.ts';
import { subjectOf } from '../explain/sentences.ts';
import { Machine } from '../kernel/machine.ts';
import { replyTo } from '../kernel/reply.ts';
import { simulate } from '../kernel/run.ts';
import { type PacketSpec, parsePacketSpec } from '../packet-spec.ts';
import type { Trace } from '../trace.ts';
import { diagnose, findingsFor } from './diagnose.ts';
import type { Finding } from './diagnosis.ts';

export interface AskedQuestion {
  readonly from: string;
  readonly proto?: string;
  readonly host: string;
  readonly port: number;
  readonly localPort?: number;
  readonly localAddress?: string;
}

/** Addresses of the world of test/kernel/patterns. */
const PLACES: Readonly<Record<string, string>> = {
  '10.244.1.2': 'client',
  '10.244.1.5': 'web',
  '192.168.60.9': 'outside',
  '192.168.70.9': 'outside',
};

export function specOfQuestion(q: AskedQuestion): string {
  const proto = q.proto ?? 'tcp';
  const port = q.localPort ?? 40123;
  const to = `${q.host}:${q.port}`;
  if (q.from === 'node') return `${proto} *:${port} > ${to} local`;
  const device = q.from !== 'outside' ? `v${q.from}` : q.host.startsWith('192.168.70.') ? 'eth1' : 'eth0';
  const own = Object.entries(PLACES).find(
    ([ip, place]) => place === q.from && (device !== 'eth1' || ip.startsWith('192.168.70.')),
  );
  return `${proto} ${q.localAddress ?? own?.[0]}:${port} > ${to} in ${device}`;
}

function heard(m: Machine, t: Trace): string {
  const { kind } = t.disposition;
  if (kind === 'rejected') return 'refused';
  if (kind === 'dropped') return 'timeout';
  if (kind === 'noRoute') return 'unreachable';
  if (kind !== 'delivered' && kind !== 'leavesNode') return kind;
  const place = PLACES[t.to.address] ?? (t.to.process === null ? null : 'node');
  if (place === null) return 'timeout';
  const reply = t.crossing ? replyTo(m, t, t.crossing) : null;
  // what leaves the node unchanged needs nothing of it to come back
  if (reply?.verdict === 'breaks') return 'timeout';
  return reply?.verdict === 'unknown' ? `unknown: ${reply.reason}` : place;
}

function parsed(text: string): PacketSpec {
  const spec = parsePacketSpec(text);
  if (!spec.ok || (spec.value.src && isLoopback(spec.value.src))) throw new Error(`not a question: ${text}`);
  return spec.value;
}

/** Everything the client may hear, by the simulator: one word where the dumps settle it. */
export function heardBySimulation(state: NodeState, text: string): string[] {
  const m = new Machine(state);
  const r = simulate(m, parsed(text));
  if (!r.ok) return [r.message];
  return [...new Set(r.simulation.traces.map((t) => heard(m, t)))];
}

/** Findings of the node, and of the packet. */
export function findingsOfPattern(state: NodeState, text: string): Finding[] {
  const m = new Machine(state);
  const spec = parsed(text);
  const r = simulate(m, spec);
  if (!r.ok) throw new Error(r.message);
  const destination = destinationOf(m, spec.protocol, spec.dst, spec.dport);
  const ofPacket = r.simulation.traces.flatMap((t) => findingsFor(subjectOf(m, spec, r.simulation, t, destination)));
  return [...diagnose(state), ...ofPacket];
}
