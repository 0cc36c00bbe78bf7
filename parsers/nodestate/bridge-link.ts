// `bridge -j -d link`: ports of bridges; -d adds hairpin.
import type { DumpFormat } from './dump-format.ts';
import { linkOf, mergeLinks } from './ip-link.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';
import type { Link } from './state.ts';

export const dumpFormat: DumpFormat = {
  name: 'bridge-link',
  command: 'bridge -j -d link',
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('ifname') && j.has('cost') && j.has('priority')),
  read(file, state, warn) {
    const links: Link[] = [];
    for (const item of readJsonList(file, warn)) {
      const link = linkOf(file, item);
      if (link)
        links.push({
          ...link,
          hairpin: new Json(item.value).get('hairpin').boolean,
          peerIndex: null,
          peerNetnsId: null,
        });
    }
    state.host.links = mergeLinks(state.host.links, links);
  },
};
