// `bridge -j fdb`: which bridge port leads to which MAC.
import { parseIp } from '../core/address.ts';
import type { DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';

export const dumpFormat: DumpFormat = {
  name: 'bridge-fdb',
  command: 'bridge -j fdb',
  emptyName: /fdb/i,
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('mac') && j.has('ifname') && j.has('state')),
  read(file, state, warn) {
    state.host.fdb ??= [];
    for (const item of readJsonList(file, warn)) {
      const j = new Json(item.value);
      const mac = j.get('mac').string;
      const device = j.get('ifname').string;
      if (mac === null || device === null) continue;
      state.host.fdb.push({
        mac: mac.toLowerCase(),
        device,
        master: j.get('master').string,
        permanent: j.get('state').string === 'permanent',
        dst: parseIp(j.get('dst').string ?? ''),
        source: file.refAt(item.from, item.to),
      });
    }
  },
};
