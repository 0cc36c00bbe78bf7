// One server a data folder: two would give the same case two lists of files, and finish each other's captures. Who has it stands in
// `server.lock` as `PID START`. Surprise: a server that was killed leaves it behind; it counts only while that very process runs.
import path from 'node:path';
import type { System } from '../system/system.ts';
import { isOthers, ownIdentity } from './capture-owner.ts';

/** Two servers that both find a lock left behind: one of them is first. */
const tries = 3;

export type FolderLock =
  | { readonly ok: true; readonly release: () => Promise<void> }
  | { readonly ok: false; readonly pid: string };

/** Removes the lock that was read. Another server may have put its own there meanwhile: that one stays. */
async function takeAway(system: System, file: string, owner: string): Promise<void> {
  const aside = `${file}.left`;
  try {
    await system.files.rename(file, aside);
    if ((await system.files.readText(aside)).trim() === owner) await system.files.remove(aside);
    else await system.files.rename(aside, file);
  } catch {
    // somebody else took it away
  }
}

export async function lockFolder(system: System, dataFolder: string): Promise<FolderLock> {
  const file = path.join(dataFolder, 'server.lock');
  const own = await ownIdentity(system);
  for (let i = 0; i < tries; i++) {
    if (await system.files.create(file, own)) break;
    const owner = (await system.files.readText(file).catch(() => '')).trim();
    if (await isOthers(system, owner)) return { ok: false, pid: owner.split(' ')[0] ?? '' };
    await takeAway(system, file, owner);
  }
  const release = async () => {
    const owner = await system.files.readText(file).catch(() => '');
    if (owner === own) await system.files.remove(file);
  };
  return { ok: true, release };
}
