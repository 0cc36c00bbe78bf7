// What a packet's destination means to Kubernetes: which service, node port, pod or node address it names, and who would be expected
// to answer. From the API's objects where there are any, else from IPVS and the comments of kube-proxy's rules.
import { endpointText, type Ip, ipText, sameIp } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { Service } from '../../parsers/nodestate/kubernetes-state.ts';
import type { IpvsService } from '../../parsers/nodestate/state.ts';
import { serviceAt } from '../kernel/ipvs.ts';
import type { Machine } from '../kernel/machine.ts';

export interface NamedService {
  /** `web`, or `10.96.0.80:80` when no dump names it. */
  readonly name: string;
  readonly namespace: string | null;
  /** How this destination leads to it. */
  readonly how: 'clusterIP' | 'externalIP' | 'loadBalancer' | 'nodePort';
  readonly source: SourceRef | null;
  /** Expected receivers, `ip:port`, with the pod's name where known. */
  readonly endpoints: readonly { readonly address: string; readonly pod: string | null }[];
  readonly ipvs: IpvsService | null;
}

export interface Destination {
  readonly service: NamedService | null;
  /** A service whose address this is, but which has no such port. */
  readonly wrongPortOf: string | null;
  readonly pod: string | null;
  readonly nodeAddress: boolean;
}

function howOf(m: Machine, s: Service, ip: Ip, port: number, protocol: string): NamedService['how'] | null {
  if (s.ports.some((p) => p.port === port && p.protocol === protocol)) {
    if (s.clusterIps.some((x) => sameIp(x, ip))) return 'clusterIP';
    if (s.externalIps.some((x) => sameIp(x, ip))) return 'externalIP';
    if (s.loadBalancerIps.some((x) => sameIp(x, ip))) return 'loadBalancer';
  }
  if (s.ports.some((p) => p.nodePort === port && p.protocol === protocol) && isNodeAddress(m, ip)) return 'nodePort';
  return null;
}

/** True for an address of the node that is not a service address parked on kube-ipvs0. */
export function isNodeAddress(m: Machine, ip: Ip): boolean {
  return m.fib.addresses.some((a) => sameIp(a.ip, ip) && a.device !== 'kube-ipvs0');
}

function endpointsOf(
  m: Machine,
  s: Service,
  port: number,
  protocol: string,
  how: NamedService['how'],
): NamedService['endpoints'] {
  const servicePort = s.ports.find(
    (p) => p.protocol === protocol && (how === 'nodePort' ? p.nodePort === port : p.port === port),
  );
  const out: { address: string; pod: string | null }[] = [];
  for (const e of m.state.endpoints ?? []) {
    if (e.namespace !== s.namespace || e.service !== s.name) continue;
    for (const p of e.ports) {
      if (p.protocol !== protocol || (servicePort && (p.name ?? null) !== (servicePort.name ?? null))) continue;
      for (const a of e.addresses) {
        const address = endpointText(a.ip, p.port);
        if (a.ready && !out.some((x) => x.address === address))
          out.push({ address, pod: a.pod === null ? (m.podByIp(a.ip)?.id ?? null) : `${e.namespace}/${a.pod}` });
      }
    }
  }
  return out;
}

function serversOf(m: Machine, v: IpvsService): NamedService['endpoints'] {
  return v.servers.map((r) => ({ address: endpointText(r.address, r.port), pod: m.podByIp(r.address)?.id ?? null }));
}

/** A service told only by kube-proxy's rule comments: `-d 10.96.0.80/32 … --comment "default/web:http cluster IP"`. */
function fromComment(m: Machine, ip: Ip, port: number): { namespace: string; name: string; source: SourceRef } | null {
  const d = ` -d ${ipText(ip)}/32 `;
  const dport = new RegExp(` --dport ${port}( |$)`);
  for (const t of m.tables) {
    for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES']) {
      for (const r of t.chain(chain)?.rules ?? []) {
        if (!r.rule.text.includes(d) || !dport.test(r.rule.text)) continue;
        const c = /^([^/ ]+)\/([^: ]+)/.exec(r.rule.comment ?? '');
        if (c?.[1] !== undefined && c[2] !== undefined) return { namespace: c[1], name: c[2], source: r.rule.source };
      }
    }
  }
  return null;
}

export function destinationOf(m: Machine, protocolNumber: number, ip: Ip, port: number | null): Destination {
  const protocol = protocolName(protocolNumber);
  const ipvs = serviceAt(m.state.ipvsServices, protocolNumber, ip, port);
  let service: NamedService | null = null;
  let wrongPortOf: string | null = null;
  if (port !== null) {
    for (const s of m.state.services ?? []) {
      const how = howOf(m, s, ip, port, protocol);
      if (how) {
        const endpoints = endpointsOf(m, s, port, protocol, how);
        service = {
          name: s.name,
          namespace: s.namespace,
          how,
          source: s.source,
          endpoints: endpoints.length > 0 || !ipvs ? endpoints : serversOf(m, ipvs),
          ipvs,
        };
        break;
      }
      if ([...s.clusterIps, ...s.externalIps, ...s.loadBalancerIps].some((x) => sameIp(x, ip)) && !isNodeAddress(m, ip))
        wrongPortOf ??= s.name;
    }
    if (!service && !m.state.services) {
      const named = fromComment(m, ip, port);
      if (named) service = { ...named, how: 'clusterIP', endpoints: ipvs ? serversOf(m, ipvs) : [], ipvs };
      else if (ipvs)
        service = {
          name: endpointText(ip, port),
          namespace: null,
          how: isNodeAddress(m, ip) ? 'nodePort' : 'clusterIP',
          source: ipvs.source,
          endpoints: serversOf(m, ipvs),
          ipvs,
        };
    }
  }
  return {
    service,
    wrongPortOf: service ? null : wrongPortOf,
    pod: m.podByIp(ip)?.id ?? null,
    nodeAddress: isNodeAddress(m, ip),
  };
}
