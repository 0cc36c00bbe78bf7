// Everything on a node that a packet can be meant for: services by each of their addresses, node ports, listening processes. From the
// API's objects, from IPVS, and from kube-proxy's own rules, which is all there is when nobody dumped the API.
import { type Ip, ipText, ipv4, isLoopback, parseIp, parsePrefix } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import { protocolName, protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import { isNodeAddress } from '../explain/destination.ts';
import type { Machine } from '../kernel/machine.ts';
import { integer } from '../kernel/option-values.ts';

export interface MeantFor {
  /** `the service default/web`, `the node port of the service default/web`, `the process nginx`. */
  readonly what: string;
  readonly kind: 'service' | 'nodePort' | 'listener';
  readonly protocol: number;
  readonly ip: Ip;
  readonly port: number;
  /** Where it says so: the object, the virtual service, the socket. */
  readonly source: SourceRef;
  /** The rule, map element or virtual service by which its packets would be taken; null for a process, and when no dump has it. */
  readonly rule: SourceRef | null;
}

/** What kube-proxy wrote for one address and port; `ip` null: a node port. */
interface ServiceRule {
  readonly ip: Ip | null;
  readonly protocol: number;
  readonly port: number;
  /** `default/web`, where a comment or a chain's name tells. */
  readonly name: string | null;
  readonly source: SourceRef;
}

const key = (ip: Ip | null, protocol: number, port: number) => `${ip ? ipText(ip) : '*'} ${protocol} ${port}`;

function iptablesServices(m: Machine): ServiceRule[] {
  const chains = m.tables
    .filter((t) => t.name === 'nat')
    .flatMap((t) => ['KUBE-SERVICES', 'KUBE-NODEPORTS'].flatMap((c) => t.source.chains.get(c) ?? []));
  return chains.flatMap((chain) =>
    chain.rules.flatMap((rule) => {
      if (!/^KUBE-(?:SVC|EXT|FW|XLB|SVL)-/.test(rule.target?.name ?? '')) return [];
      const options = rule.matches.flatMap((x) => x.options).filter((o) => !o.negated);
      const optionOf = (name: string) => options.find((o) => o.name === name)?.values[0] ?? '';
      const protocol = protocolNumber(optionOf('-p'));
      const port = integer(optionOf('--dport'));
      const ip = parsePrefix(optionOf('-d'))?.ip ?? null;
      if (protocol === null || port === null || (ip === null && chain.name === 'KUBE-SERVICES')) return [];
      return [
        { ip, protocol, port, name: /^[^/ ]+\/[^: ]+/.exec(rule.comment ?? '')?.[0] ?? null, source: rule.source },
      ];
    }),
  );
}

function nftServices(m: Machine): ServiceRule[] {
  const maps = m.nftTables
    .filter((t) => t.table.name === 'kube-proxy')
    .flatMap((t) => ['service-ips', 'service-nodeports'].flatMap((name) => t.table.sets.get(name) ?? []));
  return maps.flatMap((map) =>
    map.elements.flatMap((e) => {
      const parts = (e.key.kind === 'concat' ? e.key.items : []).map((x) => (x.kind === 'value' ? x.text : ''));
      const [protocolText = '', portText] = parts.slice(-2);
      const ip = parts.length === 3 ? parseIp(parts[0] ?? '') : null;
      const protocol = protocolNumber(protocolText);
      const port = integer(portText);
      if (protocol === null || port === null || !e.source || (ip === null && parts.length !== 2)) return [];
      const name =
        /^(?:service|external|firewall|local)-[A-Z0-9]{8}-([^/]+\/[^/]+)\//.exec(e.verdict?.chain ?? '')?.[1] ?? null;
      return [{ ip, protocol, port, name, source: e.source }];
    }),
  );
}

function ipvsServices(m: Machine): ServiceRule[] {
  return (m.state.ipvsServices ?? []).flatMap((v) => {
    const protocol = protocolNumber(v.protocol);
    return v.address && v.port && protocol !== null
      ? [{ ip: v.address, protocol, port: v.port, name: null, source: v.source }]
      : [];
  });
}

/** Addresses by which the node itself is reached from elsewhere. */
function nodeAddresses(m: Machine): Ip[] {
  return m.fib.addresses.filter((a) => a.scope === 'global' && isNodeAddress(m, a.ip)).map((a) => a.ip);
}

class Collection {
  readonly all: MeantFor[] = [];
  readonly #known = new Set<string>();
  readonly #rules: ReadonlyMap<string, SourceRef>;

  constructor(rules: readonly ServiceRule[]) {
    this.#rules = new Map(rules.map((r) => [key(r.ip, r.protocol, r.port), r.source]));
  }

  /** The first that claims an address and port has it. */
  add(t: Omit<MeantFor, 'rule'>): void {
    const { ip, protocol, port } = t;
    const claim = `${t.kind === 'listener' ? 'listener' : 'service'} ${key(ip, protocol, port)}`;
    if (this.#known.has(claim)) return;
    this.#known.add(claim);
    const rule = this.#rules.get(key(ip, protocol, port)) ?? this.#rules.get(key(null, protocol, port)) ?? null;
    this.all.push({ ...t, rule: t.kind === 'listener' ? null : rule });
  }
}

export function meantFor(m: Machine): MeantFor[] {
  const written = [...iptablesServices(m), ...nftServices(m), ...ipvsServices(m)];
  const out = new Collection(written);
  const own = nodeAddresses(m);
  for (const s of m.state.services ?? []) {
    const what = `the service ${s.namespace}/${s.name}`;
    for (const p of s.ports) {
      const protocol = protocolNumber(p.protocol);
      if (protocol === null) continue;
      const { source } = s;
      for (const ip of [...s.clusterIps, ...s.externalIps, ...s.loadBalancerIps])
        out.add({ what, kind: 'service', protocol, ip, port: p.port, source });
      if (p.nodePort !== null)
        for (const ip of own)
          out.add({ what: `the node port of ${what}`, kind: 'nodePort', protocol, ip, port: p.nodePort, source });
    }
  }
  const nodePorts = new Map(
    (m.state.services ?? []).flatMap((s) =>
      s.ports.map((p) => [`${protocolNumber(p.protocol)} ${p.nodePort}`, `${s.namespace}/${s.name}`] as const),
    ),
  );
  for (const { ip, protocol, port, name, source } of written) {
    const nodePortOf =
      ip && (isLoopback(ip) || isNodeAddress(m, ip)) ? nodePorts.get(`${protocol} ${port}`) : undefined;
    if (ip && nodePortOf !== undefined) {
      const what = `the node port of the service ${nodePortOf}`;
      out.add({ what, kind: 'nodePort', protocol, ip, port, source });
      continue;
    }
    const virtual = ip && `the virtual service ${protocolName(protocol)} ${ipText(ip)}`;
    const what = name === null ? (virtual ?? 'a service') : `the service ${name}`;
    if (ip) out.add({ what, kind: 'service', protocol, ip, port, source });
    else
      for (const a of own)
        out.add({ what: `the node port of ${what}`, kind: 'nodePort', protocol, ip: a, port, source });
  }
  for (const l of m.state.host.listeners ?? []) {
    const protocol = protocolNumber(l.protocol);
    if (protocol === null || l.process === 'kube-proxy') continue;
    const what = `the process ${l.process ?? 'that listens'}`;
    const any = [...own, ipv4(0x7f000001)].filter((ip) => l.family === null || l.family === ip.family);
    for (const ip of l.address ? [l.address] : any)
      out.add({ what, kind: 'listener', protocol, ip, port: l.port, source: l.source });
  }
  return out.all;
}
