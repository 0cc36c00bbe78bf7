// Lists of a node that are asked by address for every packet (routes, services, connections, pods, neighbours), found by key, so that a
// question costs the same on a large node as on a small one. Lists of a state are never changed in place: their indexes are kept with them.
import type { Ip } from '../../parsers/core/address.ts';

/** Equal for equal addresses. */
export const ipKey = (ip: Ip): string => (ip.family === 4 ? String(ip.d) : `${ip.a}:${ip.b}:${ip.c}:${ip.d}`);

/** A list by keys, of which an item may have none or several; items of one key keep their order. */
export function groupBy<T>(
  list: readonly T[],
  keysOf: (item: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const out = new Map<string, T[]>();
  for (const item of list) {
    for (const key of keysOf(item)) {
      const known = out.get(key);
      if (known) known.push(item);
      else out.set(key, [item]);
    }
  }
  return out;
}

/** An index that is built when a list is first asked, and kept as long as the list. */
export function indexed<T>(
  keysOf: (item: T) => readonly string[],
): (list: readonly T[] | null, key: string) => readonly T[] {
  const known = new WeakMap<readonly T[], ReadonlyMap<string, readonly T[]>>();
  return (list, key) => {
    if (!list || list.length === 0) return [];
    let map = known.get(list);
    if (!map) {
      map = groupBy(list, keysOf);
      known.set(list, map);
    }
    return map.get(key) ?? [];
  };
}
