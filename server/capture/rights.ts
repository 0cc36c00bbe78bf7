// What the kernel must allow for a live capture, and a refusal that names what is missing.
import { Refusal } from '../refusal.ts';
import type { System } from '../system/system.ts';

/** Bits of linux/capability.h. */
const needed = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_SYS_ADMIN: 21 } as const;

/** Names of the capabilities that this process lacks. */
export async function missingRights(system: System): Promise<string[]> {
  let effective = 0n;
  try {
    const status = await system.files.readText('/proc/self/status');
    effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    // no /proc: not Linux, and then no rights to capture either
  }
  return Object.entries(needed).flatMap(([name, bit]) => (((effective >> BigInt(bit)) & 1n) === 0n ? [name] : []));
}

export async function requireRights(system: System): Promise<void> {
  const missing = await missingRights(system);
  if (missing.length === 0) return;
  throw new Refusal(
    403,
    'no-privileges',
    `capturing needs ${missing.join(', ')}: run vethscope as root on the node; everything else works without`,
  );
}
