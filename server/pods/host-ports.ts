// hostPorts as the node's rules carry them out: DNAT rules of CNI portmap, kubenet, CRI-O, Docker, or by hand, in iptables and in
// nftables. Rules of services are not hostPorts. One way of knowing them among three; `join.ts` holds them against the API and the CNI
// results.
import { ipText, parseIp, parsePrefix } from '../../parsers/core/address.ts';
import type { IptablesRule, NodeState } from '../../parsers/nodestate/state.ts';
import type { ClaimedPort } from './fact.ts';
import { nftDnats } from './nft-dnat.ts';

export interface RulePort extends ClaimedPort {
  /** Address of the pod that the rule leads to. */
  readonly to: string;
}

/** Tables of nftables that lead to pods for services. */
const serviceTables = /^\S+ (?:kube-proxy|calico|cilium|istio)/;
/** Chains of kube-proxy and of policies lead to pods as well, for services. */
const services = /^KUBE-(?!HP-|HOSTPORTS)|^cali-|^CILIUM_|^ISTIO_/;

function option(rule: IptablesRule, ...names: readonly string[]): { value: string; negated: boolean } | null {
  for (const match of rule.matches) {
    for (const o of match.options) {
      if (names.includes(o.name) && o.values[0] !== undefined) return { value: o.values[0], negated: o.negated };
    }
  }
  return null;
}

function destination(text: string): { to: string; port: number | null } | null {
  const m = /^(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)|([0-9a-fA-F:]+))(?::(\d+))?$/.exec(text);
  const ip = parseIp(m?.[1] ?? m?.[2] ?? m?.[3] ?? '');
  return ip === null ? null : { to: ipText(ip), port: m?.[4] === undefined ? null : Number(m[4]) };
}

function portsOf(rule: IptablesRule): RulePort[] {
  if (rule.target?.name !== 'DNAT' || services.test(rule.chain)) return [];
  const to = destination(rule.target.options.find((o) => o.name === '--to-destination')?.values[0] ?? '');
  const ports = option(rule, '--dport', '--dports');
  const protocol = option(rule, '-p')?.value ?? null;
  if (to === null || ports === null || ports.negated || protocol === null) return [];
  const address = option(rule, '-d');
  const prefix = address === null || address.negated ? null : parsePrefix(address.value);
  const whole = prefix !== null && prefix.length === (prefix.ip.family === 4 ? 32 : 128);
  return ports.value.split(',').flatMap((text) => {
    if (!/^\d+$/.test(text)) return []; // a range is no hostPort
    const hostPort = Number(text);
    const hostIp = whole && prefix !== null ? ipText(prefix.ip) : null;
    return [{ to: to.to, hostIp, hostPort, containerPort: to.port ?? hostPort, protocol }];
  });
}

export function hostPortsInRules(state: NodeState): RulePort[] {
  const found = new Map<string, RulePort>();
  const add = (port: RulePort) => {
    found.set(`${port.protocol} ${port.hostIp} ${port.hostPort} ${port.to}:${port.containerPort}`, port);
  };
  for (const dump of state.iptables) {
    for (const chain of dump.tables.get('nat')?.chains.values() ?? []) {
      for (const port of chain.rules.flatMap(portsOf)) add(port);
    }
  }
  for (const { table, protocol, address, port, to } of nftDnats(state)) {
    if (!serviceTables.test(table))
      add({ to: to.address, hostIp: address, hostPort: port, containerPort: to.port, protocol });
  }
  return [...found.values()];
}
