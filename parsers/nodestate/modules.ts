// /proc/modules or `lsmod`: which kernel modules are loaded (br_netfilter, ip_vs, …).
import type { DumpFormat } from './dump-format.ts';

export const dumpFormat: DumpFormat = {
  name: 'modules',
  command: 'cat /proc/modules',
  emptyName: /modules/,
  detect: (file) =>
    /^Module\s+Size\s+Used by/.test(file.head) ||
    /^[a-z]\w+ \d+ (?:-|\S*,) ?/.test(file.head) ||
    /^\w+ \d+ \d+ \S+ (?:Live|Loading|Unloading) 0x/.test(file.head),
  read(file, state) {
    state.modules ??= new Set();
    for (const line of file.lines) {
      const name = /^(\w+)\s+\d+/.exec(line)?.[1];
      if (name !== undefined) state.modules.add(name);
    }
  },
};
