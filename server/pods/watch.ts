// Notices that pods came, went or changed: container and API events where there are any, and a cheap look every two seconds, which
// also sees what no event tells (a namespace made by hand).
import type { System } from '../system/system.ts';
import type { CriSource } from './cri.ts';
import type { KubernetesSource } from './kubernetes.ts';

const pollMs = 2000;
/** Events come in bursts: a pod that starts makes several. */
const settleMs = 250;

export interface Watched {
  readonly system: System;
  readonly cri: CriSource;
  readonly kubernetes: KubernetesSource;
  readonly netnsFolder: string;
  readonly cniResultFolders: readonly string[];
}

async function namesIn(system: System, folder: string): Promise<string> {
  try {
    return (await system.files.list(folder)).map((e) => e.name).join(' ');
  } catch {
    return '';
  }
}

export async function fingerprint({ system, cri, netnsFolder, cniResultFolders }: Watched): Promise<string> {
  const parts = [(await cri.fingerprint()) ?? '-', await namesIn(system, netnsFolder)];
  for (const folder of cniResultFolders) parts.push(await namesIn(system, folder));
  return parts.join('\n--\n');
}

export function watchPods(watched: Watched, onChange: () => void): () => void {
  const stops: (() => void)[] = [];
  let ended = false;
  let telling = false;
  const tell = () => {
    if (telling || ended) return;
    telling = true;
    void watched.system.clock.delay(settleMs).then(() => {
      telling = false;
      if (!ended) onChange();
    });
  };
  let last: string | null = null;
  let looking = false;
  const look = async () => {
    if (looking || ended) return;
    looking = true;
    try {
      const now = await fingerprint(watched);
      // Also the first time: a list that was asked for before the watch began may be older than what this look saw.
      if (now !== last) tell();
      last = now;
    } catch {
      // the next look may succeed
    } finally {
      looking = false;
    }
  };
  void look();
  stops.push(watched.system.clock.every(pollMs, () => void look()));
  for (const source of [watched.cri, watched.kubernetes]) {
    void source
      .watch(tell)
      .then((stop) => (ended ? stop() : stops.push(stop)))
      .catch(() => undefined);
  }
  return () => {
    ended = true;
    for (const stop of stops) stop();
  };
}
