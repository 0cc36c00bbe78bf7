// What would change it: the simulator run again on a changed copy of the node's state. Nothing here guesses; each answer is a run.
import type { IptablesChain, IptablesRule, NodeState } from '../../parsers/nodestate/state.ts';
import { Machine } from '../kernel/machine.ts';
import { replyTo } from '../kernel/reply.ts';
import { type Simulation, simulate } from '../kernel/run.ts';
import { ownerOfRule } from '../owner.ts';
import type { PacketSpec } from '../packet-spec.ts';
import type { Trace } from '../trace.ts';
import { byHostPort, isExpected, receiverName, type Subject, takenPort } from './sentences.ts';
import { list } from './text.ts';

export interface WhatIf {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly before: string;
  readonly after: string;
  readonly changed: boolean;
  readonly tone: 'good' | 'bad' | 'neutral';
}

/** A state with one chain of the nat table (IPv4 or IPv6 as the packet) edited; the flow's conntrack entry is taken out with it. */
function withChain(
  state: NodeState,
  family: 4 | 6,
  name: string,
  edit: (rules: readonly IptablesRule[]) => IptablesRule[],
): NodeState {
  const iptables = state.iptables.map((dump) => {
    const nat = dump.tables.get('nat');
    const chain = nat?.chains.get(name);
    if (dump.family !== family || !nat || !chain) return dump;
    const edited: IptablesChain = { ...chain, rules: edit(chain.rules) };
    return {
      ...dump,
      tables: new Map(dump.tables).set('nat', { ...nat, chains: new Map(nat.chains).set(name, edited) }),
    };
  });
  return { ...state, iptables };
}

function withoutEntry(state: NodeState, simulation: Simulation): NodeState {
  return simulation.entry && state.conntrack
    ? { ...state, conntrack: state.conntrack.filter((e) => e !== simulation.entry) }
    : state;
}

function outcomeText(traces: readonly Trace[]): string {
  const one = (t: Trace): string => {
    const kind = t.disposition.kind;
    if (kind === 'dropped') return 'dropped';
    if (kind === 'rejected') return 'refused';
    if (kind === 'noRoute') return 'no route';
    if (kind === 'insufficientInfo') return 'not known';
    const via = t.ipvs ? ' via IPVS' : '';
    const who = receiverName(t);
    return `${who === t.finalDestination ? '' : `${who} `}${t.finalDestination}${via}${kind === 'leavesNode' && !t.to.pod ? `, leaves by ${t.to.interface ?? '?'}` : ''}`;
  };
  return list([...new Set(traces.map(one))], 'or');
}

interface Change {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly state: NodeState;
}

const owner = (r: IptablesRule) => ownerOfRule(r.chain, r.target?.name ?? null, r.comment);
const isKubeJump = (r: IptablesRule) => owner(r) === 'kube-proxy' && r.target?.name === 'KUBE-SERVICES';
const isPortMapJump = (r: IptablesRule) =>
  /^(?:CNI-HOSTPORT-DNAT|KUBE-HOSTPORTS|CRIO-HOSTPORTS|DOCKER)$/.test(r.target?.name ?? '');

/** Swaps the order of kube-proxy's jump and the port mapping's in a base chain. */
function orderChange(s: Subject, base: string, state: NodeState): Change | null {
  const family = s.spec.dst.family;
  const chain = s.machine.state.iptables
    .find((d) => d.family === family && d.tables.get('nat')?.chains.has(base))
    ?.tables.get('nat')
    ?.chains.get(base);
  const kube = chain?.rules.findIndex(isKubeJump) ?? -1;
  const map = chain?.rules.findIndex(isPortMapJump) ?? -1;
  if (!chain || kube < 0 || map < 0) return null;
  const kubeFirst = map < kube;
  const moved = (rules: readonly IptablesRule[]): IptablesRule[] => {
    const first = rules.filter(kubeFirst ? isKubeJump : isPortMapJump);
    return [...first, ...rules.filter((r) => !first.includes(r))];
  };
  const name = chain.rules[map]?.target?.name ?? '';
  return {
    id: kubeFirst ? 'kube-services-first' : 'hostport-first',
    label: kubeFirst ? 'KUBE-SERVICES first' : `${name} first`,
    detail: kubeFirst
      ? 'the healthy order: portmap from 0.7.5 on appends its jump; an order once wrong stays until the rule is moved'
      : 'the order that portmap before 0.7.5 made',
    state: withChain(state, family, base, moved),
  };
}

function changes(s: Subject): Change[] {
  const { machine, simulation, spec } = s;
  const family = spec.dst.family;
  const state = withoutEntry(machine.state, simulation);
  const out: Change[] = [];
  if (simulation.entryRole === 'outranks' && simulation.entry) {
    out.push({
      id: 'conntrack-deleted',
      label: 'this conntrack entry deleted',
      detail: 'conntrack -D of this flow; the next packet meets the rules again',
      state,
    });
  }
  const base = spec.where.kind === 'local' ? 'OUTPUT' : 'PREROUTING';
  const order = orderChange(s, base, state);
  if (order) out.push(order);
  const dnat = s.decision.dnat;
  if (byHostPort(dnat) && dnat?.rule) {
    const source = dnat.rule.source;
    const chain = dnat.rule.chain ?? '';
    out.push({
      id: 'without-hostport',
      label: `${receiverName(s.trace)} without hostPort ${takenPort(dnat)}`,
      detail: 'its DNAT rule taken out',
      state: withChain(state, family, chain, (rules) => rules.filter((r) => r.source !== source)),
    });
  }
  const key = family === 4 ? 'net.bridge.bridge-nf-call-iptables' : 'net.bridge.bridge-nf-call-ip6tables';
  const now = machine.sysctl(key);
  if (now !== null && s.trace.steps.some((x) => x.kind === 'enter' && / a port of /.test(x.summary))) {
    const value = now === '1' ? '0' : '1';
    const sysctl = new Map(machine.state.sysctl ?? []);
    const old = sysctl.get(key);
    if (old) {
      sysctl.set(key, { value, source: old.source });
      out.push({
        id: 'bridge-nf',
        label: `${key}=${value}`,
        detail: value === '0' ? 'bridged packets pass no IP hook' : 'bridged packets pass the IP hooks',
        state: { ...state, sysctl },
      });
    }
  }
  return out;
}

/** Why the answer would not come back in one of the outcomes; null when it does in all of them. */
function brokenReply(m: Machine, traces: readonly Trace[]): string | null {
  for (const t of traces) {
    const reply = t.crossing ? replyTo(m, t, t.crossing) : null;
    if (reply?.verdict === 'breaks') return reply.reason;
  }
  return null;
}

/** Good when every outcome reaches an endpoint of the service that the destination names, bad when one no longer does. */
function toneOf(s: Subject, after: readonly Trace[], broken: boolean): WhatIf['tone'] {
  const { service } = s.destination;
  if (!service) return 'neutral';
  const reaches = (traces: readonly Trace[]) => traces.every((t) => isExpected(t, service));
  if (broken || (reaches(s.simulation.traces) && !reaches(after))) return 'bad';
  return reaches(after) && !reaches(s.simulation.traces) ? 'good' : 'neutral';
}

export function whatIfs(s: Subject, spec: PacketSpec): WhatIf[] {
  const before = outcomeText(s.simulation.traces);
  // A changed state has no entry for the flow: whether something changed is told against the rules alone, not against the entry.
  const unchanged = s.simulation.entry
    ? simulate(new Machine(withoutEntry(s.machine.state, s.simulation)), spec)
    : null;
  const baseline = unchanged?.ok ? outcomeText(unchanged.simulation.traces) : before;
  const wasBroken = brokenReply(s.machine, s.simulation.traces) !== null;
  return changes(s).flatMap((c) => {
    const changedNode = new Machine(c.state);
    const r = simulate(changedNode, spec);
    if (!r.ok) return [];
    const broken = wasBroken ? null : brokenReply(changedNode, r.simulation.traces);
    const after = `${outcomeText(r.simulation.traces)}${broken === null ? '' : `, but: ${broken.replace(/\.$/, '')}`}`;
    const reference = c.id === 'conntrack-deleted' ? before : baseline;
    const changed = after !== reference;
    return [
      {
        id: c.id,
        label: c.label,
        detail: c.detail,
        before,
        after,
        changed,
        tone: changed ? toneOf(s, r.simulation.traces, broken !== null) : 'neutral',
      },
    ];
  });
}
