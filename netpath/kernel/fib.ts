// Route lookup as the kernel does it: policy rules in order, in each table the longest prefix, then the lowest metric; and the
// separate question "what type has this address in the local table", which `addrtype` asks.
import { contains, type Ip, isLoopback, isMulticast, type Prefix, prefixText } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Address, Netns, Route, RoutingRule } from '../../parsers/nodestate/state.ts';
import { groupBy, ipKey } from './address-index.ts';

export interface RouteQuery {
  readonly dst: Ip;
  readonly src: Ip | null;
  readonly mark: number;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly protocol: number;
  readonly sport: number | null;
  readonly dport: number | null;
}

export interface RouteResult {
  readonly type: string;
  readonly device: string | null;
  readonly via: Ip | null;
  readonly preferredSource: Ip | null;
  readonly route: Route;
  /** Next hops to choose from when the route has several. */
  readonly nexthops: Route['nexthops'];
}

export type RouteAnswer =
  | { readonly kind: 'route'; readonly result: RouteResult }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly why: string; readonly settle: string };

const FULL_MASK: Record<4 | 6, number> = { 4: 32, 6: 128 };

/** The local table as the kernel fills it from the addresses, for dumps that were taken without `table all`. */
function localRoutesFrom(addresses: readonly Address[]): Route[] {
  const make = (type: string, dst: Prefix, a: Address): Route => ({
    type,
    table: 'local',
    dst,
    via: null,
    device: a.device,
    source: a.ip,
    scope: type === 'local' ? 'host' : 'link',
    metric: 0,
    mtu: null,
    flags: [],
    nexthops: [],
    encap: null,
    ref: a.source,
  });
  return addresses.flatMap((a) => {
    const full = FULL_MASK[a.ip.family];
    const routes = [
      make(
        'local',
        isLoopback(a.ip) && a.ip.family === 4 ? { ip: a.ip, length: a.prefixLength } : { ip: a.ip, length: full },
        a,
      ),
    ];
    if (a.broadcast) routes.push(make('broadcast', { ip: a.broadcast, length: full }, a));
    return routes;
  });
}

/** Routes to single addresses by address, and the others, the longest first. */
interface Table {
  readonly hosts: ReadonlyMap<string, readonly Route[]>;
  readonly nets: readonly Route[];
}

export class Fib {
  readonly #tables = new Map<string, Table>();
  readonly #configured: ReadonlySet<string>;
  readonly #rules: readonly RoutingRule[] | null;
  readonly #localKnown: boolean;
  readonly #mainKnown: boolean;
  readonly addresses: readonly Address[];

  constructor(netns: Netns) {
    this.addresses = netns.addresses ?? [];
    const routes = netns.routes ?? [];
    const hasLocal = routes.some((r) => r.table === 'local' || r.table === '255');
    const all = hasLocal ? routes : [...routes, ...localRoutesFrom(this.addresses)];
    this.#localKnown = hasLocal || netns.addresses !== null;
    this.#mainKnown = netns.routes !== null;
    for (const [name, list] of groupBy(all, (r) => [tableName(r.table)])) {
      const sorted = [...list].sort((a, b) => b.dst.length - a.dst.length || a.metric - b.metric);
      const isHost = (r: Route) => r.dst.length === FULL_MASK[r.dst.ip.family];
      const hosts = groupBy(sorted.filter(isHost), (r) => [ipKey(r.dst.ip)]);
      this.#tables.set(name, { hosts, nets: sorted.filter((r) => !isHost(r)) });
    }
    this.#configured = new Set(this.addresses.map((a) => ipKey(a.ip)));
    this.#rules = netns.rules;
  }

  #inTable(table: string, dst: Ip, oif: string | null): Route | null {
    const t = this.#tables.get(tableName(table));
    if (!t) return null;
    const usable = (r: Route): boolean => {
      if (r.dst.ip.family !== dst.family || !contains(r.dst, dst)) return false;
      if (r.flags.includes('dead') || r.flags.includes('linkdown-ignored')) return false;
      return oif === null || r.device === oif || r.nexthops.some((h) => h.device === oif);
    };
    return t.hosts.get(ipKey(dst))?.find(usable) ?? t.nets.find(usable) ?? null;
  }

  /** Type and line of an address in the local table; `unicast` when it is not in it; null when no dump tells. */
  localType(
    ip: Ip,
    device: string | null = null,
  ): { type: string; source: SourceRef | null; device: string | null } | null {
    const r = this.#inTable('local', ip, device);
    if (r) return { type: r.type, source: r.ref, device: r.device };
    if (isMulticast(ip)) return { type: 'multicast', source: null, device: null };
    if (ip.family === 4 && ip.d === 0xffffffff) return { type: 'broadcast', source: null, device: null };
    return this.#localKnown ? { type: 'unicast', source: null, device: null } : null;
  }

  /** True when the address is configured on an interface of this netns. */
  isConfigured(ip: Ip): boolean {
    return this.#configured.has(ipKey(ip));
  }

  lookup(q: RouteQuery): RouteAnswer {
    if (!this.#localKnown) {
      return {
        kind: 'unknown',
        why: 'no dump says which addresses the node has',
        settle: 'ip -j addr; ip -j route show table all',
      };
    }
    for (const rule of this.#rules ?? defaultRules(q.dst.family)) {
      if (rule.family !== null && rule.family !== q.dst.family) continue;
      if (matchesRule(rule, q) === rule.negated) continue;
      if (rule.action === 'blackhole' || rule.action === 'unreachable' || rule.action === 'prohibit') {
        return { kind: 'route', result: ruleResult(rule) };
      }
      if (rule.action !== 'lookup') continue;
      if (tableName(rule.table) === 'main' && !this.#mainKnown) {
        return { kind: 'unknown', why: 'no dump of the main routing table', settle: 'ip -j route show table all' };
      }
      const r = this.#inTable(rule.table, q.dst, q.oif);
      if (r?.type === 'throw') continue;
      if (r)
        return {
          kind: 'route',
          result: {
            type: r.type,
            device: r.device,
            via: r.via,
            preferredSource: r.source,
            route: r,
            nexthops: r.nexthops,
          },
        };
    }
    return { kind: 'none' };
  }

  /**
   * Address that MASQUERADE and REDIRECT take from a device (inet_select_addr): the first primary whose subnet holds `near`, else
   * the first primary, else a global address of any other device.
   */
  addressOf(device: string, near: Ip | null, family: 4 | 6): Address | null {
    const primaries = this.addresses.filter(
      (a) => a.device === device && a.ip.family === family && !a.secondary && a.scope !== 'host',
    );
    if (near) {
      const inSubnet = primaries.find((a) => contains({ ip: a.ip, length: a.prefixLength }, near));
      if (inSubnet) return inSubnet;
    }
    return (
      primaries[0] ?? this.addresses.find((a) => a.ip.family === family && !a.secondary && a.scope === 'global') ?? null
    );
  }

  /** The first address of a device that is not a secondary one. */
  primaryOf(device: string, family: 4 | 6): Address | null {
    return this.addresses.find((a) => a.device === device && a.ip.family === family && !a.secondary) ?? null;
  }

  /**
   * Address that MASQUERADE gives a packet to `dst` that leaves by `device`; `near` is its next hop, which IPv4 goes by. IPv6 chooses among
   * the addresses of all devices, as for a packet of the node's own (ipv6_dev_get_saddr, RFC 6724): the destination itself, a scope
   * that reaches it, the device, the longest common prefix.
   */
  masqueradeOf(device: string, dst: Ip, near: Ip): Address | null {
    if (dst.family === 4) return this.addressOf(device, near, 4);
    const wanted = scopeOf(dst);
    const better = (one: Address, other: Address): boolean => {
      const rank = (a: Address): number[] => {
        const scope = scopeOf(a.ip);
        // A scope that is too small is worst; of those that reach, the smallest is best.
        const reach = scope < wanted ? scope - 100 : -scope;
        return [isSame(a.ip, dst) ? 1 : 0, reach, a.device === device ? 1 : 0, commonBits(a.ip, dst)];
      };
      const [left, right] = [rank(one), rank(other)];
      const at = left.findIndex((value, i) => value !== right[i]);
      return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
    };
    let best: Address | null = null;
    for (const a of this.addresses) {
      if (a.ip.family !== 6 || (wanted === LINK_SCOPE && a.device !== device)) continue;
      if (best === null || better(a, best)) best = a;
    }
    return best;
  }
}

const HOST_SCOPE = 1;
const LINK_SCOPE = 2;
const GLOBAL_SCOPE = 14;

/** How far an IPv6 address reaches, as RFC 4007 numbers it. */
function scopeOf(ip: Ip): number {
  if (ip.a === 0 && ip.b === 0 && ip.c === 0 && ip.d === 1) return HOST_SCOPE;
  return ip.a >>> 22 === 0xfe80 >>> 6 ? LINK_SCOPE : GLOBAL_SCOPE;
}

function isSame(one: Ip, other: Ip): boolean {
  return one.a === other.a && one.b === other.b && one.c === other.c && one.d === other.d;
}

function commonBits(one: Ip, other: Ip): number {
  const differs = [one.a ^ other.a, one.b ^ other.b, one.c ^ other.c, one.d ^ other.d];
  const word = differs.findIndex((bits) => bits !== 0);
  return word < 0 ? 128 : word * 32 + Math.clz32(differs[word] ?? 0);
}

/** Table numbers that have names in every distribution's rt_tables. */
function tableName(t: string): string {
  if (t === '255') return 'local';
  if (t === '254') return 'main';
  if (t === '253') return 'default';
  return t;
}

function defaultRules(family: 4 | 6): RoutingRule[] {
  const rule = (priority: number, table: string): RoutingRule => ({
    priority,
    negated: false,
    src: null,
    dst: null,
    mark: null,
    markMask: 0xffffffff,
    iif: null,
    oif: null,
    protocol: null,
    sport: null,
    dport: null,
    action: 'lookup',
    table,
    family,
    ref: { file: '', line: 0, text: `the kernel's own rule ${priority}: from all lookup ${table}` },
  });
  return [rule(0, 'local'), rule(32766, 'main'), rule(32767, 'default')];
}

function matchesRule(rule: RoutingRule, q: RouteQuery): boolean {
  if (rule.src && (q.src === null || !contains(rule.src, q.src))) return false;
  if (rule.dst && !contains(rule.dst, q.dst)) return false;
  if (rule.mark !== null && ((q.mark ^ rule.mark) & rule.markMask) !== 0) return false;
  if (rule.iif !== null && rule.iif !== (q.iif ?? 'lo')) return false;
  if (rule.oif !== null && rule.oif !== q.oif) return false;
  if (rule.protocol !== null && rule.protocol !== q.protocol) return false;
  if (rule.sport && (q.sport === null || q.sport < rule.sport[0] || q.sport > rule.sport[1])) return false;
  if (rule.dport && (q.dport === null || q.dport < rule.dport[0] || q.dport > rule.dport[1])) return false;
  return true;
}

function ruleResult(rule: RoutingRule): RouteResult {
  const route: Route = {
    type: rule.action,
    table: `rule ${rule.priority}`,
    dst: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0 }, length: 0 },
    via: null,
    device: null,
    source: null,
    scope: null,
    metric: 0,
    mtu: null,
    flags: [],
    nexthops: [],
    encap: null,
    ref: rule.ref,
  };
  return { type: rule.action, device: null, via: null, preferredSource: null, route, nexthops: [] };
}

/** The route in the words of `ip route`. */
export function routeText(r: Route): string {
  const dst =
    r.dst.length === 0
      ? 'default'
      : r.dst.length === FULL_MASK[r.dst.ip.family]
        ? prefixText(r.dst).replace(/\/\d+$/, '')
        : prefixText(r.dst);
  const via = r.via ? ` via ${prefixText({ ip: r.via, length: 32 }).replace(/\/\d+$/, '')}` : '';
  return `${r.type === 'unicast' ? '' : `${r.type} `}${dst}${via}${r.device === null ? '' : ` dev ${r.device}`}`;
}
