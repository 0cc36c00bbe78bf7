// `uname -a`: the kernel's release, on which a few behaviours depend.
import type { DumpFormat } from './dump-format.ts';

export const dumpFormat: DumpFormat = {
  name: 'uname',
  command: 'uname -a',
  detect: (file) => /^Linux \S+ \d+\.\d+/.test(file.head),
  read(file, state) {
    const m = /^Linux (\S+) ((\d+)\.(\d+)\S*)/.exec(file.text);
    if (m?.[2] === undefined) return;
    state.kernel = {
      hostname: m[1] ?? null,
      release: m[2],
      major: Number(m[3]),
      minor: Number(m[4]),
      source: file.ref(1),
    };
  },
};
