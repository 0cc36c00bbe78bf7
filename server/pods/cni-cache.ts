// Pods from libcni's result cache (/var/lib/cni/results): names, interfaces, addresses and hostPorts of what CNI plugins set up.
// Results of sandboxes that ended badly stay for ever; those whose namespace is gone are counted and left out.
import path from 'node:path';
import { z } from 'zod';
import { ipText } from '../../parsers/core/address.ts';
import { dumpFormat } from '../../parsers/nodestate/cni-result.ts';
import { DumpFile } from '../../parsers/nodestate/dump-format.ts';
import { emptyState } from '../../parsers/nodestate/state.ts';
import { reasonOf, type System } from '../system/system.ts';
import { counted, factOf, isDeviceName, isPodName, type PodFact, type SourceAnswer } from './fact.ts';
import type { NetnsIds } from './netns-ids.ts';

const limits = { files: 5000, bytes: 1 << 20 };

/** Where the result says the pod's namespace is. */
const sandboxed = z.object({
  netns: z.string().optional(),
  cniArgs: z.array(z.array(z.string())).nullish(),
  result: z.object({ interfaces: z.array(z.object({ sandbox: z.string().optional() })).optional() }).optional(),
  interfaces: z.array(z.object({ sandbox: z.string().optional() })).optional(),
});

function placeOf(text: string): { netns: string | null; uid: string | null } {
  try {
    const json = sandboxed.parse(JSON.parse(text));
    const interfaces = json.result?.interfaces ?? json.interfaces ?? [];
    const netns = json.netns ?? interfaces.map((i) => i.sandbox ?? '').find((s) => s !== '') ?? null;
    return { netns, uid: json.cniArgs?.find(([name]) => name === 'K8S_POD_UID')?.[1] ?? null };
  } catch {
    return { netns: null, uid: null };
  }
}

async function factsIn(file: string, text: string, ids: NetnsIds): Promise<PodFact[]> {
  const state = emptyState();
  const dump = new DumpFile(file, text);
  if (!dumpFormat.detect(dump)) return [];
  dumpFormat.read(dump, state, () => undefined);
  const { netns, uid } = placeOf(text);
  const netnsId = netns === null ? null : await ids.of(netns);
  return state.podFacts.map((f) => {
    const named = f.namespace !== null;
    const hostInterface = f.hostInterface !== null && isDeviceName(f.hostInterface) ? f.hostInterface : null;
    return factOf('cni', {
      namespace: f.namespace,
      name: named ? f.name : null,
      uid,
      containerIds: f.containerId === null ? [] : [f.containerId],
      addresses: f.ips.map(ipText),
      netns,
      netnsId,
      interfaces: f.podInterface === null ? [] : [{ name: f.podInterface, hostInterface }],
      hostPorts: f.hostPorts,
    });
  });
}

/** The default network and those of Multus have a file each: one pod of them. */
function merged(facts: readonly PodFact[]): PodFact[] {
  const byContainer = new Map<string, PodFact>();
  for (const fact of facts) {
    const key = fact.containerIds[0] ?? `${fact.namespace}/${fact.name}`;
    const known = byContainer.get(key);
    byContainer.set(
      key,
      known === undefined
        ? fact
        : {
            ...known,
            addresses: [...new Set([...known.addresses, ...fact.addresses])],
            interfaces: [...known.interfaces, ...fact.interfaces],
            hostPorts: known.hostPorts.length > 0 ? known.hostPorts : fact.hostPorts,
          },
    );
  }
  return [...byContainer.values()];
}

export async function findInCniCache(system: System, folders: readonly string[], ids: NetnsIds): Promise<SourceAnswer> {
  const facts: PodFact[] = [];
  const found: string[] = [];
  const left = { stale: 0, odd: 0 };
  for (const folder of folders) {
    try {
      if ((await system.files.stat(folder))?.kind !== 'folder') continue;
      found.push(folder);
      for (const entry of (await system.files.list(folder)).slice(0, limits.files)) {
        const file = path.join(folder, entry.name);
        const stat = entry.kind === 'file' ? await system.files.stat(file) : null;
        if (stat === null || stat.bytes > limits.bytes) continue;
        for (const fact of await factsIn(file, await system.files.readText(file), ids)) {
          const names = [fact.namespace, fact.name].filter((n) => n !== null);
          if (!names.every(isPodName)) left.odd += 1;
          else if (fact.netnsId === null && fact.netns !== null) left.stale += 1;
          else facts.push(fact);
        }
      }
    } catch (error) {
      return { source: 'cni', ok: false, detail: `${folder} ${reasonOf(error)}`, facts: merged(facts) };
    }
  }
  if (found.length === 0)
    return { source: 'cni', ok: false, detail: `there is no ${folders.join(' and no ')}`, facts: [] };
  const remarks = [
    found.join(', '),
    ...(left.stale === 0 ? [] : [`${counted(left.stale, 'result')} of pods that are gone`]),
    ...(left.odd === 0 ? [] : [`${counted(left.odd, 'result')} with a name that no pod can have, left out`]),
  ];
  return { source: 'cni', ok: true, detail: remarks.join('; '), facts: merged(facts) };
}
