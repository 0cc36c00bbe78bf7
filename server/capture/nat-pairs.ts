// Which addresses and ports the node rewrites into which: services, node ports and host ports to pods, as its rules say.
// Read from the nat table of iptables-save (whoever wrote it), native nftables, IPVS, and services with their endpoints.
import { type Ip, ipText } from '../../parsers/core/address.ts';
import { podsOf } from '../../parsers/nodestate/pods.ts';
import type { IptablesRule, IptablesTable, NodeState } from '../../parsers/nodestate/state.ts';
import { nftDnats } from '../pods/nft-dnat.ts';

export interface NatPair {
  readonly protocol: string;
  /** Before the rewrite; `address` null is any address of the node. */
  readonly front: { readonly address: string | null; readonly port: number };
  readonly back: { readonly address: string; readonly port: number };
  /** What it is, for a person: `default/web cluster IP`, `hostPort 80 of default/web`. */
  readonly name: string;
}

interface Narrowed {
  readonly address: string | null;
  readonly port: number | null;
  readonly protocol: string | null;
  readonly name: string | null;
}

const visitLimit = 500_000;

export function natPairs(state: NodeState): NatPair[] {
  const found = new Map<string, NatPair>();
  const add = (pair: NatPair) => {
    const { protocol, front, back } = pair;
    const key = `${protocol} ${front.address} ${front.port} ${back.address} ${back.port}`;
    if (!found.has(key)) found.set(key, pair);
  };
  for (const pair of serviceObjects(state)) add(pair);
  // Before the rules that carry them out: what is found first gives the name, and the pod's is plainer than a comment.
  for (const pod of podsOf(state)) {
    const address = pod.ips[0];
    if (address === undefined || pod.hostNetwork || pod.finished) continue;
    for (const p of pod.hostPorts) {
      const front = { address: p.hostIp === '' || p.hostIp === '0.0.0.0' ? null : p.hostIp, port: p.hostPort };
      const back = { address: ipText(address), port: p.containerPort };
      add({ protocol: p.protocol.toLowerCase(), front, back, name: `hostPort ${p.hostPort} of ${pod.id}` });
    }
  }
  for (const dump of state.iptables) {
    const nat = dump.tables.get('nat');
    if (nat !== undefined) for (const pair of ofTable(nat)) add(pair);
  }
  for (const { table, chain, protocol, address, port, to, comment } of nftDnats(state))
    add({ protocol, front: { address, port }, back: to, name: comment ?? `DNAT in ${table} ${chain}` });
  for (const service of state.ipvsServices ?? []) {
    if (service.address === null) continue;
    const front = { address: ipText(service.address), port: service.port };
    for (const server of service.servers) {
      const back = { address: ipText(server.address), port: server.port };
      add({ protocol: service.protocol, front, back, name: 'IPVS service' });
    }
  }
  return [...found.values()];
}

function* serviceObjects(state: NodeState): Iterable<NatPair> {
  for (const service of state.services ?? []) {
    const name = `${service.namespace}/${service.name}`;
    const sets = (state.endpoints ?? []).filter((e) => e.namespace === service.namespace && e.service === service.name);
    for (const port of service.ports) {
      const protocol = port.protocol.toLowerCase();
      const fronts: [string | null, number, string][] = [
        ...service.clusterIps.map((ip: Ip): [string, number, string] => [ipText(ip), port.port, `${name} cluster IP`]),
        ...[...service.externalIps, ...service.loadBalancerIps].map((ip): [string, number, string] => [
          ipText(ip),
          port.port,
          `${name} external address`,
        ]),
      ];
      if (port.nodePort !== null) fronts.push([null, port.nodePort, `${name} node port`]);
      for (const set of sets) {
        const target = set.ports.find((p) => p.name === port.name || set.ports.length === 1);
        if (target === undefined) continue;
        for (const endpoint of set.addresses) {
          const back = { address: ipText(endpoint.ip), port: target.port };
          for (const [address, at, what] of fronts) yield { protocol, front: { address, port: at }, back, name: what };
        }
      }
    }
  }
}

function optionOf(rule: IptablesRule, names: readonly string[]): string | null {
  for (const match of rule.matches) {
    for (const option of match.options) {
      if (!option.negated && names.includes(option.name)) return option.values.join(',');
    }
  }
  return null;
}

/** A single address; null for a net, which tells no front. */
function single(text: string | null): string | null {
  if (text === null) return null;
  const [address = '', length] = text.split('/');
  return length === undefined || length === '32' || length === '128' ? address : null;
}

function narrowed(before: Narrowed, rule: IptablesRule): Narrowed[] {
  const address = single(optionOf(rule, ['-d', '--destination'])) ?? before.address;
  const protocol = optionOf(rule, ['-p', '--protocol']) ?? before.protocol;
  const ports = optionOf(rule, ['--dport', '--dports', '--destination-port', '--destination-ports']);
  const name = rule.comment === null ? before.name : rule.comment.replaceAll(/([0-9a-f]{12})[0-9a-f]{52}/g, '$1…');
  const numbers = (ports ?? '').split(',').filter((p) => /^\d+$/.test(p));
  if (numbers.length === 0) return [{ address, protocol, name, port: before.port }];
  return numbers.map((p) => ({ address, protocol, name, port: Number(p) }));
}

/** Follows the jumps from the hooks down to every DNAT, narrowing what a packet must look like to get there. */
function* ofTable(table: IptablesTable): Iterable<NatPair> {
  const nothing: Narrowed = { address: null, port: null, protocol: null, name: null };
  const stack: [string, Narrowed][] = [
    ['OUTPUT', nothing],
    ['PREROUTING', nothing],
  ];
  const seen = new Set<string>();
  let visits = 0;
  for (let next = stack.pop(); next !== undefined && visits < visitLimit; next = stack.pop()) {
    const [chainName, before] = next;
    const key = `${chainName} ${before.address} ${before.port} ${before.protocol}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const further: [string, Narrowed][] = [];
    for (const rule of table.chains.get(chainName)?.rules ?? []) {
      visits += 1;
      const { target } = rule;
      if (target === null) continue;
      if (target.name === 'DNAT') {
        const to = target.options.find((o) => o.name === '--to-destination')?.values[0] ?? '';
        const m = /^\[?([0-9a-fA-F.:]+?)\]?:(\d+)$/.exec(to);
        for (const here of narrowed(before, rule)) {
          if (m?.[1] === undefined || here.port === null) continue;
          const front = { address: here.address, port: here.port };
          const back = { address: m[1], port: Number(m[2]) };
          yield { protocol: here.protocol ?? 'tcp', front, back, name: here.name ?? `DNAT in ${chainName}` };
        }
      } else if (table.chains.has(target.name)) {
        for (const here of narrowed(before, rule)) further.push([target.name, here]);
      }
    }
    stack.push(...further.reverse());
  }
}
