// Where a packet that leaves a node goes: to its next hop, or, by a tunnel device, inside an outer packet to another node. The devices know
// little themselves: flannel writes neighbours and forwarding entries, Calico's ipip takes the route's next hop.
import { type Ip, ipText, sameIp } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Link } from '../../parsers/nodestate/state.ts';
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
const PROTOCOLS: Readonly<Record<string, number>> = { vxlan: 17, geneve: 17, ipip: 4, sit: 41, gre: 47, gretap: 47 };

function farEnd(m: Machine, link: Link, nextHop: Ip): { dst: Ip; source: SourceRef | null } | string {
  const remote = link.tunnel?.remote ?? null;
  if (remote) return { dst: remote, source: link.source };
  if (link.kind === 'ipip' || link.kind === 'sit' || link.kind === 'gre') return { dst: nextHop, source: null };
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

/** What becomes of a packet that is sent to a next hop by a device. */
export function onwardBy(m: Machine, device: string, nextHop: Ip): Onward {
  const link = m.links.get(device);
  if (!link?.tunnel) return { kind: 'plain', to: nextHop };
  const kind = link.kind ?? '';
  const protocol = PROTOCOLS[kind];
  if (protocol === undefined)
    return { kind: 'unknown', why: `${device} is of kind ${kind}: to which node it sends stands in no dump` };
  const end = farEnd(m, link, nextHop);
  if (typeof end === 'string') return { kind: 'unknown', why: end };
  const port = protocol === 17 ? (link.tunnel.port ?? PORTS[kind] ?? null) : null;
  const { id, local } = link.tunnel;
  return { kind: 'tunnel', outer: { kind, src: local, dst: end.dst, port, protocol, id, source: end.source } };
}

/** The device by which a node takes what another sent through a tunnel. */
export function tunnelEnd(m: Machine, outer: Outer): Link | null {
  const all = [...m.links.values()].filter((l) => l.kind === outer.kind && l.tunnel !== null);
  return all.find((l) => l.tunnel?.id === outer.id) ?? null;
}
