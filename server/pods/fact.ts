// What one source says of one pod; `join.ts` makes pods of them. Null where a source does not know.
import type { Pod, PodSource } from '../../api/live.ts';

export interface ClaimedPort {
  readonly hostIp: string | null;
  readonly hostPort: number;
  readonly containerPort: number;
  /** `tcp`, `udp`, `sctp`. */
  readonly protocol: string;
}

export interface PodFact {
  readonly source: PodSource;
  readonly namespace: string | null;
  readonly name: string | null;
  /** What its processes call the machine they are on: the pod's name, unless the pod sets another. */
  readonly hostname: string | null;
  readonly uid: string | null;
  /** Of the sandbox and of its containers. */
  readonly containerIds: readonly string[];
  readonly addresses: readonly string[];
  readonly node: string | null;
  readonly hostNetwork: boolean | null;
  readonly state: Pod['state'] | null;
  /** A path that leads to its network namespace, and which namespace that is: two paths may lead to one. */
  readonly netns: string | null;
  readonly netnsId: string | null;
  readonly pid: number | null;
  /** Interfaces as the source names them, to be held against what the kernel says. */
  readonly interfaces: readonly { readonly name: string; readonly hostInterface: string | null }[];
  readonly hostPorts: readonly ClaimedPort[];
}

/** One source's answer: its facts, or why there are none, in one sentence. */
export interface SourceAnswer {
  readonly source: PodSource;
  readonly ok: boolean;
  readonly detail: string;
  readonly facts: readonly PodFact[];
}

const nothingKnown = {
  namespace: null,
  name: null,
  hostname: null,
  uid: null,
  containerIds: [],
  addresses: [],
  node: null,
  hostNetwork: null,
  state: null,
  netns: null,
  netnsId: null,
  pid: null,
  interfaces: [],
  hostPorts: [],
} as const;

export function factOf(source: PodSource, known: Partial<Omit<PodFact, 'source'>>): PodFact {
  return { source, ...nothingKnown, ...known };
}

/** Names of pods and namespaces as Kubernetes allows them, and a little more; never an option, a path or a line break. */
export function isPodName(text: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text);
}

/** Names of devices that we hand to programs. The kernel allows more (`-z`, `$(x)`): those are shown and never used. */
export function isDeviceName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,14}$/.test(text);
}

/** A path that may be entered: absolute, without a way up, and without characters that a path of a namespace never has. */
export function isNetnsPath(text: string): boolean {
  return /^\/[A-Za-z0-9._/-]{1,250}$/.test(text) && !text.split('/').includes('..');
}

/** `3 pods`, `1 pod`. */
export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
