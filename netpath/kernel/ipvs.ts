// IPVS: it takes packets for its virtual services at LOCAL_IN 99 (after the filter) and LOCAL_OUT -98, chooses a real server, and sends
// the packet on through LOCAL_OUT and POSTROUTING. A packet that was routed elsewhere before, by a DNAT say, never meets it.
import { endpointText, type Ip, isLoopback, networkOf, sameIp } from '../../parsers/core/address.ts';
import { protocolName, TCP, UDP } from '../../parsers/core/protocol-numbers.ts';
import type { IpvsConnection, IpvsRealServer, IpvsService } from '../../parsers/nodestate/state.ts';
import { indexed, ipKey } from './address-index.ts';
import { IPVS_IN_PRIORITY } from './hooks.ts';
import { candidates } from './ipvs-schedulers.ts';
import { type Packet, TCP_FLAGS } from './packet.ts';
import { type Ending, ending, type Walker } from './walker.ts';

const serviceKey = (protocol: string, ip: Ip, port: number | null): string => `${protocol} ${ipKey(ip)} ${port}`;
const servicesBy = indexed<IpvsService>((s) =>
  s.mark !== null
    ? [`mark ${s.family} ${s.mark}`]
    : s.address === null
      ? []
      : [serviceKey(s.protocol, s.address, s.port)],
);
const connectionsBy = indexed<IpvsConnection>((c) => [`${c.clientPort} ${ipKey(c.client)}`]);

const FTP = 21;

/** The virtual service for a packet, as ip_vs_service_find looks: by mark, then exact, then FTP for its data, then port 0 of a persistent one. */
export function findService(services: readonly IpvsService[] | null, p: Packet): IpvsService | null {
  const protocol = protocolName(p.protocol);
  const byMark = p.mark === 0 ? undefined : servicesBy(services, `mark ${p.family} ${p.mark}`)[0];
  if (byMark) return byMark;
  const at = (port: number | null) => servicesBy(services, serviceKey(protocol, p.dst, port))[0];
  const data = p.protocol === TCP && (p.dport ?? 0) >= 1024;
  return at(p.dport) ?? (data ? at(FTP) : undefined) ?? at(0) ?? null;
}

export function serviceText(s: IpvsService): string {
  return s.address ? endpointText(s.address, s.port) : `fwmark ${s.mark}`;
}

function connectionOf(connections: readonly IpvsConnection[] | null, p: Packet): IpvsConnection | null {
  const protocol = protocolName(p.protocol);
  return (
    connectionsBy(connections, `${p.sport ?? 0} ${ipKey(p.src)}`).find(
      (c) => c.protocol === protocol && sameIp(c.virtual, p.dst) && (c.virtualPort === p.dport || c.virtualPort === 0),
    ) ?? null
  );
}

/** The address under which templates of a service for a mark stand: the mark itself, as the first four bytes. */
const markAddress = (family: 4 | 6, mark: number): Ip =>
  family === 4 ? { family, a: 0, b: 0, c: 0, d: mark } : { family, a: mark, b: 0, c: 0, d: 0 };

/** What pins a client, or its network, to a real server (ip_vs_sched_persist). */
function templateOf(connections: readonly IpvsConnection[] | null, s: IpvsService, p: Packet): IpvsConnection | null {
  if (s.persistence === null) return null;
  const client = networkOf(p.src, s.persistenceBits);
  const byPort = s.mark === null && p.dport === s.port && s.port !== FTP;
  const virtual = s.mark === null ? p.dst : markAddress(p.family, s.mark);
  return (
    connectionsBy(connections, `0 ${ipKey(client)}`).find(
      (c) =>
        c.protocol === (s.mark === null ? protocolName(p.protocol) : 'ip') &&
        sameIp(c.virtual, virtual) &&
        c.virtualPort === (byPort ? s.port : 0),
    ) ?? null
  );
}

/** What IPVS does with the packet: nothing, an end, or a new destination. */
export type IpvsResult =
  | { readonly kind: 'pass' }
  | { readonly kind: 'end'; readonly end: Ending }
  | { readonly kind: 'sent'; readonly server: IpvsRealServer };

/** TCP states in which a new SYN makes IPVS forget the connection and schedule anew, with conn_reuse_mode (is_new_conn_expected). */
const REUSED = new Set(['TIME_WAIT', 'CLOSE']);

/** The connection of the table that the packet belongs to, unless it is to be forgotten for a new one. */
function liveConnection(w: Walker): IpvsConnection | null {
  const p = w.packet;
  const live = connectionOf(w.machine.state.ipvsConnections, p);
  const fresh = p.protocol === TCP && (p.tcpFlags & TCP_FLAGS.SYN) !== 0 && (p.tcpFlags & TCP_FLAGS.ACK) === 0;
  const reuse = w.machine.sysctl('net.ipv4.vs.conn_reuse_mode') !== '0';
  return live && fresh && reuse && REUSED.has(live.state) ? null : live;
}

/**
 * The real server of a connection, if it still stands in the service that the connection was made by: one of another service is another
 * one, with the same address too (ip_vs_trash_get_dest). Of services for a mark the table does not tell which it was.
 */
function serverOf(services: readonly IpvsService[], c: IpvsConnection): IpvsRealServer | undefined {
  const made = (s: IpvsService) =>
    s.mark !== null ||
    (s.protocol === c.protocol &&
      s.address !== null &&
      sameIp(s.address, c.virtual) &&
      (s.port === c.virtualPort || s.port === 0 || c.virtualPort === 0));
  // port 0: the packet kept the one it came for
  const has = (r: IpvsRealServer) => r.port === c.realPort || (r.port === 0 && c.realPort === c.virtualPort);
  return services
    .filter(made)
    .flatMap((s) => s.servers)
    .find((r) => sameIp(r.address, c.real) && has(r));
}

function choose(w: Walker, s: IpvsService): IpvsRealServer | null {
  const template = templateOf(w.machine.state.ipvsConnections, s, w.packet);
  const pinned = template
    ? s.servers.find(
        (r) => sameIp(r.address, template.real) && (template.realPort === 0 || r.port === template.realPort),
      )
    : undefined;
  const quiescent = pinned?.weight === 0 && w.machine.sysctl('net.ipv4.vs.expire_quiescent_template') === '1';
  if (pinned && template && !quiescent) {
    w.note('ipvs', 'a persistence template pins the client', {
      owner: 'ipvs',
      source: template.source,
      mattered: false,
    });
    return pinned;
  }
  const picks = candidates(s);
  if (picks.length <= 1) return picks[0] ?? null;
  const index = w.world.decide({
    source: s.source,
    why: `The scheduler ${s.scheduler} picks one of ${picks.filter((c) => c !== null).length} real servers; its position is in no dump. A capture, ipvsadm -Lnc or conntrack -L tells which.`,
    choices: picks.map((r) => ({
      assumed: r
        ? `IPVS picks ${endpointText(r.address, r.port)}`
        : 'IPVS falls on a real server that takes no more connections',
      probability: null,
    })),
  });
  return picks[index] ?? null;
}

/**
 * With expire_nodest_conn a connection whose server was removed is forgotten and its packet scheduled anew, unless conntrack knows the
 * connection too; without, or before 5.9, the packet is dropped (ip_vs_in).
 */
function isForgotten(w: Walker): boolean {
  const k = w.machine.state.kernel;
  const old = k !== null && (k.major < 5 || (k.major === 5 && k.minor < 9));
  return !old && w.machine.sysctl('net.ipv4.vs.expire_nodest_conn') === '1' && w.connection.entry === null;
}

/** May a packet begin a connection: of TCP a SYN, with or without ACK, does, any packet with sloppy_tcp (tcp_conn_schedule). */
function mayBegin(w: Walker, s: IpvsService): boolean {
  const p = w.packet;
  if (p.protocol !== TCP) return true;
  if ((p.tcpFlags & TCP_FLAGS.SYN) === 0 && w.machine.sysctl('net.ipv4.vs.sloppy_tcp') !== '1') return false;
  // what FTP's data may be is passed on where no connection of it is known (ip_vs_leave)
  return s.port !== FTP || s.persistence !== null || p.dport === FTP;
}

/**
 * A server of a service for all ports, or of a mark, has port 0: the packet keeps the port that it came for. With persistence it keeps
 * that one also where the server has another, unless it came for the very port of the service.
 */
function realPort(s: IpvsService, server: IpvsRealServer, p: Packet): number | null {
  return server.port === 0 || (s.persistence !== null && p.dport !== s.port) ? p.dport : server.port;
}

/** ip_vs_in at LOCAL_IN or LOCAL_OUT. On `sent` the packet has its new destination and one hop less to live. */
export function ipvsIn(w: Walker, hook: 'INPUT' | 'OUTPUT'): IpvsResult {
  const p = w.packet;
  if (w.ipvsTaken !== null) return { kind: 'pass' };
  const services = w.machine.state.ipvsServices;
  if (!services || services.length === 0) return { kind: 'pass' }; // its hooks are registered while there is a service
  const live = liveConnection(w);
  const known = live ? serverOf(services, live) : undefined;
  if (live && !known && !isForgotten(w)) {
    return {
      kind: 'end',
      end: ending(
        'dropped',
        `IPVS knows this connection, but its real server ${endpointText(live.real, live.realPort)} was removed: packets of it are dropped silently until it expires.`,
        live.source,
      ),
    };
  }
  const s =
    (live && known ? undefined : findService(services, p)) ??
    (known && services.find((x) => x.servers.includes(known))) ??
    null;
  if (!s) return { kind: 'pass' };
  const priority = IPVS_IN_PRIORITY[hook] ?? null;
  const virtualService = serviceText(s);
  if (!known && !mayBegin(w, s)) return { kind: 'pass' };
  if (live)
    w.note('ipvs', 'the connection table knows this flow', { owner: 'ipvs', source: live.source, mattered: false });
  const server = known ?? choose(w, s);
  if (!server) {
    w.note('ipvs', `${virtualService} has no usable real server`, { hook, priority, owner: 'ipvs', source: s.source });
    return {
      kind: 'end',
      end: ending(
        'rejected',
        `The virtual service ${virtualService} has no real server with weight; IPVS answers with ICMP port unreachable.`,
        s.source,
      ),
    };
  }
  const port = realPort(s, server, p);
  const realServer = endpointText(server.address, port);
  w.note('ipvs', `${virtualService} (${s.scheduler}) → ${realServer}`, {
    hook,
    priority,
    owner: 'ipvs',
    source: s.source,
    why: w.because('real server', server.source),
  });
  const local = w.machine.fib.localType(server.address)?.type === 'local';
  if (!local && isLoopback(p.src)) {
    // crosses_local_route_boundary (ip_vs_xmit.c); fixtures/lab ipvs-nft.nodeport-localhost shows the trace ending here.
    return {
      kind: 'end',
      end: ending(
        'dropped',
        `IPVS drops it: a packet from the loopback address ${endpointText(p.src, null)} may not leave the node for the real server ${realServer}.`,
        s.source,
      ),
    };
  }
  if (!local && p.ttl <= 1)
    return {
      kind: 'end',
      end: ending('dropped', 'Its time to live is used up; IPVS answers with ICMP time exceeded.', s.source),
    };
  w.ipvs = { virtualService, realServer };
  const onePacket = s.onePacket && p.protocol === UDP && !known;
  w.ipvsUntold = onePacket ? 'onePacket' : w.connection.confirmed ? 'confirmed' : null;
  w.ipvsTaken = { address: p.dst, port: p.dport, forward: server.forward };
  if (!local) p.ttl -= 1; // however it is sent on, and for packets of the node itself too (ip_vs_xmit.c)
  if (w.machine.sysctl('net.ipv4.vs.conntrack') === '0') {
    w.connection.state = 'untracked';
    w.connection.attached = false;
  }
  if (server.forward === 'masq') w.rewriteDst(server.address, port, hook, priority ?? 0, 'ipvs', server.source);
  return { kind: 'sent', server };
}

/** The service that would have taken a destination, for "why not". */
export function serviceAt(
  services: readonly IpvsService[] | null,
  protocol: number,
  ip: Ip,
  port: number | null,
): IpvsService | null {
  return servicesBy(services, serviceKey(protocolName(protocol), ip, port))[0] ?? null;
}
