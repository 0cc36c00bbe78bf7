// A hostPort takes packets that were meant for a service, a node port or a listening process of the node. Found without a packet:
// for every port mapping in the nat rules, each service and listener on the same port is tried with packets from a pod, from
// outside and from the node itself, and reported when the mapping wins.
import { contains, endpointText, type Ip, ipText, ipv4, isLoopback, sameIp } from '../../../parsers/core/address.ts';
import type { SourceRef } from '../../../parsers/core/issue.ts';
import { protocolName, protocolNumber } from '../../../parsers/core/protocol-numbers.ts';
import type { NftExpr } from '../../../parsers/nodestate/nft-syntax.ts';
import { decisionOf, type NatDecision } from '../../explain/decision.ts';
import { destinationOf, isNodeAddress } from '../../explain/destination.ts';
import { byHostPort, receiverName } from '../../explain/sentences.ts';
import { list } from '../../explain/text.ts';
import { Machine } from '../../kernel/machine.ts';
import { simulate } from '../../kernel/run.ts';
import { ownerOfNft, ownerOfRule } from '../../owner.ts';
import { parsePacketSpec } from '../../packet-spec.ts';
import type { Trace } from '../../trace.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

interface Target {
  /** What the packet was meant for: `the service default/web`, `the process nginx`. */
  readonly what: string;
  readonly kind: 'service' | 'nodePort' | 'listener';
  readonly ip: Ip;
  readonly source: SourceRef;
}

/** Ports that a rule of a port mapping asks for. */
interface PortRange {
  /** IP protocol number; null when the rule names none. */
  readonly protocol: number | null;
  readonly from: number;
  readonly to: number;
}

function rangeOf(text: string, protocol: number | null): PortRange[] {
  const m = /^(\d+)(?:[:-](\d+))?$/.exec(text);
  return m ? [{ protocol, from: Number(m[1]), to: Number(m[2] ?? m[1]) }] : [];
}

function iptablesPorts(m: Machine): PortRange[] {
  const rules = m.tables.filter((t) => t.name === 'nat').flatMap((t) => [...t.source.chains.values()]);
  return rules
    .flatMap((c) => c.rules)
    .flatMap((rule) => {
      const owner = ownerOfRule(rule.chain, rule.target?.name ?? null, rule.comment);
      if (owner !== 'cni' && owner !== 'docker') return [];
      const options = rule.matches.flatMap((x) => x.options).filter((o) => !o.negated);
      const protocol = protocolNumber(options.find((o) => o.name === '-p')?.values[0] ?? '');
      return options
        .filter((o) => /^--d(?:estination-)?ports?$/.test(o.name))
        .flatMap((o) => (o.values[0] ?? '').split(','))
        .flatMap((p) => rangeOf(p, protocol));
    });
}

function valuesOf(e: NftExpr): string[] {
  if (e.kind === 'value') return [e.text];
  if (e.kind === 'range') return [`${e.from}-${e.to}`];
  return e.kind === 'set' ? e.elements.flatMap((x) => valuesOf(x.key)) : [];
}

function nftPorts(m: Machine): PortRange[] {
  const tables = m.nftTables.filter((t) => /^(?:cni|docker)$/.test(ownerOfNft(t.table.name)));
  const statements = tables
    .flatMap((t) => [...t.table.chains.values()])
    .flatMap((c) => c.rules.flatMap((r) => r.statements));
  return statements.flatMap((x) => {
    if (x.kind !== 'match' || x.op === '!=' || x.left.kind !== 'payload' || x.left.field !== 'dport') return [];
    const protocol = protocolNumber(x.left.protocol);
    return valuesOf(x.right).flatMap((p) => rangeOf(p, protocol));
  });
}

/** Protocol and port of everything on the node that a packet can be meant for and that a port mapping asks for too. */
function contested(m: Machine): { protocol: number; port: number }[] {
  const ranges = [...iptablesPorts(m), ...nftPorts(m)];
  const used = [
    ...(m.state.services ?? []).flatMap((s) =>
      s.ports.flatMap((p) => [
        { name: p.protocol, port: p.port },
        ...(p.nodePort === null ? [] : [{ name: p.protocol, port: p.nodePort }]),
      ]),
    ),
    ...(m.state.ipvsServices ?? []).flatMap((v) =>
      v.port === null || v.protocol === null ? [] : [{ name: v.protocol, port: v.port }],
    ),
    ...(m.state.host.listeners ?? []).map((l) => ({ name: l.protocol, port: l.port })),
  ];
  const out = new Map<string, { protocol: number; port: number }>();
  for (const { name, port } of used) {
    const protocol = protocolNumber(name);
    if (protocol === null) continue;
    if (ranges.some((r) => (r.protocol ?? protocol) === protocol && r.from <= port && port <= r.to))
      out.set(`${protocol} ${port}`, { protocol, port });
  }
  return [...out.values()];
}

function targetsOf(m: Machine, protocol: number, port: number): Target[] {
  const name = protocolName(protocol);
  const out: Target[] = [];
  const add = (t: Target) => {
    if (!out.some((x) => sameIp(x.ip, t.ip))) out.push(t);
  };
  const nodeAddresses = m.fib.addresses.filter((a) => a.scope === 'global' && isNodeAddress(m, a.ip));
  for (const s of m.state.services ?? []) {
    const what = `the service ${s.namespace}/${s.name}`;
    for (const p of s.ports) {
      if (p.protocol !== name) continue;
      if (p.port === port)
        for (const ip of [...s.clusterIps, ...s.externalIps, ...s.loadBalancerIps])
          add({ what, kind: 'service', ip, source: s.source });
      if (p.nodePort === port)
        for (const a of nodeAddresses)
          add({ what: `the node port of ${what}`, kind: 'nodePort', ip: a.ip, source: s.source });
    }
  }
  for (const v of m.state.ipvsServices ?? []) {
    if (v.address && v.port === port && v.protocol === name)
      add({
        what: `the virtual service ${endpointText(v.address, v.port)}`,
        kind: 'service',
        ip: v.address,
        source: v.source,
      });
  }
  for (const l of m.state.host.listeners ?? []) {
    if (l.port !== port || l.protocol !== name || l.process === 'kube-proxy') continue;
    for (const a of nodeAddresses)
      if (!l.address || sameIp(l.address, a.ip))
        add({ what: `the process ${l.process ?? 'that listens'}`, kind: 'listener', ip: a.ip, source: l.source });
  }
  return out;
}

/** An address in the subnet of the uplink that is not the node's. */
function outsider(m: Machine, family: 4 | 6): { ip: Ip; device: string } | null {
  const uplink = m.fib.lookup({
    dst: family === 4 ? ipv4(0x08080808) : { family: 6, a: 0x20010db8, b: 0, c: 0, d: 1 },
    src: null,
    mark: 0,
    iif: null,
    oif: null,
    protocol: 0,
    sport: null,
    dport: null,
  });
  if (uplink.kind !== 'route' || uplink.result.device === null) return null;
  const device = uplink.result.device;
  if (uplink.result.via) return { ip: uplink.result.via, device };
  const own = m.fib.addresses.find((a) => a.device === device && a.ip.family === family);
  if (!own) return null;
  for (const d of [1, 2, 3, 254]) {
    const ip: Ip = { ...own.ip, d: ((own.ip.d & 0xffffff00) | d) >>> 0 };
    if (!sameIp(ip, own.ip) && contains({ ip: own.ip, length: own.prefixLength }, ip)) return { ip, device };
  }
  return null;
}

/** Specs of packets to the target from each place that packets come from. */
function attempts(m: Machine, protocol: number, port: number, target: Target): { from: string; spec: string }[] {
  const to = endpointText(target.ip, port);
  const name = protocolName(protocol);
  const out: { from: string; spec: string }[] = [];
  const pod = m.pods.find(
    (p) =>
      !p.hostNetwork &&
      p.hostPorts.length === 0 &&
      p.ips.some((ip) => ip.family === target.ip.family) &&
      m.hostInterfaceOf(p) !== null,
  );
  const podIp = pod?.ips.find((ip) => ip.family === target.ip.family);
  if (pod && podIp && !isLoopback(target.ip))
    out.push({ from: 'pods', spec: `${name} ${endpointText(podIp, 40000)} > ${to} in ${m.hostInterfaceOf(pod)}` });
  const outside = outsider(m, target.ip.family);
  if (outside && target.kind !== 'service' && !isLoopback(target.ip))
    out.push({ from: 'outside', spec: `${name} ${endpointText(outside.ip, 40000)} > ${to} in ${outside.device}` });
  out.push({ from: 'the node', spec: `${name} *:40000 > ${to} local` });
  return out;
}

interface Taken {
  readonly trace: Trace;
  readonly decision: NatDecision;
  /** In other worlds the packet goes where it was meant to: what the dumps do not tell decides. */
  readonly assumed: string | null;
}

function takenBy(m: Machine, text: string): Taken | null {
  const spec = parsePacketSpec(text);
  if (!spec.ok) return null;
  const r = simulate(m, spec.value);
  if (!r.ok) return null;
  const { service } = destinationOf(m, spec.value.protocol, spec.value.dst, spec.value.dport);
  const { traces } = r.simulation;
  const taken = traces.filter((t) => {
    const { dnat } = decisionOf(t);
    return byHostPort(dnat) && service?.endpoints.some((e) => e.address === t.finalDestination) !== true;
  });
  const trace = taken[0];
  const decision = trace ? decisionOf(trace).dnat : null;
  if (!trace || !decision) return null;
  const assumed = taken.length === traces.length ? null : trace.assumptions.map((x) => x.assumed).join(', ');
  return { trace, decision, assumed };
}

function inState(given: Machine): Finding[] {
  const m = new Machine({ ...given.state, conntrack: null, ipvsConnections: null });
  const found = new Map<string, Finding & { from: Set<string>; addresses: Set<string> }>();
  for (const { protocol, port } of contested(m)) {
    for (const target of targetsOf(m, protocol, port)) {
      for (const a of attempts(m, protocol, port, target)) {
        const taken = takenBy(m, a.spec);
        if (!taken) continue;
        const pod = taken.trace.to.pod ?? receiverName(taken.trace);
        const key = `${pod} ${port} ${protocol} ${target.what}`;
        const known = found.get(key);
        if (known) {
          known.from.add(a.from);
          known.addresses.add(ipText(target.ip));
          continue;
        }
        const { rule, jumps } = taken.decision;
        const evidence = [...jumps.slice(0, 1), ...(rule ? [rule] : [])].flatMap((s) => (s.source ? [s.source] : []));
        found.set(key, {
          id: 'hostport-shadows',
          title: `hostPort ${port}/${protocolName(protocol)} of ${pod} takes ${target.what}`,
          confidence: taken.assumed === null ? 'proved' : 'possible',
          severity: taken.assumed === null ? 'error' : 'warning',
          summary: taken.assumed === null ? '' : ` So it is if ${taken.assumed}; the dumps do not tell.`,
          evidence: [...evidence, target.source],
          remedy: remedyFor(target, m, jumps[0]?.chain ?? 'PREROUTING'),
          packet: a.spec,
          from: new Set([a.from]),
          addresses: new Set([ipText(target.ip)]),
        });
      }
    }
  }
  return [...found.values()].map(({ from, addresses, ...f }) => ({
    ...f,
    summary: `Packets from ${list([...from])} for ${list([...addresses])} on this port are rewritten to the pod before ${/process/.test(f.title) ? 'the process' : 'the service'} can have them.${f.summary}`,
  }));
}

function remedyFor(target: Target, m: Machine, chain: string): string {
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
