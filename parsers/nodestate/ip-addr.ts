// `ip -j addr`: links with their addresses. Order matters: the first address of a device is its primary.
import { parseIp } from '../core/address.ts';
import type { DumpFile, DumpFormat, Warn } from './dump-format.ts';
import { linkOf, mergeLinks } from './ip-link.ts';
import { Json, type JsonItem } from './json-items.ts';
import { readJsonList } from './json-list.ts';
import type { Address, Link, Netns } from './state.ts';

/** Adds the items of an `ip -j addr` list to a netns. */
export function readAddresses(file: DumpFile, items: readonly JsonItem[], netns: Netns, warn: Warn): void {
  const links: Link[] = [];
  const addresses: Address[] = [];
  for (const item of items) {
    const link = linkOf(file, item);
    if (!link) {
      warn('suspicious', file.refAt(item.from, item.to), 'an interface without ifname or ifindex');
      continue;
    }
    links.push(link);
    for (const a of new Json(item.value).get('addr_info').array) {
      const ip = parseIp(a.get('local').string ?? '');
      if (!ip) continue;
      addresses.push({
        device: link.name,
        ip,
        prefixLength: a.get('prefixlen').number ?? (ip.family === 4 ? 32 : 128),
        broadcast: parseIp(a.get('broadcast').string ?? ''),
        scope: a.get('scope').string ?? 'global',
        secondary: a.get('secondary').boolean === true,
        source: file.refAt(item.from, item.to),
      });
    }
  }
  netns.links = mergeLinks(netns.links, links);
  netns.addresses = [...(netns.addresses ?? []), ...addresses];
}

export const dumpFormat: DumpFormat = {
  name: 'ip-addr',
  command: 'ip -j addr',
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('ifname') && j.has('addr_info')),
  read(file, state, warn) {
    readAddresses(file, readJsonList(file, warn), state.host, warn);
  },
};
