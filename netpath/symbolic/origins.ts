// Where packets come from on a node, one of each kind that its rules can tell apart: pods, what lies behind each route, the node itself.
// Two senders are of one kind when they come in by the same device and are in the same of the prefixes that rules ask for.
import {
  contains,
  type Family,
  type Ip,
  ipText,
  isLoopback,
  networkOf,
  type Prefix,
  parseIp,
  parsePrefix,
  prefixText,
} from '../../parsers/core/address.ts';
import type { Route } from '../../parsers/nodestate/state.ts';
import type { Machine } from '../kernel/machine.ts';
import type { Region } from './region.ts';

export interface Origin {
  /** As a sentence names it: `pods`, `outside`, `the node`. */
  readonly from: string;
  /** Null: the node chooses. */
  readonly src: Ip | null;
  /** As netfilter shows it; null for the node itself. */
  readonly device: string | null;
  /** The end of a packet spec: `in veth1`, `local`. */
  readonly where: string;
}

/** Documentation addresses stand for the rest of the world. */
const FAR = { 4: '198.51.100.7', 6: '2001:db8:ffff::7' } as const;
/** Senders of one device that rules tell apart; more are not tried. */
const MAX_KINDS = 64;

/** Prefixes by which rules tell senders apart: those of the regions, and every network (not every address) that nat asks for. */
function prefixesOf(m: Machine, regions: readonly Region[]): Prefix[] {
  const networks = m.tables
    .filter((t) => t.name === 'nat')
    .flatMap((t) => [...t.source.chains.values()])
    .flatMap((c) => c.rules.flatMap((r) => r.matches.find((x) => x.module === '')?.options ?? []))
    .flatMap((o) => (o.name === '-s' ? (parsePrefix(o.values[0] ?? '') ?? []) : []))
    .filter((p) => p.length < (p.ip.family === 4 ? 32 : 128));
  const all = [...regions.flatMap((r) => [...(r.src ?? []), ...r.notSrc]), ...networks];
  return [...new Map(all.map((p) => [prefixText(p), p])).values()];
}

/** An address of the prefix that is no address of the node and, if it can be helped, no pod's. */
function memberOf(m: Machine, p: Prefix): Ip | null {
  const host = p.ip.family === 4 ? 32 : 128;
  if (p.length === host) return m.fib.isConfigured(p.ip) ? null : p.ip;
  const base = networkOf(p.ip, p.length);
  const free = [2, 3, 1, 4, 5, 6].map((d): Ip => ({ ...base, d: (base.d | d) >>> 0 })).filter((ip) => contains(p, ip));
  const known = free.filter((ip) => !m.fib.isConfigured(ip));
  return known.find((ip) => !m.podByIp(ip)) ?? known[0] ?? null;
}

function nameOf(m: Machine, r: Route, device: string): string {
  const isPods = (m.state.nodes ?? []).some((n) => n.podCidrs.some((c) => c === `${ipText(r.dst.ip)}/${r.dst.length}`));
  if (isPods || /^(?:vxlan|geneve|ipip|sit|wireguard)$/.test(m.links.get(device)?.kind ?? '')) return 'other nodes';
  return m.isBridge(device) ? `behind ${device}` : 'outside';
}

/** What lies behind the routes of the node, and the rest of the world behind its default routes. */
function behindRoutes(
  m: Machine,
  family: Family,
  wanted: readonly Prefix[],
  podDevices: ReadonlySet<string>,
): Origin[] {
  const out: Origin[] = [];
  for (const r of m.state.host.routes ?? []) {
    if (r.type !== 'unicast' || r.dst.ip.family !== family || /^(?:local|255)$/.test(r.table)) continue;
    for (const device of r.device === null ? r.nexthops.map((h) => h.device) : [r.device]) {
      if (device === 'lo' || podDevices.has(device)) continue;
      const from = nameOf(m, r, device);
      const inside = wanted.filter((p) => p.ip.family === family && p.length > r.dst.length && contains(r.dst, p.ip));
      const far = r.dst.length === 0 ? parseIp(FAR[family]) : memberOf(m, r.dst);
      for (const src of [far, ...inside.map((p) => memberOf(m, p))])
        if (src && !isLoopback(src)) out.push({ from, src, device, where: `in ${device}` });
    }
  }
  return out;
}

export function originsOf(m: Machine, family: Family, regions: readonly Region[]): Origin[] {
  const wanted = prefixesOf(m, regions);
  const podDevices = new Set<string>();
  const all: Origin[] = [];
  // A pod with a hostPort would be asked about packets to itself: others stand for its kind where there are any.
  for (const pod of [...m.pods].sort((a, b) => a.hostPorts.length - b.hostPorts.length)) {
    const port = pod.hostNetwork || pod.finished ? null : m.hostInterfaceOf(pod);
    const src = pod.ips.find((ip) => ip.family === family);
    if (port === null || !src) continue;
    const device = m.bridgeOf(port) ?? port;
    podDevices.add(device);
    all.push({ from: 'pods', src, device, where: `in ${port}` });
  }
  all.push(...behindRoutes(m, family, wanted, podDevices), {
    from: 'the node',
    src: null,
    device: null,
    where: 'local',
  });
  const kinds = new Map<string, Origin>();
  const perDevice = new Map<string | null, number>();
  for (const o of all) {
    const { src } = o;
    const members = src === null ? '' : wanted.map((p) => (contains(p, src) ? '1' : '0')).join('');
    const kind = `${o.device} ${o.from} ${members}`;
    const count = perDevice.get(o.device) ?? 0;
    if (kinds.has(kind) || count >= MAX_KINDS) continue;
    kinds.set(kind, o);
    perDevice.set(o.device, count + 1);
  }
  return [...kinds.values()];
}
