// Pods from /proc alone: the control group of a process names its pod and container, whatever the runtime; ns/net its namespace.
// Names of pods are not in there; what the pod's processes call their machine (HOSTNAME) usually is one.
import { reasonOf, type System } from '../system/system.ts';
import { factOf, isPodName, type PodFact, type SourceAnswer } from './fact.ts';
import type { NetnsIds } from './netns-ids.ts';

/** `…/kubepods/burstable/podUID/…`, or with systemd `kubepods-burstable-podUID.slice`, its dashes as underscores. */
const podUid = /(?:^|[/-])pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?=[/.]|$)/m;
const containerId = /(?:^|[/:-])([0-9a-f]{64})(?=[/.]|$)/gm;
/** Processes read at once. */
const atOnce = 64;

export interface Membership {
  readonly uid: string | null;
  readonly containerIds: readonly string[];
}

/** What a text of /proc/PID/cgroup says; null for a process that is in no container. */
export function membershipOf(cgroup: string): Membership | null {
  const uid = podUid.exec(cgroup)?.[1]?.replaceAll('_', '-') ?? null;
  const ids = [...new Set([...cgroup.matchAll(containerId)].map((m) => m[1] ?? ''))];
  return uid === null && ids.length === 0 ? null : { uid, containerIds: ids };
}

interface Process extends Membership {
  readonly pid: number;
  readonly netnsId: string;
}

async function processAt(system: System, folder: string, pid: number, ids: NetnsIds): Promise<Process | null> {
  try {
    const member = membershipOf(await system.files.readText(`${folder}/${pid}/cgroup`));
    if (member === null) return null;
    const netnsId = await ids.of(`${folder}/${pid}/ns/net`);
    return netnsId === null ? null : { pid, netnsId, ...member };
  } catch {
    return null; // it ended meanwhile
  }
}

async function hostnameOf(system: System, folder: string, processes: readonly Process[]): Promise<string | null> {
  for (const { pid } of processes) {
    try {
      const environment = await system.files.readText(`${folder}/${pid}/environ`);
      const name = environment
        .split('\0')
        .find((v) => v.startsWith('HOSTNAME='))
        ?.slice('HOSTNAME='.length);
      if (name !== undefined && isPodName(name)) return name;
    } catch {
      // not ours to read, or gone
    }
  }
  return null;
}

export async function findInProc(system: System, folder: string, ids: NetnsIds): Promise<SourceAnswer> {
  let pids: number[];
  try {
    pids = (await system.files.list(folder)).flatMap(({ name }) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch (error) {
    return { source: 'proc', ok: false, detail: `${folder} ${reasonOf(error)}`, facts: [] };
  }
  pids.sort((a, b) => a - b);
  const groups = new Map<string, Process[]>();
  for (let at = 0; at < pids.length; at += atOnce) {
    const some = await Promise.all(pids.slice(at, at + atOnce).map((pid) => processAt(system, folder, pid, ids)));
    for (const process of some) {
      if (process === null) continue;
      const key = process.uid ?? `netns ${process.netnsId}`;
      groups.set(key, [...(groups.get(key) ?? []), process]);
    }
  }
  const node = await ids.ofNode();
  const facts: PodFact[] = [];
  for (const processes of groups.values()) {
    // The sandbox's process comes first: a container that makes a namespace of its own does so later.
    const [first] = processes;
    if (first === undefined) continue;
    const hostNetwork = first.netnsId === node;
    // Without a pod's name in the control group, what shares the node's namespace is a container of anything.
    if (hostNetwork && first.uid === null) continue;
    facts.push(
      factOf('proc', {
        uid: first.uid,
        containerIds: [...new Set(processes.flatMap((p) => p.containerIds))],
        hostname: hostNetwork ? null : await hostnameOf(system, folder, processes),
        hostNetwork,
        state: 'running',
        netns: `${folder}/${first.pid}/ns/net`,
        netnsId: first.netnsId,
        pid: first.pid,
      }),
    );
  }
  return { source: 'proc', ok: true, detail: `${pids.length} processes in ${folder}`, facts };
}
