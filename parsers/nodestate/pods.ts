// One pod from what several sources say of it: the API knows name and addresses, the CNI cache the veth, a list the netns.
// Facts are joined by namespace/name, or by address where a source does not know the name.
import { type Ip, ipText } from '../core/address.ts';
import type { SourceRef } from '../core/issue.ts';
import type { HostPort, PodFact } from './kubernetes-state.ts';
import type { NodeState } from './state.ts';

export interface Pod {
  /** `namespace/name`; the bare name when no source knows the namespace. */
  readonly id: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly ips: readonly Ip[];
  readonly hostNetwork: boolean;
  readonly netns: string | null;
  readonly hostInterface: string | null;
  readonly podInterface: string | null;
  readonly mac: string | null;
  readonly hostPorts: readonly HostPort[];
  readonly containerId: string | null;
  /** Node by the API; null when not known. */
  readonly node: string | null;
  /** Finished pods keep their address in the API although it may belong to another by now. */
  readonly finished: boolean;
  readonly sources: readonly SourceRef[];
}

function merge(facts: readonly PodFact[]): Pod {
  const first = <T>(pick: (f: PodFact) => T | null): T | null => {
    for (const f of facts) {
      const v = pick(f);
      if (v !== null) return v;
    }
    return null;
  };
  const namespace = first((f) => f.namespace);
  const name = facts[0]?.name ?? '';
  const ips: Ip[] = [];
  for (const f of facts) for (const ip of f.ips) if (!ips.some((x) => ipText(x) === ipText(ip))) ips.push(ip);
  const hostPorts = facts.find((f) => f.hostPorts.length > 0)?.hostPorts ?? [];
  return {
    id: namespace === null ? name : `${namespace}/${name}`,
    namespace,
    name,
    ips,
    hostNetwork: facts.some((f) => f.hostNetwork),
    netns: first((f) => f.netns),
    hostInterface: first((f) => f.hostInterface),
    podInterface: first((f) => f.podInterface),
    mac: first((f) => f.mac),
    hostPorts,
    containerId: first((f) => f.containerId),
    node: first((f) => f.node),
    finished: facts.some((f) => f.phase === 'Succeeded' || f.phase === 'Failed'),
    sources: facts.map((f) => f.source),
  };
}

/** The pods of a state, each once. */
export function podsOf(state: NodeState): Pod[] {
  const order: PodFact[][] = [];
  const byKey = new Map<string, PodFact[]>();
  // Most informed first, so that names come from the API.
  const rank = { kubernetes: 0, cni: 1, list: 2 } as const;
  const facts = [...state.podFacts].sort((a, b) => rank[a.from] - rank[b.from]);
  for (const f of facts) {
    const ipKeys = f.hostNetwork ? [] : f.ips.map((ip) => `ip ${ipText(ip)}`);
    const nameKey = f.namespace === null ? `name ${f.name}` : `id ${f.namespace}/${f.name}`;
    const group =
      byKey.get(nameKey) ??
      ipKeys
        .map((k) => byKey.get(k))
        .find((g) => g?.some((x) => x.name === f.name || x.namespace === null || f.namespace === null));
    const target = group ?? [];
    if (!group) order.push(target);
    target.push(f);
    for (const k of [nameKey, `name ${f.name}`, ...ipKeys]) if (!byKey.has(k)) byKey.set(k, target);
  }
  return order.map(merge);
}
