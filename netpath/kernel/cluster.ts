// A path over several nodes: what leaves one node for another whose snapshot is there too goes on on that one, and so does the answer.
//
// Surprise: a tunnel's outer packet is a packet as well. It passes OUTPUT of the one node and INPUT of the other, where a firewall that
// does not know the tunnel's port ends all traffic between their pods.
import { endpointText, type Ip, ipText, sameIp } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { Encap } from '../../parsers/nodestate/state.ts';
import type { PacketSpec } from '../packet-spec.ts';
import type { Trace } from '../trace.ts';
import { type Machine, machineOf } from './machine.ts';
import type { Packet } from './packet.ts';
import { type AnswerRun, answerBy, answersFrom, type Crossing, type Reply, togetherOf } from './reply.ts';
import { simulate } from './run.ts';
import { type Outer, onwardBy, tunnelEnd } from './tunnel.ts';

export interface ClusterNode {
  readonly name: string;
  readonly machine: Machine;
}

/** One node of the path after the first. */
export interface Leg {
  readonly node: string;
  readonly machine: Machine;
  /** How the packet came there, one sentence. */
  readonly how: string;
  /** Device it comes in by. */
  readonly device: string;
  readonly spec: PacketSpec;
  /** Outcome there that this way goes on with; of those that end alike, the first. */
  readonly trace: Trace;
  /** How likely it is there, with those that end alike; null when not known. */
  readonly probability: number | null;
  /** Which of how many outcomes that end differently, counted from 1, the most likely first. */
  readonly outcome: number;
  readonly outcomes: number;
}

export interface Stopped {
  /** A sentence. */
  readonly why: string;
  /** A fault that the dumps show (an outer packet is dropped), not a dump that is missing. */
  readonly fault: boolean;
  readonly source: SourceRef | null;
}

/** One way over the nodes: an outcome on each. */
export interface Way {
  readonly legs: readonly Leg[];
  /** Why the path ends where it does although the packet went on; else null. */
  readonly stopped: Stopped | null;
  /** The answer, back over all nodes; null where there is none or it was not followed. */
  readonly answer: { readonly verdict: Reply['verdict']; readonly reason: string } | null;
}

export interface ClusterPath {
  /** The most likely at each node first; never empty. */
  readonly ways: readonly [Way, ...Way[]];
  /** Outcomes that were not followed because there are too many. */
  readonly leftOut: number;
}

const MAX_LEGS = 8;
/** Ways that are followed of one outcome of the first node. */
const MAX_WAYS = 8;

const owner = (nodes: readonly ClusterNode[], ip: Ip): { node: ClusterNode; device: string } | null => {
  for (const node of nodes) {
    const at = node.machine.fib.addresses.find((a) => sameIp(a.ip, ip) && a.scope !== 'host');
    if (at) return { node, device: at.device };
  }
  return null;
};

function specOf(p: Packet, device: string): PacketSpec {
  const { protocol, src, dst, sport, dport, ttl, length, df, tcpFlags, tos, icmpType, icmpCode } = p;
  const packet = { protocol, src, dst, sport, dport, ttl, length, df, tcpFlags, tos, icmpType, icmpCode };
  return { ...packet, where: { kind: 'in', device }, mark: 0, mac: null, at: p.at, seen: p.seen };
}

const ENDS = new Set(['dropped', 'rejected', 'noRoute']);

/** Does the outer packet get from the one node to the other? Null when it does. */
function outerStops(from: ClusterNode, to: ClusterNode, device: string, outer: Outer): Stopped | null {
  if (outer.port === null) return null;
  const { protocol, port: dport, dst } = outer;
  const of = (src: Ip | null, where: PacketSpec['where']): PacketSpec => ({
    ...{ protocol, src, sport: 40000, dst, dport, where, mark: 0, ttl: 64, length: null, df: false },
    ...{ tcpFlags: 0, tos: 0, icmpType: null, icmpCode: null, mac: null, at: null },
  });
  const stop = (at: Trace, what: string): Stopped => ({
    why: `The ${outer.kind} packet to ${endpointText(dst, dport)} does not ${what}: ${at.disposition.reason}`,
    fault: true,
    source: at.disposition.source,
  });
  const sent = simulate(from.machine, of(outer.src, { kind: 'local' }));
  // where several outcomes are possible, only what all of them say is a fault
  const outs = sent.ok ? sent.simulation.traces : [];
  const out = outs.find((t) => !ENDS.has(t.disposition.kind)) ?? outs[0];
  if (out && ENDS.has(out.disposition.kind)) return stop(out, `leave ${from.name}`);
  const src = out?.crossing?.received.src ?? outer.src;
  const arrived = src ? simulate(to.machine, of(src, { kind: 'in', device })) : null;
  // the kernel's own socket of the tunnel stands in no dump: what reaches the sockets has arrived
  const arrives = (t: Trace) => t.steps.some((s) => s.kind === 'socket') || !ENDS.has(t.disposition.kind);
  const ats = arrived?.ok ? arrived.simulation.traces : [];
  const [at] = ats;
  if (!at || ats.some(arrives)) return null;
  return stop(at, `get into ${to.name}`);
}

type Next =
  | { readonly kind: 'leg'; readonly node: ClusterNode; readonly device: string; readonly how: string }
  | { readonly kind: 'stop'; readonly stopped: Stopped | null };

const missing = (why: string): Next => ({ kind: 'stop', stopped: { why, fault: false, source: null } });

/** Where a packet that left `from` by a device comes into another node. */
function nextNode(
  nodes: readonly ClusterNode[],
  from: ClusterNode,
  device: string,
  nextHop: Ip,
  encap: Encap | null,
): Next {
  const onward = onwardBy(from.machine, device, nextHop, encap);
  if (onward.kind === 'unknown') return missing(`${onward.why}.`);
  const others = nodes.filter((n) => n !== from);
  if (onward.kind === 'plain') {
    const found = owner(others, onward.to);
    if (!found) return { kind: 'stop', stopped: null };
    const how = `${from.name} sends it by ${device} to ${ipText(onward.to)}, which ${found.node.name} has on ${found.device}.`;
    return { kind: 'leg', ...found, how };
  }
  const { outer } = onward;
  const found = owner(others, outer.dst);
  const where = outer.source ? ` (${outer.source.file}:${outer.source.line})` : '';
  if (!found)
    return missing(`${device} sends it to the node ${ipText(outer.dst)}${where}, of which there is no snapshot.`);
  const end = tunnelEnd(found.node.machine, outer);
  if (!end) {
    const which = outer.id === null ? outer.kind : `${outer.kind} with id ${outer.id}`;
    return {
      kind: 'stop',
      stopped: {
        why: `${found.node.name} has no ${which} device to take it from the tunnel.`,
        fault: true,
        source: outer.source,
      },
    };
  }
  const stopped = outerStops(from, found.node, found.device, outer);
  if (stopped) return { kind: 'stop', stopped };
  const id = outer.id === null ? '' : ` ${outer.id}`;
  const how = `${device} wraps it (${outer.kind}${id}) for ${endpointText(outer.dst, outer.port)}${where}; ${found.node.name} takes it out on ${end.name}.`;
  return { kind: 'leg', node: found.node, device: end.name, how };
}

interface Passed {
  readonly node: ClusterNode;
  readonly trace: Trace;
  readonly crossing: Crossing;
}

type Told = NonNullable<Way['answer']> & { readonly probability: number | null };

/** Outcomes of an answer on one node that end differently. */
function distinct(runs: readonly AnswerRun[]): AnswerRun[] {
  const out = new Map<string, AnswerRun>();
  for (const r of runs) {
    const { source, destination, reason } = r.reply;
    const key = JSON.stringify([r.end.kind, reason, source, destination, r.end.interface]);
    const known = out.get(key);
    const both = known?.probability == null || r.probability === null ? null : known.probability + r.probability;
    out.set(key, known ? { ...known, probability: both } : r);
  }
  return [...out.values()];
}

/** Sends the answer back the way the packet came, node by node, each of its outcomes as a way of its own. */
function answerBack(nodes: readonly ClusterNode[], passed: readonly Passed[]): Way['answer'] {
  let left = MAX_WAYS - 1;
  let leftOut = 0;
  const back = (i: number, runs: readonly AnswerRun[]): Told[] => {
    const here = passed[i];
    if (!here) return [];
    const all = distinct(runs);
    const followed = all.slice(0, 1 + left);
    left -= Math.max(0, followed.length - 1);
    leftOut += all.length - followed.length;
    return followed.flatMap((run): Told[] => {
      const { probability } = run;
      const told = { verdict: run.reply.verdict, reason: `${here.node.name}: ${run.reply.reason}`, probability };
      const before = passed[i - 1];
      if (told.verdict !== 'returns' || !before) return [told];
      if (run.end.kind !== 'leavesNode' || run.end.interface === null || !run.end.nextHop) return [told];
      const next = nextNode(nodes, here.node, run.end.interface, run.end.nextHop, run.end.encap);
      if (next.kind === 'stop' && next.stopped)
        return [{ verdict: next.stopped.fault ? 'breaks' : 'unknown', reason: next.stopped.why, probability }];
      if (next.kind === 'stop' || next.node !== before.node)
        return [{ ...around(here, before, run.packet), probability }];
      const further = back(i - 1, answerBy(before.node.machine, before.crossing, next.device));
      const times = (p: number | null) => (p === null || probability === null ? null : p * probability);
      return further.map((t) => ({ ...t, probability: times(t.probability) }));
    });
  };
  const last = passed.at(-1);
  const together = last
    ? togetherOf(back(passed.length - 1, answersFrom(last.node.machine, last.trace, last.crossing)))
    : null;
  if (!together) return null;
  const { verdict, reason } = together;
  if (leftOut === 0 || verdict !== 'returns') return { verdict, reason };
  return { verdict: 'unknown', reason: `${reason} ${leftOut} more outcomes of the answer were not followed.` };
}

/** The answer does not pass the node that the packet came from. */
function around(here: Passed, before: Passed, answer: Packet): NonNullable<Way['answer']> {
  const { sent, received } = before.crossing;
  const rewritten = !sameIp(sent.dst, received.dst) || sent.dport !== received.dport || !sameIp(sent.src, received.src);
  const to = `${here.node.name} sends the answer to ${endpointText(answer.dst, answer.dport)} without passing ${before.node.name}`;
  return rewritten
    ? {
        verdict: 'breaks',
        reason: `${to}, which changed the packet's addresses: the client does not take it for an answer.`,
      }
    : { verdict: 'returns', reason: `${to}, which changed nothing of the packet.` };
}

/** How a packet that left its node goes on on the others whose snapshots are there; null where there are none. */
export function onwardPath(m: Machine, trace: Trace): ClusterPath | null {
  if (m.state.others.length === 0 || trace.disposition.kind !== 'leavesNode') return null;
  const own = { name: m.state.kernel?.hostname ?? 'this node', machine: m };
  return followOn([own, ...m.state.others.map((o) => ({ name: o.name, machine: machineOf(o.state) }))], own, trace);
}

/** Outcomes that end differently, the most likely first, each with those that end as it does. */
function endings(traces: readonly Trace[]): { trace: Trace; probability: number | null }[] {
  const out = new Map<string, { trace: Trace; probability: number | null }>();
  for (const trace of traces) {
    const { kind, reason } = trace.disposition;
    const key = JSON.stringify([kind, reason, trace.finalDestination, trace.source, trace.to.interface]);
    const known = out.get(key);
    if (!known) out.set(key, { trace, probability: trace.probability });
    else if (known.probability !== null)
      known.probability = trace.probability === null ? null : known.probability + trace.probability;
  }
  const all = [...out.values()];
  // what is left of certainty is shared by those of which nothing is known
  const open = all.filter(({ probability }) => probability === null).length;
  const rest = Math.max(0, 1 - all.reduce((sum, { probability }) => sum + (probability ?? 0), 0)) / Math.max(1, open);
  return all.sort((a, b) => (b.probability ?? rest) - (a.probability ?? rest));
}

function followOn(nodes: readonly ClusterNode[], first: ClusterNode, trace: Trace): ClusterPath {
  let left = MAX_WAYS - 1;
  let leftOut = 0;
  const follow = (here: ClusterNode, at: Trace, legs: readonly Leg[], before: readonly Passed[]): [Way, ...Way[]] => {
    const ended = (stopped: Stopped | null): [Way] => [{ legs, stopped, answer: null }];
    const crossing: Crossing | null = at.crossing;
    if (!crossing) return ended(null);
    const passed = [...before, { node: here, trace: at, crossing }];
    if (at.disposition.kind !== 'leavesNode' || at.to.interface === null || !crossing.nextHop)
      return [{ legs, stopped: null, answer: legs.length === 0 ? null : answerBack(nodes, passed) }];
    const next = nextNode(nodes, here, at.to.interface, crossing.nextHop, crossing.encap);
    if (next.kind === 'stop') return ended(next.stopped);
    if (legs.length >= MAX_LEGS)
      return ended({
        why: `It passes more than ${MAX_LEGS} nodes: ${protocolName(crossing.sent.protocol)} in a circle.`,
        fault: true,
        source: null,
      });
    const spec = specOf(crossing.received, next.device);
    const r = simulate(next.node.machine, spec);
    if (!r.ok) return ended({ why: `${next.node.name}: ${r.message}`, fault: false, source: null });
    const all = endings(r.simulation.traces);
    // room for those of this node is taken before the nodes behind it take theirs
    const followed = all.slice(0, 1 + left);
    left -= Math.max(0, followed.length - 1);
    leftOut += all.length - followed.length;
    const { node } = next;
    const leg = { node: node.name, machine: node.machine, how: next.how, device: next.device, spec };
    const [main, ...others] = followed.map((o, i) =>
      follow(node, o.trace, [...legs, { ...leg, ...o, outcome: i + 1, outcomes: all.length }], passed),
    );
    return main ? [...main, ...others.flat()] : ended(null);
  };
  return { ways: follow(first, trace, [], []), leftOut };
}
