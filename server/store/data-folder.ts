// Where the library is, when nobody says otherwise (XDG Base Directory Specification).
import path from 'node:path';
import type { System } from '../system/system.ts';

export function defaultDataFolder(system: System): string {
  const data = system.process.env['XDG_DATA_HOME'];
  // The specification says to ignore a relative path.
  const base =
    data !== undefined && path.isAbsolute(data) ? data : path.join(system.process.homeFolder, '.local', 'share');
  return path.join(base, 'vethscope');
}
