// `tc -j -s qdisc`: what paces and drops on each device; the CNI bandwidth plugin leaves a tbf.
// Surprise: tc prints rates in bytes a second in JSON, and in bits in its text.
import type { DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';

export const dumpFormat: DumpFormat = {
  name: 'tc-qdisc',
  command: 'tc -j -s qdisc',
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('kind') && j.has('dev') && j.has('handle')),
  read(file, state, warn) {
    state.host.qdiscs ??= [];
    for (const item of readJsonList(file, warn)) {
      const j = new Json(item.value);
      const device = j.get('dev').string;
      const kind = j.get('kind').string;
      if (device === null || kind === null) continue;
      const options = j.get('options');
      state.host.qdiscs.push({
        device,
        kind,
        rate: options.get('rate').number,
        burst: options.get('burst').number,
        latencyUs: options.get('lat').number,
        packets: j.get('packets').number,
        drops: j.get('drops').number,
        overlimits: j.get('overlimits').number,
        source: file.refAt(item.from, item.to),
      });
    }
  },
};
