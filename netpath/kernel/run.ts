// One packet through a node: every world, then the conntrack entry of the dump, if there is one for the flow, decides between them.
//
// Surprise: a dump is usually taken after the packet. An entry for its flow is then the record of what its first packet met, so the
// packet is run as a first packet and the entry picks the world that agrees with it. Only where no world agrees do the rules not
// explain the entry: it was made by other rules, it outranks them, and the packet is run again as part of that connection.
import { endpointText, ipText, sameIp } from '../../parsers/core/address.ts';
import type { ConntrackEntry } from '../../parsers/nodestate/state.ts';
import type { PacketSpec } from '../packet-spec.ts';
import type { Trace } from '../trace.ts';
import { resolveArrival } from './arrival.ts';
import { type Connection, connectionOf, findEntry, NO_ZONE, newConnection, reopens, type Zone } from './conntrack.ts';
import { serviceAt } from './ipvs.ts';
import type { Machine } from './machine.ts';
import type { Packet } from './packet.ts';
import { type Arrival, runPath } from './path.ts';
import { Walker } from './walker.ts';
import { exploreWorlds, type World } from './world.ts';

/** What Linux sends with. */
const DEFAULT_TTL = 64;

/** More worlds than this are not shown one by one. */
const MAX_WORLDS = 256;

export interface Simulation {
  readonly traces: readonly Trace[];
  /** The dump's conntrack entry of the flow, and what it did to the outcome. */
  readonly entry: ConntrackEntry | null;
  readonly entryRole: 'none' | 'decides' | 'agrees' | 'outranks';
  /** With `outranks`: what the rules of the dump would do with a new connection. */
  readonly ofRules: readonly Trace[];
  readonly truncated: boolean;
}

export type SimulationResult =
  | { readonly ok: true; readonly simulation: Simulation }
  | { readonly ok: false; readonly message: string };

function packetOf(spec: PacketSpec, m: Machine): Packet | string {
  let src = spec.src;
  if (!src) {
    const route = m.fib.lookup({
      dst: spec.dst,
      src: null,
      mark: spec.mark,
      iif: null,
      oif: null,
      protocol: spec.protocol,
      sport: spec.sport,
      dport: spec.dport,
    });
    if (route.kind !== 'route')
      return `the source address cannot be chosen: there is no known route to ${ipText(spec.dst)}`;
    src =
      route.result.type === 'local'
        ? spec.dst
        : (route.result.preferredSource ??
          (route.result.device === null
            ? null
            : (m.fib.addressOf(route.result.device, route.result.via ?? spec.dst, spec.dst.family)?.ip ?? null)));
    if (!src) return 'the source address cannot be chosen from the dumps: write it into the packet';
  }
  return {
    family: spec.dst.family,
    protocol: spec.protocol,
    src,
    dst: spec.dst,
    sport: spec.sport,
    dport: spec.dport,
    icmpType: spec.icmpType,
    icmpCode: spec.icmpCode,
    tcpFlags: spec.tcpFlags,
    mark: spec.mark,
    ttl: spec.ttl ?? spec.seen?.ttl ?? DEFAULT_TTL,
    length: spec.length ?? spec.seen?.length ?? null,
    df: spec.seen?.df ?? spec.df,
    tos: spec.tos ?? spec.seen?.tos ?? 0,
    mac: spec.mac,
    dmac: null,
    vlan: spec.vlan ?? null,
    frameType: null,
    at: spec.at ?? spec.seen?.at ?? null,
    seen: spec.seen ?? null,
    tproxy: null,
    inIf: null,
    outIf: null,
    physIn: null,
    physOut: null,
    bridged: false,
  };
}

function traceOf(
  m: Machine,
  world: World,
  packet: Packet,
  connection: Connection,
  hint: ConntrackEntry | null,
  arrival: Arrival,
): Trace {
  const sent = { ...packet };
  const w = new Walker(m, world, packet, connection, hint);
  const end = runPath(w, arrival);
  const p = w.packet;
  return {
    probability: world.probability,
    assumptions: world.assumptions,
    disposition: { kind: end.kind, reason: end.reason, source: end.source },
    to: { address: ipText(p.dst), port: p.dport, interface: end.interface, pod: end.pod, process: end.process },
    finalDestination: endpointText(p.dst, p.dport),
    source: w.sourcePortUnknown ? `${ipText(p.src)}:*` : endpointText(p.src, p.sport),
    ipvs: w.ipvs,
    steps: w.steps,
    conntrack: hint?.source ?? null,
    crossing:
      connection.direction === 'reply'
        ? null
        : {
            sent,
            received: p,
            connection: w.connection,
            cameIn: arrival.kind === 'local' ? null : arrival.device,
            ipvs: w.ipvsTaken === 'answer' ? null : w.ipvsTaken,
            untold: w.ipvsUntold,
            nextHop: end.nextHop,
            encap: end.encap,
          },
  };
}

/** Does this world end with the addresses that the entry's reply direction expects? */
function agrees(trace: Trace, entry: ConntrackEntry): boolean {
  if (trace.disposition.kind !== 'delivered' && trace.disposition.kind !== 'leavesNode') return false;
  return trace.finalDestination === endpointText(entry.reply.src, entry.reply.sport) && sourceAgrees(trace, entry);
}

function sourceAgrees(trace: Trace, entry: ConntrackEntry): boolean {
  return (
    trace.source === endpointText(entry.reply.dst, entry.reply.dport) ||
    (trace.source.endsWith(':*') && trace.source.startsWith(ipText(entry.reply.dst)))
  );
}

/** An entry whose destination was changed by IPVS is not NATed at PREROUTING: IPVS does it, at its own hook. */
function withoutIpvsNat(m: Machine, c: Connection): Connection {
  const { entry, dnat } = c;
  if (!entry || !dnat) return c;
  const service = serviceAt(m.state.ipvsServices, entry.protocol, entry.original.dst, entry.original.dport);
  const isServer = service?.servers.some((r) => sameIp(r.address, dnat.ip) && r.port === dnat.port) === true;
  return isServer ? { ...c, dnat: null } : c;
}

/** The zone in which the packet's connection is looked up, as table raw says; asked only where something sets zones. */
export function zoneOf(m: Machine, packet: Packet, arrival: Arrival): Zone {
  if (!m.setsZones) return NO_ZONE;
  const probe = exploreWorlds((world) => traceOf(m, world, { ...packet }, newConnection(packet), null, arrival), 1);
  return probe.results[0]?.crossing?.connection.zone ?? NO_ZONE;
}

export function simulate(m: Machine, spec: PacketSpec): SimulationResult {
  const where = resolveArrival(m, spec);
  if (!where.ok) return where;
  const packet = packetOf(spec, m);
  if (typeof packet === 'string') return { ok: false, message: packet };
  const found = findEntry(m.state.conntrack, packet, zoneOf(m, packet, where.arrival));
  if (found?.direction === 'reply') {
    const r = exploreWorlds(
      (world) => traceOf(m, world, { ...packet }, connectionOf(found.entry, 'reply'), found.entry, where.arrival),
      MAX_WORLDS,
    );
    return {
      ok: true,
      simulation: { traces: r.results, entry: found.entry, entryRole: 'outranks', ofRules: [], truncated: r.truncated },
    };
  }
  const entry = found?.entry ?? null;
  const fresh = exploreWorlds(
    (world) => traceOf(m, world, { ...packet }, newConnection(packet), entry, where.arrival),
    MAX_WORLDS,
  );
  if (!entry)
    return {
      ok: true,
      simulation: { traces: fresh.results, entry, entryRole: 'none', ofRules: [], truncated: fresh.truncated },
    };
  const consistent = fresh.results.filter((t) => agrees(t, entry));
  if (consistent.length > 0) {
    const role = consistent.length < fresh.results.length ? 'decides' : 'agrees';
    return {
      ok: true,
      simulation: { traces: consistent, entry, entryRole: role, ofRules: [], truncated: fresh.truncated },
    };
  }
  if (reopens(entry, packet)) {
    // The entry ended with its connection and was made by other rules: a new SYN meets the rules of the dump.
    return {
      ok: true,
      simulation: { traces: fresh.results, entry, entryRole: 'none', ofRules: [], truncated: fresh.truncated },
    };
  }
  const stored = exploreWorlds(
    (world) =>
      traceOf(m, world, { ...packet }, withoutIpvsNat(m, connectionOf(entry, 'original')), entry, where.arrival),
    MAX_WORLDS,
  );
  return {
    ok: true,
    simulation: {
      traces: stored.results,
      entry,
      entryRole: 'outranks',
      ofRules: fresh.results,
      truncated: stored.truncated,
    },
  };
}
