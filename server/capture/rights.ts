// What the kernel must allow for a live capture and for looking into pods, and a refusal that names what is missing. `doctor`,
// `/api/live` and every capture ask here.
import { Refusal } from '../refusal.ts';
import type { System } from '../system/system.ts';

export interface Right {
  readonly name: string;
  /** Bit of linux/capability.h. */
  readonly bit: number;
  /** Without it nothing can be captured. */
  readonly capture: boolean;
  readonly neededFor: string;
}

export const rights: readonly Right[] = [
  { name: 'CAP_NET_RAW', bit: 13, capture: true, neededFor: 'capturing' },
  { name: 'CAP_SYS_ADMIN', bit: 21, capture: true, neededFor: 'entering the network namespaces of pods' },
  { name: 'CAP_NET_ADMIN', bit: 12, capture: true, neededFor: 'reading rules and connections' },
  { name: 'CAP_SYS_PTRACE', bit: 19, capture: false, neededFor: 'finding pods through /proc of other users' },
];

/** Names of the rights that this process has; null where there are no capabilities, which is not Linux. */
export async function heldRights(system: System): Promise<ReadonlySet<string> | null> {
  let effective = 0n;
  try {
    const status = await system.files.readText('/proc/self/status');
    effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    return null;
  }
  return new Set(rights.filter(({ bit }) => ((effective >> BigInt(bit)) & 1n) === 1n).map((r) => r.name));
}

/** Names of those without which nothing can be captured, and that this process lacks. */
export async function missingRights(system: System): Promise<string[]> {
  const held = await heldRights(system);
  return rights.filter((r) => r.capture && held?.has(r.name) !== true).map((r) => r.name);
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
