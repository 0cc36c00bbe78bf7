// `conntrack -S`: counters of connection tracking, a line a processor. They never go back, so a growing one needs two dumps to be seen.
import type { DumpFormat } from './dump-format.ts';

const LINE = /^cpu=\d+\s+(.*)$/;

export const dumpFormat: DumpFormat = {
  name: 'conntrack-stats',
  command: 'conntrack -S',
  detect: (file) => /^cpu=\d+\s+(?:searched|found)=\d+ .*\binsert_failed=\d+/m.test(file.head),
  read(file, state, warn) {
    const stats = new Map<string, { value: number; source: ReturnType<typeof file.ref> }>();
    for (let i = 0; i < file.lines.length; i++) {
      const line = (file.lines[i] ?? '').trim();
      if (line === '') continue;
      const fields = LINE.exec(line)?.[1];
      if (fields === undefined) {
        warn('syntax', file.ref(i + 1), 'a line of conntrack -S reads "cpu=0 found=1 …"');
        continue;
      }
      for (const [, name = '', text] of fields.matchAll(/([a-z_]+)=(\d+)/g)) {
        const known = stats.get(name);
        const value = Number(text);
        // the line cited is the one that has most of it
        if (!known) stats.set(name, { value, source: file.ref(i + 1) });
        else
          stats.set(name, {
            value: known.value + value,
            source: value > known.value / 2 ? file.ref(i + 1) : known.source,
          });
      }
    }
    state.conntrackStats = stats;
  },
};
