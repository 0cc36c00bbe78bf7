// `tc -j -s qdisc`: recognised; the bandwidth diagnosis will read it.
import type { DumpFormat } from './dump-format.ts';
import { readJsonList } from './json-list.ts';

export const dumpFormat: DumpFormat = {
  name: 'tc-qdisc',
  command: 'tc -j -s qdisc',
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('kind') && j.has('dev') && j.has('handle')),
  read() {},
};
