// One pod from what several sources say of it. Facts belong together by container id, uid or network namespace, and by name where
// nothing speaks against it. What the kernel shows (interfaces, addresses) outranks what files say; disagreements become sentences.
import type { Pod, PodSource } from '../../api/live.ts';
import { ipText, parseIp } from '../../parsers/core/address.ts';
import type { ClaimedPort, PodFact, SourceAnswer } from './fact.ts';
import type { RulePort } from './host-ports.ts';
import type { Paired } from './pair.ts';

/** A pod with what capture points need beyond the contract. */
export interface FoundPod {
  readonly pod: Pod;
  readonly pairs: readonly Paired[];
}

/** Most informed first. */
const rank: Readonly<Record<PodSource, number>> = { kubernetes: 0, cri: 1, docker: 2, cni: 3, proc: 4, netns: 5 };
const spoken: Readonly<Record<PodSource, string>> = {
  kubernetes: 'the API',
  cri: 'the runtime (CRI)',
  docker: 'Docker',
  cni: 'the CNI result',
  proc: 'its processes',
  netns: 'the named namespace',
};

/** Namespaces that stand for "no source knows the pod's name"; no Kubernetes namespace can have these names. */
const nameless = { proc: '_proc', netns: '_netns' } as const;

class Groups {
  private readonly parents: number[];
  constructor(size: number) {
    this.parents = Array.from({ length: size }, (_, i) => i);
  }
  top(i: number): number {
    let at = i;
    while (this.parents[at] !== at) at = this.parents[at] ?? at;
    return at;
  }
  unite(a: number, b: number): void {
    this.parents[this.top(b)] = this.top(a);
  }
}

/** Facts that are of one pod. @param nodeNetns namespace of the node, which many pods share */
export function grouped(facts: readonly PodFact[], nodeNetns: string | null): PodFact[][] {
  const sorted = [...facts].sort((a, b) => rank[a.source] - rank[b.source]);
  const groups = new Groups(sorted.length);
  const byKey = new Map<string, number>();
  sorted.forEach((f, i) => {
    const keys = [
      ...f.containerIds.map((id) => `container ${id}`),
      ...(f.uid === null ? [] : [`uid ${f.uid}`]),
      ...(f.netnsId === null || f.netnsId === nodeNetns || f.hostNetwork === true ? [] : [`netns ${f.netnsId}`]),
    ];
    for (const key of keys) {
      const other = byKey.get(key);
      if (other === undefined) byKey.set(key, i);
      else groups.unite(other, i);
    }
  });
  const members = new Map<number, PodFact[]>();
  const collect = () => {
    members.clear();
    sorted.forEach((f, i) => {
      members.set(groups.top(i), [...(members.get(groups.top(i)) ?? []), f]);
    });
  };
  collect();
  const byName = new Map<string, number>();
  for (const [top, group] of [...members]) {
    const named = group.find((f) => f.namespace !== null && f.name !== null);
    if (named === undefined) continue;
    const name = `${named.namespace}/${named.name}`;
    const other = byName.get(name);
    if (other === undefined) byName.set(name, top);
    else if (mayBeOne(members.get(other) ?? [], group)) groups.unite(other, top);
  }
  collect();
  return [...members.values()];
}

/** A pod that was made anew under its name has another uid. */
function mayBeOne(a: readonly PodFact[], b: readonly PodFact[]): boolean {
  const uids = (group: readonly PodFact[]) => group.flatMap((f) => (f.uid === null ? [] : [f.uid]));
  const ours = uids(a);
  const theirs = uids(b);
  return ours.length === 0 || theirs.length === 0 || ours.some((u) => theirs.includes(u));
}

function first<T>(group: readonly PodFact[], pick: (f: PodFact) => T | null): T | null {
  for (const f of group) {
    const value = pick(f);
    if (value !== null) return value;
  }
  return null;
}

function nameOf(group: readonly PodFact[]): { namespace: string; name: string } {
  const named = group.find((f) => f.namespace !== null && f.name !== null);
  if (named !== undefined) return { namespace: named.namespace ?? '', name: named.name ?? '' };
  const netns = group
    .find((f) => f.source === 'netns')
    ?.netns?.split('/')
    .at(-1);
  const hostname = first(group, (f) => f.hostname);
  const short = (first(group, (f) => f.uid) ?? first(group, (f) => f.containerIds[0] ?? null))?.slice(0, 12);
  if (group.some((f) => f.source !== 'netns'))
    return { namespace: nameless.proc, name: hostname ?? short ?? netns ?? 'unknown' };
  return { namespace: nameless.netns, name: netns ?? 'unknown' };
}

/** Namespace to enter: a mounted path outlives its processes. Only paths that lead to a namespace count. */
export function netnsOf(group: readonly PodFact[]): { path: string; id: string } | null {
  const usable = group.filter((f) => f.netns !== null && f.netnsId !== null && f.state !== 'finished');
  const best = usable.find((f) => f.netns?.startsWith('/proc/') === false) ?? usable[0];
  return best === undefined ? null : { path: best.netns ?? '', id: best.netnsId ?? '' };
}

const canonical = (address: string): string => {
  const ip = parseIp(address);
  return ip === null ? address : ipText(ip);
};
const isLinkLocal = (address: string) => /^fe[89ab]/i.test(address);

function addressDisagreements(group: readonly PodFact[], inside: readonly string[]): string[] {
  if (inside.length === 0) return [];
  return group.flatMap((f) => {
    const wrong = f.addresses.map(canonical).filter((a) => !inside.includes(a));
    return wrong.length === 0
      ? []
      : [`${capital(spoken[f.source])} says ${wrong.join(', ')}; inside the pod there is ${inside.join(', ')}.`];
  });
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function otherDisagreements(group: readonly PodFact[], pairs: readonly Paired[]): string[] {
  const found: string[] = [];
  const placed = group.filter((f) => f.netnsId !== null && f.state !== 'finished');
  const [one] = placed;
  for (const f of placed.slice(1)) {
    if (one !== undefined && f.netnsId !== one.netnsId)
      found.push(
        `${capital(spoken[one.source])} says namespace ${one.netns} (${one.netnsId}), ${spoken[f.source]} ${f.netns} (${f.netnsId}).`,
      );
  }
  const host = group.filter((f) => f.hostNetwork !== null);
  const [said] = host;
  const other = host.find((f) => f.hostNetwork !== said?.hostNetwork);
  if (said !== undefined && other !== undefined) {
    const words = (f: PodFact) =>
      `${spoken[f.source]} says ${f.hostNetwork === true ? 'the node’s network' : 'a network of its own'}`;
    found.push(`${capital(words(said))}, ${words(other)}.`);
  }
  for (const f of group) {
    for (const claimed of f.interfaces) {
      const real = pairs.find((p) => p.facts.name === claimed.name)?.facts.hostInterface ?? null;
      if (claimed.hostInterface !== null && real !== null && claimed.hostInterface !== real)
        found.push(
          `${capital(spoken[f.source])} pairs ${claimed.name} with ${claimed.hostInterface}, the kernel with ${real}.`,
        );
    }
  }
  const api = group.find((f) => f.source === 'kubernetes');
  const cri = group.find((f) => f.source === 'cri' || f.source === 'docker');
  if (api?.state === 'running' && cri?.state === 'finished')
    found.push(`The API says running, but its sandbox has ended.`);
  return found;
}

const portKey = (p: ClaimedPort) => `${p.protocol} ${p.hostIp ?? '*'} ${p.hostPort} ${p.containerPort}`;

/** hostPorts with who knows them, and a sentence for each that somebody who should does not know. */
function portsOf(
  group: readonly PodFact[],
  addresses: readonly string[],
  rules: readonly RulePort[] | null,
): { ports: Pod['hostPorts']; disagreements: string[] } {
  type From = Pod['hostPorts'][number]['from'][number];
  const ports = new Map<string, { port: ClaimedPort; from: From[] }>();
  const add = (port: ClaimedPort, from: From) => {
    const known = ports.get(portKey(port)) ?? { port, from: [] };
    if (!known.from.includes(from)) known.from.push(from);
    ports.set(portKey(port), known);
  };
  for (const f of group) {
    // Docker and CRI set ports up through the same plugins or rules.
    const from = f.source === 'kubernetes' ? 'kubernetes' : 'cni';
    for (const p of f.hostPorts) add(p, from);
  }
  for (const p of rules ?? []) if (addresses.includes(p.to)) add(p, 'rules');
  const knows: Readonly<Record<From, boolean>> = {
    kubernetes: group.some((f) => f.source === 'kubernetes'),
    cni: group.some((f) => (f.source === 'cni' || f.source === 'docker') && f.hostPorts.length > 0),
    rules: rules !== null && addresses.length > 0,
  };
  const words: Readonly<Record<From, string>> = {
    kubernetes: 'the pod’s spec does not have it',
    cni: 'the CNI result does not have it',
    rules: 'no rule that could be read carries it out',
  };
  const disagreements = [...ports.values()].flatMap(({ port, from }) => {
    const lacking = (['kubernetes', 'cni', 'rules'] as const).filter((s) => knows[s] && !from.includes(s));
    if (lacking.length === 0) return [];
    const who = from.map((s) => ({ kubernetes: 'the spec', cni: 'the CNI result', rules: 'a rule' })[s]).join(' and ');
    return [
      `hostPort ${port.hostPort}/${port.protocol} is known to ${who}, but ${lacking.map((s) => words[s]).join(' and ')}.`,
    ];
  });
  const shown = [...ports.values()].map(({ port: { hostIp, hostPort, containerPort, protocol }, from }) => ({
    ...{ hostIp, hostPort, containerPort, protocol },
    from,
  }));
  return { ports: shown, disagreements };
}

export interface Inside {
  readonly pairs: readonly Paired[];
  /** Why the namespace could not be looked into. */
  readonly problem: string | null;
}

export function podOf(group: readonly PodFact[], inside: Inside, rules: readonly RulePort[] | null): FoundPod {
  const { namespace, name } = nameOf(group);
  const hostNetwork = group.some((f) => f.hostNetwork === true);
  const shown = inside.pairs.flatMap((p) => p.facts.addresses).filter((a) => !isLinkLocal(a));
  const claimed = [...new Set(group.flatMap((f) => f.addresses.map(canonical)))];
  const addresses = hostNetwork || shown.length === 0 ? claimed : [...new Set(shown)];
  const { ports, disagreements } = hostNetwork ? { ports: [], disagreements: [] } : portsOf(group, addresses, rules);
  const netns = netnsOf(group);
  const pod: Pod = {
    id: `${namespace}/${name}`,
    namespace,
    name,
    addresses,
    node: first(group, (f) => f.node),
    hostNetwork,
    state: first(group, (f) => f.state) ?? 'unknown',
    netns: netns?.path ?? null,
    pid: first(group, (f) => (f.state === 'finished' ? null : f.pid)),
    interfaces: inside.pairs.map((p) => p.facts),
    hostPorts: ports,
    foundBy: [...new Set(group.map((f) => f.source))],
    disagreements: [
      ...(hostNetwork ? [] : addressDisagreements(group, shown)),
      ...otherDisagreements(group, inside.pairs),
      ...disagreements,
      ...(inside.problem === null ? [] : [`Its network namespace could not be looked into: ${inside.problem}.`]),
    ],
  };
  return { pod, pairs: inside.pairs };
}

/** Each id once, running pods before finished ones of the same name; sorted by id. */
export function distinct(pods: readonly FoundPod[]): FoundPod[] {
  const order = { running: 0, pending: 1, unknown: 2, finished: 3 } as const;
  const byId = new Map<string, FoundPod>();
  for (const found of [...pods].sort((a, b) => order[a.pod.state] - order[b.pod.state])) {
    const known = byId.get(found.pod.id);
    if (known === undefined) byId.set(found.pod.id, found);
    // Two that have no name of their own, or run under one name: told apart by a number.
    else if (found.pod.state === 'running') {
      let n = 2;
      while (byId.has(`${found.pod.id}-${n}`)) n += 1;
      const name = `${found.pod.name}-${n}`;
      byId.set(`${found.pod.namespace}/${name}`, {
        ...found,
        pod: { ...found.pod, id: `${found.pod.namespace}/${name}`, name },
      });
    }
  }
  return [...byId.values()].sort((a, b) => (a.pod.id < b.pod.id ? -1 : 1));
}

/** How many pods each source knows. */
export function sourcesOf(answers: readonly SourceAnswer[], pods: readonly Pod[]) {
  return answers.map(({ source, ok, detail }) => ({
    source,
    ok,
    detail,
    pods: pods.filter((p) => p.foundBy.includes(source)).length,
  }));
}
