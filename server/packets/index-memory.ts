// What all indexes of this process together may take of memory; beyond it their older columns lie in scratch files.
import { SegmentMemory } from '../../parsers/index/segment-list.ts';
import { reasonOf, type System } from '../system/system.ts';

/** About 8,600,000 packets. */
const defaultMiB = 512;
const memories = new WeakMap<System, SegmentMemory>();

/** VETHSCOPE_INDEX_MEMORY, in MiB, moves the limit. */
export function indexMemoryOf(system: System): SegmentMemory {
  const known = memories.get(system);
  if (known !== undefined) return known;
  const told = Number(system.process.env['VETHSCOPE_INDEX_MEMORY'] ?? '');
  const limit = (Number.isFinite(told) && told > 0 ? told : defaultMiB) * 2 ** 20;
  const memory = new SegmentMemory(
    limit,
    () => system.files.openScratch(),
    (error) =>
      system.terminal.error(
        `vethscope: the indexes stay in memory as a whole, as a scratch file ${reasonOf(error)}; free some disk in /var/tmp, or set TMPDIR\n`,
      ),
  );
  memories.set(system, memory);
  return memory;
}
