// `conntrack -E`, with or without `-o timestamp`: connections as they began, changed and ended while somebody watched. What began and ended
// between two dumps is in none of them, but here.
import { conntrackEntry } from './conntrack.ts';
import type { DumpFormat } from './dump-format.ts';

const LINE = /^\s*(?:\[(\d+)\.(\d{6})\]\s*)?\[(NEW|UPDATE|DESTROY)\]\s+(.*)$/;

export const dumpFormat: DumpFormat = {
  name: 'conntrack-events',
  command: 'conntrack -E -e NEW -o timestamp,extended',
  detect: (file) => LINE.test(file.lines.find((line) => line.trim() !== '') ?? ''),
  read(file, state, warn) {
    state.conntrackEvents ??= [];
    for (const [i, line] of file.lines.entries()) {
      if (line.trim() === '' || line.startsWith('conntrack v')) continue;
      const [, seconds, micros, event, rest = ''] = LINE.exec(line) ?? [];
      const entry = conntrackEntry(rest.trim(), file.ref(i + 1));
      if (entry === null || (event !== 'NEW' && event !== 'UPDATE' && event !== 'DESTROY')) {
        warn('syntax', file.ref(i + 1), 'not a line of conntrack -E: it was not used');
        continue;
      }
      const atMs = seconds === undefined ? null : Number(seconds) * 1000 + Number(micros) / 1000;
      state.conntrackEvents.push({ event, atMs, entry });
    }
  },
};
