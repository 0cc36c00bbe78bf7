// A hostPort takes packets that were meant for a service, a node port or a listening process of the node. Found without a packet: the
// packets that each mapping's rule can take (netpath/symbolic) are met with everything that packets are meant for. The simulator then says
// of one packet from each kind of sender whether the mapping has it, so that what is reported is what the kernel would do.
import { endpointText, ipText, isLoopback } from '../../../parsers/core/address.ts';
import { protocolName } from '../../../parsers/core/protocol-numbers.ts';
import { decisionOf, type NatDecision } from '../../explain/decision.ts';
import { destinationOf } from '../../explain/destination.ts';
import { byHostPort, receiverName } from '../../explain/sentences.ts';
import { list } from '../../explain/text.ts';
import { Machine } from '../../kernel/machine.ts';
import { simulate } from '../../kernel/run.ts';
import { parsePacketSpec } from '../../packet-spec.ts';
import { iptablesTakingRules } from '../../symbolic/iptables-regions.ts';
import { type MeantFor, meantFor } from '../../symbolic/meant-for.ts';
import { nftTakingRules } from '../../symbolic/nft-regions.ts';
import { type Origin, originsOf } from '../../symbolic/origins.ts';
import { admitsDestination, admitsOrigin } from '../../symbolic/region.ts';
import type { TakingRule } from '../../symbolic/taking-rule.ts';
import type { Trace } from '../../trace.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

interface Taken {
  readonly trace: Trace;
  readonly decision: NatDecision;
  /** In other worlds the packet goes where it was meant to: what the dumps do not tell decides. */
  readonly assumed: string | null;
}

/** The world in which another rule than kube-proxy's has the packet, and not for an endpoint of what it was meant for. */
function takenBy(m: Machine, text: string): Taken | null {
  const spec = parsePacketSpec(text);
  const r = spec.ok ? simulate(m, spec.value) : null;
  if (!spec.ok || !r?.ok) return null;
  const { service } = destinationOf(m, spec.value.protocol, spec.value.dst, spec.value.dport);
  const { traces } = r.simulation;
  const taken = traces.filter((t) => {
    const { dnat } = decisionOf(t);
    const foreign = dnat?.rule && dnat.rule.owner !== 'kube-proxy';
    return foreign && service?.endpoints.some((e) => e.address === t.finalDestination) !== true;
  });
  const trace = taken[0];
  const decision = trace ? decisionOf(trace).dnat : null;
  if (!trace || !decision) return null;
  const assumed =
    taken.length === traces.length ? null : [...new Set(trace.assumptions.map((x) => x.assumed))].join(', ');
  return { trace, decision, assumed };
}

/** Container runtimes hold a socket on the ports that they map themselves; nobody is meant to reach it. */
function holdsMapping(t: MeantFor, rule: TakingRule): boolean {
  if (t.kind !== 'listener') return false;
  if (/ (?:docker-proxy|rootlessport)$/.test(t.what)) return true;
  return / (?:kubelet|crio)$/.test(t.what) && /^-A (?:KUBE-HP-|CRIO-)/.test(rule.source.text);
}

/** One packet of each kind of sender that one of the rules can take on its way to the target. */
function packets(m: Machine, t: MeantFor, rules: readonly TakingRule[], origins: readonly Origin[]) {
  const local = m.fib.localType(t.ip)?.type === 'local';
  const possible = rules.filter(
    (r) => admitsDestination(r.region, t.protocol, t.ip, t.port, local) && !holdsMapping(t, r),
  );
  if (possible.length === 0) return [];
  return origins.flatMap((o) => {
    const hook = o.device === null ? 'OUTPUT' : 'PREROUTING';
    if (o.device !== null && isLoopback(t.ip)) return [];
    if (!possible.some((r) => r.hook === hook && admitsOrigin(r.region, o.src, o.device))) return [];
    const from = o.src ? endpointText(o.src, 40000) : '*:40000';
    return [{ from: o.from, spec: `${protocolName(t.protocol)} ${from} > ${endpointText(t.ip, t.port)} ${o.where}` }];
  });
}

/** A finding while it is still added to. */
interface Shadow {
  readonly finding: Finding;
  readonly from: Set<string>;
  readonly addresses: Set<string>;
  readonly kind: MeantFor['kind'];
  readonly rule: string;
}

function shadowOf(m: Machine, t: MeantFor, taken: Taken, spec: string): Shadow {
  const { rule, jumps } = taken.decision;
  const pod = taken.trace.to.pod ?? receiverName(taken.trace);
  const evidence = [jumps[0]?.source, rule?.source, t.rule, t.source].filter((x) => x !== null && x !== undefined);
  const isMapping = byHostPort(taken.decision);
  const by = isMapping
    ? `hostPort ${t.port}/${protocolName(t.protocol)} of ${pod}`
    : `the DNAT rule ${rule?.source?.file}:${rule?.source?.line} to ${pod}`;
  return {
    finding: {
      id: 'hostport-shadows',
      title: `${by} takes ${t.what}`,
      confidence: taken.assumed === null ? 'proved' : 'possible',
      severity: taken.assumed === null ? 'error' : 'warning',
      summary: taken.assumed === null ? '' : ` So it is if ${taken.assumed}; the dumps do not tell.`,
      evidence: evidence.filter((x, i) => evidence.findIndex((y) => y.file === x.file && y.line === x.line) === i),
      remedy: isMapping
        ? remedyFor(t, m, jumps[0]?.chain ?? 'PREROUTING')
        : 'Let the rule ask for the addresses and ports it is meant for, and for no more.',
      packet: spec,
    },
    from: new Set(),
    addresses: new Set(),
    kind: t.kind,
    rule: isMapping ? 'the pod' : pod,
  };
}

function told({ finding, from, addresses, kind, rule }: Shadow): Finding {
  const whose = kind === 'listener' ? 'the process' : 'the service';
  return {
    ...finding,
    summary: `Packets from ${list([...from])} for ${list([...addresses])} on this port are rewritten to ${rule} before ${whose} can have them.${finding.summary}`,
  };
}

/** Findings of one lint; more of the same are counted in one sentence. */
const MAX_FINDINGS = 1000;

function inState(given: Machine): Finding[] {
  const m = new Machine({ ...given.state, conntrack: null, ipvsConnections: null });
  const [iptables, nft] = [iptablesTakingRules(m), nftTakingRules(m)];
  const rules = [...iptables.rules, ...nft.rules];
  if (rules.length === 0) return [];
  const regions = rules.map((r) => r.region);
  const origins = { 4: originsOf(m, 4, regions), 6: originsOf(m, 6, regions) };
  const found = new Map<string, Shadow>();
  let more = 0;
  for (const t of meantFor(m)) {
    for (const { from, spec } of packets(m, t, rules, origins[t.ip.family])) {
      const taken = takenBy(m, spec);
      if (!taken) continue;
      const key = `${taken.trace.to.pod ?? receiverName(taken.trace)} ${t.port} ${t.protocol} ${t.what}`;
      const known = found.get(key);
      if (!known && found.size >= MAX_FINDINGS) {
        more++;
        continue;
      }
      const shadow = known ?? shadowOf(m, t, taken, spec);
      found.set(key, shadow);
      shadow.from.add(from);
      shadow.addresses.add(ipText(t.ip));
    }
  }
  const out = [...found.values()].map(told);
  if (more > 0 || iptables.cut || nft.cut) out.push(incomplete(more));
  return out;
}

function incomplete(more: number): Finding {
  return {
    id: 'hostport-shadows',
    title: 'not every shadowed service is listed',
    confidence: 'possible',
    severity: 'note',
    summary:
      more > 0
        ? `${more} more packets would be taken; the first ${MAX_FINDINGS} pairs are listed.`
        : 'The nat rules have more ways through their chains than are followed.',
    evidence: [],
    remedy: 'Repair what is listed and run the check again.',
  };
}

function remedyFor(target: MeantFor, m: Machine, chain: string): string {
  if (target.kind === 'listener')
    return 'Give the pod another hostPort, or bind the process and the hostPort to different addresses (hostIP).';
  const rules = m.tables.find((t) => t.name === 'nat')?.chain(chain)?.rules ?? [];
  const kube = rules.findIndex((r) => r.owner === 'kube-proxy');
  const map = rules.findIndex((r) => r.owner === 'cni' || r.owner === 'docker');
  if (target.kind === 'service' && map >= 0 && kube > map) {
    return `Move kube-proxy's jump before the port mapping's in nat ${chain} (portmap 0.7.5 and later append theirs; an order once wrong stays until the rule is moved or the node restarted), or give the pod another hostPort.`;
  }
  return 'Give the pod another hostPort, or the service another port: the order of the jumps does not help here.';
}

export const diagnosis: Diagnosis = {
  id: 'hostport-shadows',
  about: 'a hostPort takes the traffic of a service, node port or listening process',
  inState,
};
