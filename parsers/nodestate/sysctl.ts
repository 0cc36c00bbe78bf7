// `sysctl -a` or a part of it: `net.ipv4.ip_forward = 1`.
import type { DumpFormat } from './dump-format.ts';

// Names of devices stand in the names of settings, and may hold anything but spaces and slashes.
const LINE = /^([a-z][^\s=]*)\s*=\s*(.*)$/i;

export const dumpFormat: DumpFormat = {
  name: 'sysctl',
  command: 'sysctl -a',
  detect: (file) => /^net\.[\w.\-/]+ ?= ?/m.test(file.head),
  read(file, state, warn) {
    state.sysctl ??= new Map();
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      if (line.trim() === '' || /^(?:#|sysctl: )/.test(line)) continue;
      const m = LINE.exec(line);
      if (m?.[1] === undefined || m[2] === undefined) {
        warn('syntax', file.ref(i + 1), 'a line of sysctl reads "name = value"');
        continue;
      }
      state.sysctl.set(m[1], { value: m[2].trim(), source: file.ref(i + 1) });
    }
  },
};
