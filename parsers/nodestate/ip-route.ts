// `ip -j route show table all`, IPv4 and IPv6. Without `table all` the local table is missing, which decides what is LOCAL.
//
// Surprise: a route with `encap` has two keys "dst" in its object: its own, then the far end of its tunnel. JSON keeps the last.
import { type Family, type Prefix, parseIp, parsePrefix } from '../core/address.ts';
import type { DumpFile, DumpFormat, Warn } from './dump-format.ts';
import { Json, type JsonItem } from './json-items.ts';
import { readJsonList } from './json-list.ts';
import type { Encap, Netns, Route } from './state.ts';

function prefixOf(text: string, family: Family): Prefix | null {
  if (text === 'default' || text === 'all') return parsePrefix(family === 4 ? '0.0.0.0/0' : '::/0');
  return parsePrefix(text);
}

/** A default route does not show its family in `dst`: it is taken from its gateway, source or `pref`/`metric` keys, else from the dump. */
function familyOf(j: Json, fallback: Family): Family {
  for (const key of ['dst', 'gateway', 'prefsrc']) {
    const p = parsePrefix(j.get(key).string ?? '');
    if (p) return p.ip.family;
  }
  if (j.has('pref')) return 6;
  return fallback;
}

/** The destinations as they stand in the text, the route's own first. */
function destinationsOf(text: string): string[] {
  return [...text.matchAll(/"dst"\s*:\s*"([^"]*)"/g)].map((m) => m[1] ?? '');
}

function encapOf(j: Json, destinations: readonly string[]): Encap | null {
  const kind = j.get('encap').string;
  if (kind === null) return null;
  const ip = kind === 'ip' || kind === 'ip6';
  const address = (text: string | null | undefined) => {
    const a = ip ? parseIp(text ?? '') : null;
    return a && (a.a | a.b | a.c | a.d) !== 0 ? a : null;
  };
  return {
    kind,
    id: ip ? j.get('id').number : null,
    src: address(j.get('src').string),
    dst: address(destinations[1]),
  };
}

/** Adds the items of an `ip -j route` list to a netns. `table` is that of routes which do not name one. */
export function readRoutes(file: DumpFile, items: readonly JsonItem[], netns: Netns, warn: Warn): void {
  const routes: Route[] = [];
  const dumpFamily: Family = items.some((i) => parsePrefix(new Json(i.value).get('dst').string ?? '')?.ip.family === 4)
    ? 4
    : /6/.test(file.path)
      ? 6
      : 4;
  for (const item of items) {
    const j = new Json(item.value);
    const several = j.has('encap') ? destinationsOf(file.text.slice(item.from, item.to)) : [];
    const to = several[0] ?? j.get('dst').string ?? '';
    const dst = prefixOf(to, parsePrefix(to)?.ip.family ?? familyOf(j, dumpFamily));
    const ref = file.refAt(item.from, item.to);
    if (!dst) {
      warn('suspicious', ref, `"${to}" is no route destination`);
      continue;
    }
    routes.push({
      type: j.get('type').string ?? 'unicast',
      table: j.get('table').string ?? 'main',
      dst,
      via: parseIp(j.get('gateway').string ?? j.get('via').get('host').string ?? ''),
      device: j.get('dev').string,
      source: parseIp(j.get('prefsrc').string ?? ''),
      scope: j.get('scope').string,
      metric: j.get('metric').number ?? 0,
      mtu: j.get('metrics').array[0]?.get('mtu').number ?? null,
      flags: j.get('flags').strings,
      nexthops: j.get('nexthops').array.flatMap((h) => {
        const device = h.get('dev').string;
        return device === null
          ? []
          : [{ via: parseIp(h.get('gateway').string ?? ''), device, weight: h.get('weight').number ?? 1 }];
      }),
      encap: encapOf(j, several),
      ref,
    });
  }
  const seen = new Set((netns.routes ?? []).map(routeKey));
  netns.routes = [...(netns.routes ?? []), ...routes.filter((r) => !seen.has(routeKey(r)))];
}

/** `ip route show table all` and `ip -6 route …` overlap in some versions: the same route is kept once. */
function routeKey(r: Route): string {
  return JSON.stringify([r.type, r.table, r.dst, r.via, r.device, r.metric, r.nexthops, r.encap]);
}

export const dumpFormat: DumpFormat = {
  name: 'ip-route',
  command: 'ip -j route show table all',
  detect: (file) =>
    readJsonList.looksLike(
      file,
      (j) =>
        j.has('dst') &&
        !j.has('lladdr') &&
        !j.has('state') &&
        (j.has('dev') || j.has('nexthops') || j.has('type')) &&
        !j.has('priority'),
    ),
  read(file, state, warn) {
    readRoutes(file, readJsonList(file, warn), state.host, warn);
  },
};
