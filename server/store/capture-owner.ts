// Which process writes a growing capture, so that another server on the same library neither finishes nor cuts it.
import type { System } from '../system/system.ts';

/** `PID START`: a number may be given to another process, but not with the same time of its start. */
async function identity(system: System, process: string): Promise<string | null> {
  try {
    const stat = await system.files.readText(`/proc/${process}/stat`);
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${stat.split(' ')[0] ?? ''} ${rest[19] ?? ''}`;
  } catch {
    return null;
  }
}

export async function ownIdentity(system: System): Promise<string> {
  return (await identity(system, 'self')) ?? 'unknown';
}

/** True while the process that wrote it runs, and is not this one. */
export async function isOthers(system: System, owner: string): Promise<boolean> {
  const pid = owner.split(' ')[0] ?? '';
  if (!/^\d+$/.test(pid)) return false;
  return (await identity(system, pid)) === owner && owner !== (await ownIdentity(system));
}
