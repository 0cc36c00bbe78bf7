// Named network namespaces (/var/run/netns, as `ip netns` and the runtimes mount them).
import path from 'node:path';
import { reasonOf, type System } from '../system/system.ts';
import { counted, factOf, isPodName, type PodFact, type SourceAnswer } from './fact.ts';
import type { NetnsIds } from './netns-ids.ts';

export async function findNamedNetns(system: System, folder: string, ids: NetnsIds): Promise<SourceAnswer> {
  try {
    if ((await system.files.stat(folder))?.kind !== 'folder')
      return { source: 'netns', ok: true, detail: `no namespace has a name (there is no ${folder})`, facts: [] };
    const node = await ids.ofNode();
    const facts: PodFact[] = [];
    let odd = 0;
    for (const { name } of await system.files.list(folder)) {
      const at = path.join(folder, name);
      const netnsId = isPodName(name) ? await ids.of(at) : null;
      if (!isPodName(name)) odd += 1;
      if (netnsId === null || netnsId === node) continue; // a leftover file, or the node itself
      facts.push(factOf('netns', { netns: at, netnsId, state: 'running' }));
    }
    const refused = odd === 0 ? '' : `; ${counted(odd, 'name')} that cannot be used, left out`;
    return { source: 'netns', ok: true, detail: `${folder}${refused}`, facts };
  } catch (error) {
    return { source: 'netns', ok: false, detail: `${folder} ${reasonOf(error)}`, facts: [] };
  }
}
