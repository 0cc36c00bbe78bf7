// The version, from the package.json of the installed package.
import path from 'node:path';
import type { System } from '../system/system.ts';

export async function versionOf(system: System): Promise<string> {
  const text = await system.files.readText(path.join(system.process.packageFolder, 'package.json'));
  const facts: { version?: unknown } = JSON.parse(text);
  return typeof facts.version === 'string' ? facts.version : 'unknown';
}
