// `ip -j neigh`: which MAC answers for which address.
import { parseIp } from '../core/address.ts';
import type { DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';

export const dumpFormat: DumpFormat = {
  name: 'ip-neigh',
  command: 'ip -j neigh',
  emptyName: /neigh/i,
  detect: (file) =>
    readJsonList.looksLike(file, (j) => j.has('dst') && j.has('dev') && Array.isArray(j.get('state').value)),
  read(file, state, warn) {
    state.host.neighbours ??= [];
    for (const item of readJsonList(file, warn)) {
      const j = new Json(item.value);
      const ip = parseIp(j.get('dst').string ?? '');
      const device = j.get('dev').string;
      if (!ip || device === null) continue;
      state.host.neighbours.push({
        ip,
        device,
        mac: j.get('lladdr').string,
        states: j.get('state').strings,
        source: file.refAt(item.from, item.to),
      });
    }
  },
};
