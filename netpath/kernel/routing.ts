// What the node's routes say of a packet: where it goes next, and whether its source may come in where it did (fib_lookup,
// fib_validate_source).
import { type Ip, ipText, isLoopback } from '../../parsers/core/address.ts';
import { type RouteResult, routeText } from './fib.ts';
import { type Ending, ending, type Walker } from './walker.ts';

/** The route of a destination, its next hop chosen; or how the packet ends for lack of one. */
export function lookup(w: Walker, dst: Ip, iif: string | null): RouteResult | { end: Ending } {
  const p = w.packet;
  const answer = w.machine.fib.lookup({
    dst,
    src: p.src,
    mark: p.mark,
    iif,
    oif: null,
    protocol: p.protocol,
    sport: p.sport,
    dport: p.dport,
  });
  if (answer.kind === 'unknown') {
    return {
      end: ending(
        'insufficientInfo',
        `The route of ${ipText(dst)} is not known: ${answer.why}. What would settle it: ${answer.settle}.`,
        null,
      ),
    };
  }
  if (answer.kind === 'none') return { end: ending('noRoute', `The node has no route to ${ipText(dst)}.`, null) };
  const r = answer.result;
  if (r.type === 'blackhole')
    return { end: ending('dropped', `The route ${routeText(r.route)} drops it silently.`, r.route.ref) };
  if (r.type === 'unreachable' || r.type === 'prohibit') {
    return {
      end: ending(
        'noRoute',
        `The route ${routeText(r.route)} refuses it (ICMP ${r.type === 'prohibit' ? 'prohibited' : 'unreachable'}).`,
        r.route.ref,
      ),
    };
  }
  if (r.nexthops.length === 0) return r;
  const index = w.world.decide({
    source: r.route.ref,
    why: 'The route has several next hops; the kernel hashes the flow onto one of them.',
    choices: r.nexthops.map((h) => ({
      assumed: `the next hop is ${h.via ? ipText(h.via) : h.device}`,
      probability: null,
    })),
  });
  const hop = r.nexthops[index];
  return hop ? { ...r, device: hop.device, via: hop.via } : r;
}

/** Checks of the source that ip_route_input makes (fib_validate_source): martians and reverse path. */
export function validateSource(w: Walker, device: string): Ending | null {
  const p = w.packet;
  if (p.family !== 4) return null;
  const m = w.machine;
  const localnet = m.maxSysctl('route_localnet', device) > 0;
  if (device !== 'lo' && isLoopback(p.src) && !localnet) {
    return ending(
      'dropped',
      `A packet from ${ipText(p.src)} may not come in by ${device}: a martian source (route_localnet is 0).`,
      null,
    );
  }
  const own = device === 'lo' ? null : m.fib.localType(p.src);
  if (own?.type === 'local' && m.maxSysctl('accept_local', device) === 0) {
    return ending(
      'dropped',
      `The source ${ipText(p.src)} is an address of the node itself: a martian source (accept_local is 0).`,
      own.source,
    );
  }
  const mode = m.maxSysctl('rp_filter', device);
  if (mode === 0 || device === 'lo') return null;
  const back = m.fib.lookup({
    dst: p.src,
    src: p.dst,
    mark: m.maxSysctl('src_valid_mark', device) > 0 ? p.mark : 0,
    iif: null,
    oif: null,
    protocol: p.protocol,
    sport: null,
    dport: null,
  });
  if (back.kind === 'unknown') return null;
  const r = back.kind === 'route' ? back.result : null;
  const reachable = r !== null && (r.type === 'unicast' || r.type === 'local');
  const same = reachable && (r.device === device || r.nexthops.some((h) => h.device === device));
  if (mode === 2 ? reachable : same) return null;
  const way = r?.device
    ? `the way back to ${ipText(p.src)} is ${r.device}`
    : `there is no way back to ${ipText(p.src)}`;
  return ending('dropped', `rp_filter=${mode} on ${device} drops it: ${way}.`, r?.route.ref ?? null);
}

/** Longer than the next link takes and not to be fragmented: the answer to the sender is ICMP (ip_forward, ip6_forward, ip_vs_xmit.c). */
export function tooLong(w: Walker, r: RouteResult): Ending | null {
  const { length, df, family } = w.packet;
  const link = r.device === null ? undefined : w.machine.links.get(r.device);
  const mtu = r.route.mtu ?? link?.mtu ?? null;
  if (length === null || mtu === null || length <= mtu || (family === 4 && !df)) return null;
  const answer = family === 4 ? 'fragmentation needed' : 'packet too big';
  const of = r.route.mtu === null ? `of ${r.device}` : 'of the route';
  return ending(
    'dropped',
    `It is ${length} bytes long and may not be fragmented, but the MTU ${of} is ${mtu}: the node answers with ICMP ${answer}.`,
    r.route.mtu === null ? (link?.source ?? null) : r.route.ref,
  );
}

/** The device whose reverse path filter ended a packet; null for every other end. */
export function byReversePath(d: { readonly kind: string; readonly reason: string }): string | null {
  return d.kind === 'dropped' ? (/^rp_filter=\d on (\S+) drops it/.exec(d.reason)?.[1] ?? null) : null;
}
