// The state of several pods' network namespaces in one text: `== NAME`, then the JSON of `ip -j addr` and `ip -j route` run inside.
import type { DumpFormat } from './dump-format.ts';
import { readAddresses } from './ip-addr.ts';
import { readRoutes } from './ip-route.ts';
import { Json, jsonItems } from './json-items.ts';
import { emptyNetns } from './state.ts';

export const dumpFormat: DumpFormat = {
  name: 'netns-sections',
  command: 'for n in $(ip netns | cut -d" " -f1); do echo "== $n"; ip -n $n -j addr; ip -n $n -j route; done',
  detect: (file) => /^== \S+\s*\n\[/.test(file.head),
  read(file, state, warn) {
    let name: string | null = null;
    let offset = 0;
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      const at = offset;
      offset += line.length + 1;
      if (line.trim() === '') continue;
      const header = /^== (\S+)\s*$/.exec(line);
      if (header?.[1] !== undefined) {
        name = header[1];
        if (!state.netns.has(name)) state.netns.set(name, emptyNetns(name));
        continue;
      }
      const netns = name === null ? undefined : state.netns.get(name);
      const { items, problem } = jsonItems(line);
      if (!netns || problem) {
        warn(
          'syntax',
          file.ref(i + 1),
          problem ? `${problem.message} (column ${problem.offset + 1})` : 'before the first "== NAME"',
        );
        if (!netns) continue;
      }
      const moved = items.map((it) => ({ value: it.value, from: it.from + at, to: it.to + at }));
      const first = new Json(items[0]?.value);
      if (first.has('addr_info')) readAddresses(file, moved, netns, warn);
      else if (first.has('dst')) readRoutes(file, moved, netns, warn);
      else if (items.length > 0) warn('unsupported', file.ref(i + 1), 'neither ip -j addr nor ip -j route');
    }
  },
};
