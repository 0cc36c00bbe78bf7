// The answer in words: a headline, then what made it so, each claim with the line it was read from.
import { endpointText, ipText } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { Machine } from '../kernel/machine.ts';
import type { Simulation } from '../kernel/run.ts';
import { OWNER_NAMES } from '../owner.ts';
import type { PacketSpec } from '../packet-spec.ts';
import type { Fragment, Step, Trace } from '../trace.ts';
import { type Decision, decisionOf, type NatDecision } from './decision.ts';
import type { Destination, NamedService } from './destination.ts';
import { code, list, ref, type Sentence, sentence, strong } from './text.ts';

export interface Subject {
  readonly machine: Machine;
  readonly spec: PacketSpec;
  readonly simulation: Simulation;
  readonly trace: Trace;
  readonly decision: Decision;
  readonly destination: Destination;
}

export function subjectOf(
  machine: Machine,
  spec: PacketSpec,
  simulation: Simulation,
  trace: Trace,
  destination: Destination,
): Subject {
  return { machine, spec, simulation, trace, decision: decisionOf(trace), destination };
}

const bare = (id: string): string => id.split('/').at(-1) ?? id;

/** Pod, process or address that has the packet in the end. */
export function receiverName(t: Trace): string {
  if (t.to.pod) return bare(t.to.pod);
  if (t.to.process) return `process ${t.to.process.replace(/ \(pid \d+\)$/, '')}`;
  return t.finalDestination;
}

export function isExpected(t: Trace, service: NamedService): boolean {
  return service.endpoints.some((e) => e.address === t.finalDestination);
}

/** A destination rewrite by a rule of a port mapping: the pod's hostPort, Docker's published port. */
export function byHostPort(d: NatDecision | null): boolean {
  return d?.rule !== null && d?.rule !== undefined && (d.rule.owner === 'cni' || d.rule.owner === 'docker');
}

/** The port by which the taking rule matched: the destination port before the rewrite. */
export function takenPort(d: NatDecision): string {
  return String(d.rewrite.packet.dport ?? '');
}

export function headline(s: Subject): Sentence {
  const { trace, decision, destination, simulation } = s;
  const who = strong(
    trace.to.pod === null && trace.to.process !== null ? `The ${receiverName(trace)} of the node` : receiverName(trace),
  );
  const { service } = destination;
  const kind = trace.disposition.kind;
  if (kind === 'insufficientInfo') return sentence('The dumps do not tell where it goes: ', trace.disposition.reason);
  if (simulation.traces.length > 1) {
    const names = [...new Set(simulation.traces.map(receiverName))];
    if (names.length > 1)
      return sentence(
        'One of ',
        strong(String(names.length)),
        ` receivers gets it: ${list(names.slice(0, 6), 'or')}${names.length > 6 ? ', …' : ''}.`,
      );
  }
  if (kind === 'dropped' || kind === 'rejected' || kind === 'noRoute') {
    const verb = kind === 'dropped' ? 'is dropped' : kind === 'rejected' ? 'is refused' : 'has no route';
    const what = service ? `The packet for the service ${service.name}` : 'The packet';
    return sentence(`${what} `, strong(verb), ': ', lower(trace.disposition.reason));
  }
  if (simulation.entryRole === 'outranks' && trace.to.pod && service && !isExpected(trace, service)) {
    return sentence(
      who,
      ' still answers, not the service ',
      strong(service.name),
      ': conntrack remembers an older decision, and it outranks the rules.',
    );
  }
  if (byHostPort(decision.dnat) && decision.dnat) {
    const port = takenPort(decision.dnat);
    if (service && !isExpected(trace, service)) {
      const before = service.ipvs ? 'IPVS could see it' : 'kube-proxy’s rules could';
      return sentence(
        who,
        ' answered, not the service ',
        strong(service.name),
        `: its hostPort ${port} took the packet before ${before}.`,
      );
    }
    if (destination.wrongPortOf) {
      return sentence(
        who,
        ` answered: the service ${destination.wrongPortOf} has no port ${port}, and hostPort ${port} takes every local address.`,
      );
    }
    return sentence(who, ` answered: hostPort ${port} of the node leads to it.`);
  }
  if (service && trace.ipvs)
    return sentence(
      who,
      ' answered for the service ',
      strong(service.name),
      `: IPVS sent the packet from ${trace.ipvs.virtualService} to it.`,
    );
  if (service && decision.dnat && isExpected(trace, service))
    return sentence(
      who,
      ' answered for the service ',
      strong(service.name),
      ': kube-proxy’s rules sent the packet to it.',
    );
  if (destination.wrongPortOf && trace.to.process) {
    return sentence(
      who,
      ` answered: the service ${destination.wrongPortOf} has no port ${s.spec.dport ?? ''}, and its address is local to the node.`,
    );
  }
  if (kind === 'leavesNode') {
    const to = trace.to.pod ? sentence(' for ', strong(bare(trace.to.pod)), ' on another node').fragments : null;
    return sentence(
      'The packet leaves the node by ',
      strong(trace.to.interface ?? '?'),
      to,
      decision.dnat ? `, rewritten to ${trace.finalDestination}.` : ', its destination unchanged.',
    );
  }
  if (!decision.dnat) return sentence(who, ' receives it directly: no rule changes its destination.');
  return sentence(who, ` answered: its destination was rewritten to ${trace.finalDestination}.`);
}

const lower = (text: string): string =>
  /^[A-Z][a-z]/.test(text) && !/^(?:IPVS|ICMP)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

/** Why the address counts as one of the node's: the line of the local table. */
function localSentence(s: Subject): Sentence | null {
  const local = s.machine.fib.localType(s.spec.dst);
  if (local?.type !== 'local' || !local.source) return null;
  const address = ipText(s.spec.dst);
  const { service } = s.destination;
  if (local.device !== null && s.machine.links.get(local.device)?.kind === 'dummy') {
    return sentence(
      service || s.destination.wrongPortOf ? 'The service address ' : 'The address ',
      code(address),
      ' sits on ',
      strong(local.device),
      ', so it counts as local (',
      ref(local.source),
      ').',
    );
  }
  return sentence(
    'The address ',
    code(address),
    ` is the node's own, on ${local.device ?? '?'} (`,
    ref(local.source),
    ').',
  );
}

/** The other nat base-chain jumps that stand around the one taken: order is what a clash is about. */
function orderFragments(s: Subject, taken: Step): Fragment[] {
  const rules =
    s.machine.tables
      .find((t) => t.name === 'nat' && t.chain(taken.chain ?? '')?.rules.some((r) => r.rule.source === taken.source))
      ?.chain(taken.chain ?? '')?.rules ?? [];
  const own = rules.findIndex((r) => r.rule.source === taken.source);
  const other = rules.findIndex((r) => r.owner === 'kube-proxy' && r.action.kind === 'jump');
  const rule = rules[other];
  if (own < 0 || !rule || other === own || taken.owner === 'kube-proxy') return [];
  return [
    { kind: 'text', text: `stands ${own < other ? 'before' : 'after'} kube-proxy’s (` },
    ref(rule.rule.source),
    { kind: 'text', text: ') and ' },
  ];
}

/** Does the rule ask for any address of the node: `addrtype` of iptables, `fib` of nftables? */
function matchesLocal(step: Step | undefined): boolean {
  return /--dst-type LOCAL|\bfib daddr (?:\. \w+ )?type local/.test(step?.rule ?? '');
}

function dnatSentences(s: Subject, d: NatDecision): Sentence[] {
  const out: Sentence[] = [];
  const { rewrite, rule, jumps } = d;
  const r = rewrite.rewrite;
  if (!r) return out;
  const outer = jumps[0];
  const name = OWNER_NAMES[rule?.owner ?? rewrite.owner ?? 'other'];
  const local = localSentence(s);
  if (local && (matchesLocal(outer) || rewrite.owner === 'ipvs')) out.push(local);
  if (rewrite.owner === 'conntrack') {
    out.push(
      sentence(
        'The connection is already known to conntrack',
        rewrite.source ? sentence(' (', ref(rewrite.source), ')').fragments : null,
        ', with the destination ',
        code(r.after),
        '. Rules in nat are only asked for the first packet of a connection, so the entry decides.',
      ),
    );
    return out;
  }
  if (rewrite.owner === 'ipvs') return out;
  if (outer?.source && rule?.source) {
    const what = matchesLocal(outer) ? 'matches every local address' : 'matches this packet';
    const selects = jumps.slice(1).find((j) => /(?:--dports?|\bdport) /.test(j.rule ?? ''));
    out.push(
      sentence(
        `The ${name} jump (`,
        ref(outer.source),
        ') ',
        orderFragments(s, outer),
        what,
        selects?.source ? sentence(`, then port ${takenPort(d)} (`, ref(selects.source), ')').fragments : null,
        `; its DNAT rule (`,
        ref(rule.source),
        ') rewrites the destination ',
        code(r.before),
        ' → ',
        code(r.after),
        ` in nat ${rewrite.hook} at priority ${rewrite.priority}.`,
      ),
    );
  } else if (rule?.source) {
    out.push(
      sentence(
        'The rule ',
        ref(rule.source),
        ' rewrites the destination ',
        code(r.before),
        ' → ',
        code(r.after),
        ` in nat ${rewrite.hook}.`,
      ),
    );
  }
  return out;
}

function routeSentence(s: Subject): Sentence | null {
  const { trace, destination } = s;
  const service = destination.service?.ipvs;
  if (!service || trace.ipvs || !s.decision.dnat || trace.disposition.kind === 'rejected') return null;
  const d = s.decision.dnat.rewrite;
  if (d.owner === 'conntrack' && s.simulation.entryRole === 'agrees') return null;
  const route = trace.steps.find(
    (x) => x.kind === 'route' && x.rewrite === null && trace.steps.indexOf(x) > trace.steps.indexOf(d),
  );
  return sentence(
    'From there it is routed to ',
    code(trace.finalDestination),
    route?.source ? sentence(' (', ref(route.source), ')').fragments : null,
    ', which is no address of the node. IPVS, which has ',
    code(endpointText(service.address ?? s.spec.dst, service.port), service.source),
    ' (',
    ref(service.source),
    '), waits at LOCAL_IN, priority 99, and is never reached.',
  );
}

function ipvsSentence(s: Subject): Sentence | null {
  const step = s.trace.steps.find((x) => x.kind === 'ipvs' && x.hook !== null);
  if (!step?.source || !s.trace.ipvs) return null;
  const where = step.hook === 'INPUT' ? 'LOCAL_IN, priority 99' : 'LOCAL_OUT, priority -98';
  const server = step.why.find((f) => f.source)?.source;
  return sentence(
    'IPVS takes it at ',
    where,
    ': virtual service ',
    code(s.trace.ipvs.virtualService),
    ' (',
    ref(step.source),
    ') sends it to ',
    code(s.trace.ipvs.realServer),
    server ? sentence(' (', ref(server), ')').fragments : null,
    '. From there it goes through OUTPUT and POSTROUTING, not FORWARD.',
  );
}

/** An ACCEPT in nat that kept later rules from the packet: what makes the healthy order healthy. */
function shieldSentence(s: Subject): Sentence | null {
  const accept = s.trace.steps.find(
    (x) =>
      x.kind === 'rule' &&
      x.table === 'nat' &&
      x.verdict === 'ACCEPT' &&
      x.owner === 'kube-proxy' &&
      (x.hook === 'PREROUTING' || x.hook === 'OUTPUT') &&
      !/-j DNAT/.test(x.rule ?? ''),
  );
  if (!accept?.source) return null;
  return sentence(
    'kube-proxy’s rule ',
    ref(accept.source),
    ` accepts it in nat ${accept.hook}, so that no later rule there can change its destination.`,
  );
}

function snatSentence(s: Subject): Sentence | null {
  const d = s.decision.snat;
  const r = d?.rewrite.rewrite;
  if (!d || !r) return null;
  if (!d.rule?.source)
    return sentence(
      'Its source is ',
      code(r.before),
      ' → ',
      code(r.after),
      d.rewrite.source ? sentence(' (', ref(d.rewrite.source), ')').fragments : null,
      ': the receiver sees that address.',
    );
  const mark = s.trace.steps.find(
    (x) => x.kind === 'rule' && /-j MARK/.test(x.rule ?? '') && !/0x0$/.test(x.rule ?? ''),
  );
  return sentence(
    'On the way out ',
    ref(d.rule.source),
    ' rewrites the source ',
    code(r.before),
    ' → ',
    code(r.after),
    mark?.source && /--mark|KUBE-POSTROUTING/.test(`${d.rule.rule} ${d.rule.chain}`)
      ? sentence(', because the packet was marked (', ref(mark.source), ')').fragments
      : null,
    ': the receiver sees that address.',
  );
}

function endSentence(s: Subject): Sentence | null {
  const { disposition } = s.trace;
  if (disposition.kind === 'delivered') return null;
  const last = s.decision.last;
  const source = disposition.source ?? last?.source ?? null;
  const comment = /--comment "((?:\\"|[^"])*)"/.exec(last?.rule ?? '')?.[1];
  return sentence(
    disposition.reason.replace(/\.$/, ''),
    source ? sentence(' (', ref(source), ')').fragments : null,
    '.',
    comment ? ` Its comment: “${comment.replaceAll('\\"', '"')}”.` : null,
  );
}

function conntrackSentence(s: Subject): Sentence | null {
  const { entry, entryRole } = s.simulation;
  if (!entry || entryRole === 'none' || s.decision.dnat?.rewrite.owner === 'conntrack') return null;
  const reply = code(endpointText(entry.reply.src, entry.reply.sport));
  const text =
    entryRole === 'decides'
      ? 'The conntrack entry of this very flow tells which of the possible outcomes it was: replies come from '
      : 'The conntrack entry of this very flow agrees: replies come from ';
  return sentence(text, reply, ' (', ref(entry.source), ').');
}

function countersSentence(s: Subject): Sentence | null {
  const service = s.destination.service?.ipvs;
  if (!service?.address || s.trace.ipvs || !s.decision.dnat) return null;
  const key = endpointText(service.address, service.port);
  const stats = s.machine.state.ipvsStats?.find((x) => x.protocol === service.protocol && x.address === key);
  return stats && stats.connections === 0
    ? sentence('IPVS has counted no connection for ', code(key), ' (', ref(stats.source), ').')
    : null;
}

/** The sentences under the headline, in the order of the packet's way. */
export function sentences(s: Subject): Sentence[] {
  const out: (Sentence | null)[] = [];
  const { dnat } = s.decision;
  if (!dnat && s.destination.nodeAddress === false && s.trace.steps.some((x) => x.kind === 'socket'))
    out.push(localSentence(s));
  if (dnat) out.push(...dnatSentences(s, dnat));
  out.push(
    s.trace.ipvs ? shieldSentence(s) : null,
    ipvsSentence(s),
    routeSentence(s),
    snatSentence(s),
    endSentence(s),
    conntrackSentence(s),
    countersSentence(s),
  );
  const listener = s.trace.steps.find((x) => x.kind === 'socket' && x.source);
  if (listener?.source)
    out.push(sentence(`${s.trace.to.process ?? 'A process'} listens there (`, ref(listener.source), ').'));
  return out.filter((x): x is Sentence => x !== null);
}

export function protocolText(spec: PacketSpec): string {
  return protocolName(spec.protocol);
}
