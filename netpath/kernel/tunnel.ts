// Where a packet that leaves a node goes: to its next hop, or, by a tunnel device, inside an outer packet to another node. The devices know
// little themselves: flannel writes neighbours and forwarding entries, Calico's ipip takes the route's next hop.
import { type Ip, ipText, parseIp, sameIp } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Encap, Link } from '../../parsers/nodestate/state.ts';
import type { Machine } from './machine.ts';

export interface Outer {
  readonly kind: string;
  readonly src: Ip | null;
  readonly dst: Ip;
  /** Destination port of UDP; null for protocols of their own. */
  readonly port: number | null;
  /** IP protocol number. */
  readonly protocol: number;
  /** The VNI. */
  readonly id: number | null;
  /** What tells the other end. */
  readonly source: SourceRef | null;
}

export type Onward =
  | { readonly kind: 'plain'; readonly to: Ip }
  | { readonly kind: 'tunnel'; readonly outer: Outer }
  | { readonly kind: 'unknown'; readonly why: string };

const PORTS: Readonly<Record<string, number>> = { vxlan: 8472, geneve: 6081 };
/** IP protocol of the outer packet, by the family of the inner one. */
const PROTOCOLS: Readonly<Record<string, readonly [v4: number, v6: number]>> = {
  vxlan: [17, 17],
  geneve: [17, 17],
  ipip: [4, 4],
  sit: [4, 41],
  ip6tnl: [4, 41],
  gre: [47, 47],
  gretap: [47, 47],
  ip6gre: [47, 47],
  ip6gretap: [47, 47],
};

/** `::192.168.60.12`, the only next hop from which sit takes the far end (ipip6_tunnel_xmit). */
const compatible = (ip: Ip): Ip | null =>
  ip.family === 6 && (ip.a | ip.b | ip.c) === 0 && ip.d > 0xffff ? { ...ip, family: 4 } : null;

function farEnd(m: Machine, link: Link, nextHop: Ip): { dst: Ip; source: SourceRef | null } | string {
  const remote = link.tunnel?.remote ?? null;
  if (remote) return { dst: remote, source: link.source };
  if (link.kind === 'ipip') return { dst: nextHop, source: null };
  if (link.kind === 'sit') {
    const dst = compatible(nextHop);
    return dst
      ? { dst, source: null }
      : `${link.name} has no remote, and the next hop ${ipText(nextHop)} holds no IPv4 address`;
  }
  if (link.kind === 'gre') {
    // its neighbours have addresses of the outer network for link-layer ones
    const n = m.state.host.neighbours?.find((x) => x.device === link.name && sameIp(x.ip, nextHop));
    const dst = parseIp(n?.mac ?? '');
    return dst && n ? { dst, source: n.source } : `${link.name} has no neighbour ${ipText(nextHop)} (ip -j neigh)`;
  }
  if (link.kind !== 'vxlan') return `${link.name} (${link.kind}) has no remote`;
  const neighbour = m.state.host.neighbours?.find((n) => n.device === link.name && sameIp(n.ip, nextHop));
  const mac = neighbour?.mac?.toLowerCase() ?? null;
  const entries = (m.state.host.fdb ?? []).filter((f) => f.device === link.name && f.dst !== null);
  const own = entries.find((f) => f.mac === mac) ?? null;
  const flooded = entries.filter((f) => f.mac === '00:00:00:00:00:00');
  const only = own ?? (flooded.length === 1 ? flooded[0] : undefined);
  if (only?.dst) return { dst: only.dst, source: only.source };
  return mac === null
    ? `${link.name} has no neighbour ${ipText(nextHop)} (ip -j neigh)`
    : `${link.name} has no forwarding entry for ${mac}, the neighbour of ${ipText(nextHop)} (bridge -j fdb)`;
}

/** What becomes of a packet that is sent to a next hop by a device, with what its route tells tunnels. */
export function onwardBy(m: Machine, device: string, nextHop: Ip, encap: Encap | null = null): Onward {
  const link = m.links.get(device);
  if (!link?.tunnel) return { kind: 'plain', to: nextHop };
  const kind = link.kind ?? '';
  const protocol = PROTOCOLS[kind]?.[nextHop.family === 4 ? 0 : 1];
  if (protocol === undefined)
    return { kind: 'unknown', why: `${device} is of kind ${kind}: to which node it sends stands in no dump` };
  const port = protocol === 17 ? (link.tunnel.port ?? PORTS[kind] ?? null) : null;
  const { id, local, external } = link.tunnel;
  if (external) {
    if (!encap?.dst)
      return {
        kind: 'unknown',
        why: `${device} is external: where it sends a packet is told it by a program (OVS, eBPF), and stands in no dump`,
      };
    const key = protocol === 17 || protocol === 47 ? encap.id : null;
    return { kind: 'tunnel', outer: { kind, src: encap.src, dst: encap.dst, port, protocol, id: key, source: null } };
  }
  const end = farEnd(m, link, nextHop);
  if (typeof end === 'string') return { kind: 'unknown', why: end };
  return { kind: 'tunnel', outer: { kind, src: local, dst: end.dst, port, protocol, id, source: end.source } };
}

const FALLBACK = new Set(['tunl0', 'gre0', 'gretap0', 'sit0', 'ip6tnl0', 'ip6gre0']);

/** The device by which a node takes what another sent through a tunnel. */
export function tunnelEnd(m: Machine, outer: Outer): Link | null {
  const all = [...m.links.values()].filter((l) => l.kind === outer.kind && l.tunnel !== null);
  const external = all.find((l) => l.tunnel?.external === true) ?? null;
  const ours = all.filter((l) => l.tunnel?.external !== true && l.tunnel?.id === outer.id);
  // UDP's know their traffic by the id alone
  if (outer.protocol === 17) return ours[0] ?? external;
  const { src } = outer;
  const remote = (l: Link) => l.tunnel?.remote ?? null;
  const known = ours.find((l) => src !== null && remote(l) !== null && sameIp(remote(l) ?? src, src));
  // tunl0 and its like, which every namespace has, are asked last of all (ip_tunnel_lookup)
  const open = ours.filter((l) => remote(l) === null || src === null);
  const isFallback = (l: Link) => FALLBACK.has(l.name);
  return known ?? open.find((l) => !isFallback(l)) ?? external ?? open.find(isFallback) ?? null;
}
