// From a packet spec and a node's state to the explanation: the answer first, then the evidence, then why not and what if.
import { endpointText } from '../../parsers/core/address.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { findingsFor } from '../diagnose/diagnose.ts';
import type { Finding } from '../diagnose/diagnosis.ts';
import { type Leg, onwardPath, type Way } from '../kernel/cluster.ts';
import { type Machine, machineOf } from '../kernel/machine.ts';
import { type Reply, replyTo } from '../kernel/reply.ts';
import { type Simulation, simulate } from '../kernel/run.ts';
import { type PacketSpec, parsePacketSpec, specText, whereText } from '../packet-spec.ts';
import type { Seen } from '../seen.ts';
import type { Trace } from '../trace.ts';
import { withJumps } from './decision.ts';
import { destinationOf } from './destination.ts';
import { type Diagram, diagramOf } from './diagram.ts';
import { withNodes } from './diagram-nodes.ts';
import { headline, protocolText, type Subject, sentences, subjectOf } from './sentences.ts';
import { list, type Sentence, sentence, strong } from './text.ts';
import { type WhatIf, whatIfs } from './what-if.ts';
import { type WhyNot, whyNot } from './why-not.ts';

/** Outcomes beyond this many are counted, not listed. */
const MAX_OUTCOMES = 64;

/** One outcome, told and drawn on its own. */
export interface ExplainedOutcome extends Omit<Trace, 'conntrack' | 'crossing'> {
  readonly headline: Sentence;
  readonly sentences: readonly Sentence[];
  readonly diagram: Diagram;
  /** The way back of the answer; null for a packet that gets none. */
  readonly reply: Reply | null;
  /** How it goes on on other nodes; null where it does not leave this one, or no other's snapshot was given. */
  readonly onward: Onward | null;
}

/** One way over the nodes after the first. */
export interface OnwardWay {
  readonly legs: readonly ExplainedLeg[];
  /** Why it is not followed further although it goes on; null where it ends at its receiver, or leaves the nodes that are known. */
  readonly stopped: string | null;
  /** How its answer fares; null where there is none or it was not followed. */
  readonly answer: Pick<Reply, 'verdict' | 'reason'> | null;
}

/** The path after the first node: the most likely outcome of each, and the others. */
export interface Onward extends OnwardWay {
  /** Ways of other outcomes, each whole from the first of these nodes on. */
  readonly others: readonly OnwardWay[];
  /** Outcomes that were not followed because there are too many. */
  readonly leftOut: number;
}

/** One more node, told by its most likely outcome. */
export interface ExplainedLeg {
  readonly node: string;
  readonly how: string;
  readonly packet: string;
  readonly headline: Sentence;
  readonly sentences: readonly Sentence[];
  readonly disposition: Trace['disposition'];
  readonly to: Trace['to'];
  readonly steps: Trace['steps'];
  /** Which of how many outcomes on that node this is, counted from 1; those that end alike are one. */
  readonly outcome: number;
  readonly outcomes: number;
  /** How likely it is on that node; null when not known. */
  readonly probability: number | null;
  /** What it assumes. */
  readonly assumptions: Trace['assumptions'];
}

export interface Explanation {
  readonly packet: {
    readonly spec: string;
    readonly protocol: string;
    readonly src: string;
    readonly dst: string;
    readonly sport: number | null;
    readonly dport: number | null;
    readonly arrives: string;
  };
  readonly headline: Sentence;
  readonly sentences: readonly Sentence[];
  readonly badges: readonly { readonly text: string; readonly tone: 'good' | 'neutral' | 'warn' | 'bad' }[];
  readonly outcomes: readonly ExplainedOutcome[];
  readonly diagram: Diagram;
  readonly whyNot: WhyNot | null;
  readonly whatIf: readonly WhatIf[];
  readonly findings: readonly Finding[];
  readonly issues: readonly string[];
}

export type ExplainResult =
  | { readonly ok: true; readonly explanation: Explanation }
  | { readonly ok: false; readonly message: string };

/** @param beyond ways over other nodes, where one of them has several outcomes; else 0 */
function badges(s: Subject, beyond: number): Explanation['badges'] {
  const out: { text: string; tone: 'good' | 'neutral' | 'warn' | 'bad' }[] = [];
  const { entryRole, traces } = s.simulation;
  if (entryRole === 'agrees') out.push({ text: 'conntrack agrees', tone: 'good' });
  if (entryRole === 'decides') out.push({ text: 'decided by conntrack', tone: 'good' });
  if (entryRole === 'outranks') out.push({ text: 'conntrack outranks the rules', tone: 'warn' });
  const assumptions = new Set(traces.flatMap((t) => t.assumptions.map((a) => a.assumed)));
  if (traces.length === 1 && assumptions.size === 0 && beyond === 0)
    out.push({ text: 'from the rules alone, nothing assumed', tone: 'good' });
  if (assumptions.size > 0 && entryRole !== 'decides')
    out.push({ text: `${assumptions.size} ${assumptions.size === 1 ? 'assumption' : 'assumptions'}`, tone: 'warn' });
  const ends = new Set(traces.map((t) => `${t.disposition.kind} ${t.finalDestination} ${t.source}`));
  if (traces.length > 1 && ends.size === 1)
    out.push({ text: `all ${traces.length} outcomes agree, whatever is assumed`, tone: 'good' });
  else out.push({ text: `${traces.length} ${traces.length === 1 ? 'outcome' : 'outcomes'}`, tone: 'neutral' });
  if (beyond > 0) out.push({ text: `${beyond} outcomes on other nodes`, tone: 'warn' });
  return out;
}

/** Dumps whose absence left a question open, and lines that could not be read. */
function issuesOf(m: Machine, simulation: Simulation): string[] {
  const out: string[] = [];
  const s = m.state;
  if (s.iptables.length === 0 && s.nft === null)
    out.push('No dump of rules was given: they are unknown (iptables-save -c, nft list ruleset).');
  if (s.host.routes === null) out.push('No routes were given (ip -j route show table all).');
  if (s.host.links === null) out.push('No interfaces were given (ip -j -d link).');
  if (s.ipvsServices === null)
    out.push('No IPVS dump was given: whether virtual services exist is unknown (ipvsadm -Sn).');
  const unread = s.files.reduce((n, f) => n + f.warnings.length, 0);
  if (unread > 0) {
    const first = s.files.flatMap((f) => f.warnings)[0];
    out.push(
      `${unread} ${unread === 1 ? 'line was' : 'lines were'} not understood; the first is ${first?.source.file}:${first?.source.line}: ${first?.message}.`,
    );
  }
  if (simulation.truncated) out.push('There are more possible outcomes than were followed.');
  if (simulation.traces.length > MAX_OUTCOMES)
    out.push(`${simulation.traces.length - MAX_OUTCOMES} more outcomes are not listed.`);
  return out;
}

function explainedOutcome(s: Subject, trace: Trace): ExplainedOutcome {
  const { conntrack: _conntrack, crossing, ...shown } = trace;
  const own = subjectOf(s.machine, s.spec, { ...s.simulation, traces: [trace] }, trace, s.destination);
  const reply = crossing ? replyTo(s.machine, trace, crossing) : null;
  const path = onwardPath(s.machine, trace);
  const [main, ...others] = path?.ways ?? [];
  const diagram = diagramOf(own);
  // over several nodes it is known how the answer fares, where one is sent; alone, this one only knows its own part
  const told = path?.ways.find((way) => way.answer !== null)?.answer ?? null;
  const some = path?.ways.some((way) => way.answer === null) === true;
  const answer = told && some ? { ...told, reason: `Where it arrives: ${told.reason}` } : told;
  const nobodyAnswers =
    main?.stopped?.fault === true || (answer === null && main !== undefined && main.legs.length > 0);
  return {
    ...shown,
    steps: withJumps(trace.steps),
    headline: headline(own),
    sentences: sentences(own),
    diagram: path ? withNodes(diagram, path) : diagram,
    reply: nobodyAnswers ? null : reply && answer ? { ...reply, ...answer } : reply,
    onward: path && main ? { ...explainedWay(main), others: others.map(explainedWay), leftOut: path.leftOut } : null,
  };
}

function explainedWay({ legs, stopped, answer }: Way): OnwardWay {
  return { legs: legs.map(explainedLeg), stopped: stopped?.why ?? null, answer };
}

function explainedLeg({ node, machine: m, how, spec, trace, outcome, outcomes, probability }: Leg): ExplainedLeg {
  const destination = destinationOf(m, spec.protocol, spec.dst, spec.dport);
  const simulation: Simulation = { traces: [trace], entry: null, entryRole: 'none', ofRules: [], truncated: false };
  const subject = subjectOf(m, spec, simulation, trace, destination);
  return {
    node,
    how,
    packet: specText(spec),
    headline: headline(subject),
    sentences: sentences(subject),
    disposition: trace.disposition,
    to: trace.to,
    steps: withJumps(trace.steps),
    ...{ outcome, outcomes, probability, assumptions: trace.assumptions },
  };
}

function waysOf(outcomes: readonly ExplainedOutcome[]): number {
  return outcomes.reduce((sum, { onward }) => {
    const more = onward ? onward.others.length + onward.leftOut : 0;
    return sum + (more === 0 ? 0 : more + 1);
  }, 0);
}

/** The node that a packet begins on: of several, the one that has its pod, or alone has its interface. */
function beginsOn(state: NodeState, spec: PacketSpec): NodeState {
  const { where } = spec;
  if (state.others.length === 0 || where.kind === 'local') return state;
  const has = (s: NodeState): boolean => {
    const m = machineOf(s);
    if (where.kind === 'in') return m.links.has(where.device);
    const pod = m.podByName(where.name);
    return pod !== null && pod !== 'ambiguous' && m.hostInterfaceOf(pod) !== null;
  };
  if (has(state)) return state;
  const other = state.others.find((o) => has(o.state));
  if (!other) return state;
  const first = { name: state.kernel?.hostname ?? 'the first node', state };
  return { ...other.state, others: [first, ...state.others.filter((o) => o !== other)] };
}

/** The answer of the first node, and of the last that the packet comes to. */
function headlineOverNodes(s: Subject, first: ExplainedOutcome | undefined): Sentence {
  const own = headline(s);
  const leg = first?.onward?.legs.at(-1);
  if (leg) {
    const likely = leg.probability === null ? '' : `, ${Math.round(leg.probability * 1000) / 10} %`;
    const which = leg.outcomes > 1 ? ` (outcome ${leg.outcome} of ${leg.outcomes} there${likely})` : '';
    return sentence(own.fragments, ' On ', strong(leg.node), `${which}: `, leg.headline.fragments);
  }
  return first?.onward?.stopped ? sentence(own.fragments, ` ${first.onward.stopped}`) : own;
}

/** What the capture decided that no packet as typed could have. */
function decidedByCapture(seen: Seen | null): Sentence | null {
  if (!seen || seen.answered.size === 0) return null;
  const size = seen.length === null ? '' : `, ${seen.length} bytes`;
  const when = new Date(seen.at * 1000).toISOString();
  return sentence(`The captured packet (${when}${size}) decided what ${list([...seen.answered])} of the rules say.`);
}

/** Explains one packet on an already compiled node. */
export function explainOn(m: Machine, text: string, captured: Seen | null = null): ExplainResult {
  const spec = parsePacketSpec(text);
  if (!spec.ok) return spec;
  const seen = captured && { ...captured, answered: new Set<string>() };
  const v: PacketSpec = { ...spec.value, seen };
  const r = simulate(m, v);
  if (!r.ok) return r;
  const decided = decidedByCapture(seen);
  const { simulation } = r;
  const ordered = [...simulation.traces].sort((a, b) => (b.probability ?? -1) - (a.probability ?? -1));
  const trace = ordered[0];
  if (!trace) return { ok: false, message: 'the simulation gave no outcome' };
  const destination = destinationOf(m, v.protocol, v.dst, v.dport);
  const s = subjectOf(m, v, { ...simulation, traces: ordered }, trace, destination);
  const src = v.src ?? null;
  const outcomes = ordered.slice(0, MAX_OUTCOMES).map((t) => explainedOutcome(s, t));
  return {
    ok: true,
    explanation: {
      packet: {
        spec: specText(v),
        protocol: protocolText(v),
        src: src ? endpointText(src, null) : (trace.steps[0]?.packet.src ?? ''),
        dst: endpointText(v.dst, null),
        sport: v.sport,
        dport: v.dport,
        arrives: whereText(v.where),
      },
      headline: headlineOverNodes(s, outcomes[0]),
      sentences: decided ? [...sentences(s), decided] : sentences(s),
      badges: badges(s, waysOf(outcomes)),
      outcomes,
      diagram: diagramOf(s),
      whyNot: whyNot(s),
      whatIf: whatIfs(s, v),
      findings: findingsFor(s),
      issues: issuesOf(m, simulation),
    },
  };
}

/** Explains one packet, written as in packet-spec.ts, on a node's state. @param captured what a capture tells of it beside */
export function explainPacket(state: NodeState, text: string, captured: Seen | null = null): ExplainResult {
  const spec = parsePacketSpec(text);
  return explainOn(machineOf(spec.ok ? beginsOn(state, spec.value) : state), text, captured);
}
