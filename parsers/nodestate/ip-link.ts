// `ip -j -d link` (-d adds the kind, the bridge-port attributes and so on).
import { parseIp } from '../core/address.ts';
import type { DumpFile, DumpFormat } from './dump-format.ts';
import { Json, type JsonItem } from './json-items.ts';
import { readJsonList } from './json-list.ts';
import type { Link, Tunnel } from './state.ts';

const TUNNELS = /^(?:vxlan|geneve|ipip|sit|gre|gretap|ip6tnl|ip6gre|ip6gretap|wireguard)$/;

function tunnelOf(info: Json): Tunnel | null {
  if (!TUNNELS.test(info.get('info_kind').string ?? '')) return null;
  const data = info.get('info_data');
  const address = (key: string) => parseIp(data.get(key).string ?? data.get(`${key}6`).string ?? '');
  const key = parseIp(data.get('okey').string ?? '');
  return {
    id: data.get('id').number ?? key?.d ?? null,
    local: address('local'),
    remote: address('remote'),
    port: data.get('port').number,
    lower: data.get('link').string,
    external: data.get('external').boolean ?? false,
  };
}

/** `ip` prints it as a number. */
function vlanFilteringOf(info: Json): boolean | null {
  const filtering = info.get('info_data').get('vlan_filtering');
  return filtering.boolean ?? (filtering.number === null ? null : filtering.number !== 0);
}

/** A link from an item of `ip -j link` or `ip -j addr`, which share these keys. */
export function linkOf(file: DumpFile, item: JsonItem): Link | null {
  const j = new Json(item.value);
  const name = j.get('ifname').string;
  const index = j.get('ifindex').number;
  if (name === null || index === null) return null;
  const flags = j.get('flags').strings;
  const info = j.get('linkinfo');
  return {
    index,
    name,
    mac: j.get('address').string,
    mtu: j.get('mtu').number,
    up: flags.includes('UP'),
    flags,
    kind: info.get('info_kind').string ?? (j.get('link_type').string === 'loopback' ? 'loopback' : null),
    master: j.get('master').string,
    peerIndex: j.get('link_index').number,
    peerNetnsId: j.get('link_netnsid').number,
    tunnel: tunnelOf(info),
    hairpin: info.get('info_slave_data').get('hairpin').boolean,
    vlanFiltering: vlanFilteringOf(info),
    source: file.refAt(item.from, item.to),
  };
}

/** Later dumps add what earlier ones lacked (`addr` has no kind, `link` without -d has no hairpin). */
export function mergeLinks(known: readonly Link[] | null, more: readonly Link[]): Link[] {
  const byName = new Map((known ?? []).map((l) => [l.name, l]));
  for (const l of more) {
    const k = byName.get(l.name);
    byName.set(
      l.name,
      k
        ? {
            ...k,
            kind: k.kind ?? l.kind,
            tunnel: k.tunnel ?? l.tunnel,
            hairpin: k.hairpin ?? l.hairpin,
            vlanFiltering: k.vlanFiltering ?? l.vlanFiltering,
            master: k.master ?? l.master,
            mac: k.mac ?? l.mac,
          }
        : l,
    );
  }
  return [...byName.values()];
}

export const dumpFormat: DumpFormat = {
  name: 'ip-link',
  command: 'ip -j -d link',
  detect: (file) =>
    readJsonList.looksLike(
      file,
      (j) =>
        j.has('ifname') &&
        j.has('flags') &&
        j.has('mtu') &&
        !j.has('addr_info') &&
        (j.has('linkmode') || j.has('link_type')),
    ),
  read(file, state, warn) {
    const links: Link[] = [];
    for (const item of readJsonList(file, warn)) {
      const link = linkOf(file, item);
      if (link) links.push(link);
      else warn('suspicious', file.refAt(item.from, item.to), 'a link without ifname or ifindex');
    }
    state.host.links = mergeLinks(links, state.host.links ?? []);
  },
};
