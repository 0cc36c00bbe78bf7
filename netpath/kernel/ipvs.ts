// IPVS: it takes packets for its virtual services at LOCAL_IN 99 (after the filter) and LOCAL_OUT -98, chooses a real server, and sends
// the packet on through LOCAL_OUT and POSTROUTING. A packet that was routed elsewhere before, by a DNAT say, never meets it.
import { endpointText, type Ip, isLoopback, sameIp } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { IpvsConnection, IpvsRealServer, IpvsService } from '../../parsers/nodestate/state.ts';
import { IPVS_IN_PRIORITY } from './hooks.ts';
import { type Packet, TCP_FLAGS } from './packet.ts';
import { type Ending, ending, type Walker } from './walker.ts';

/** The virtual service for a packet, as __ip_vs_service_find looks: by mark, then exact, then port 0 of a persistent one. */
export function findService(services: readonly IpvsService[] | null, p: Packet): IpvsService | null {
  const protocol = protocolName(p.protocol);
  const byMark = p.mark === 0 ? undefined : services?.find((s) => s.mark === p.mark);
  if (byMark) return byMark;
  const at = (port: number | null) =>
    services?.find((s) => s.protocol === protocol && s.address !== null && sameIp(s.address, p.dst) && s.port === port);
  return at(p.dport) ?? at(0) ?? null;
}

export function serviceText(s: IpvsService): string {
  return s.address ? endpointText(s.address, s.port) : `fwmark ${s.mark}`;
}

function connectionOf(
  connections: readonly IpvsConnection[] | null,
  p: Packet,
  clientPort: number,
): IpvsConnection | null {
  const protocol = protocolName(p.protocol);
  return (
    connections?.find(
      (c) =>
        c.protocol === protocol &&
        sameIp(c.client, p.src) &&
        c.clientPort === clientPort &&
        sameIp(c.virtual, p.dst) &&
        (c.virtualPort === p.dport || c.virtualPort === 0),
    ) ?? null
  );
}

/** What IPVS does with the packet: nothing, an end, or a new destination. */
export type IpvsResult =
  | { readonly kind: 'pass' }
  | { readonly kind: 'end'; readonly end: Ending }
  | { readonly kind: 'sent'; readonly server: IpvsRealServer };

function choose(w: Walker, s: IpvsService): IpvsRealServer | null {
  const { ipvsConnections } = w.machine.state;
  const live = ipvsConnections ? connectionOf(ipvsConnections, w.packet, w.packet.sport ?? 0) : null;
  const template = ipvsConnections && s.persistence !== null ? connectionOf(ipvsConnections, w.packet, 0) : null;
  const pinned = live ?? template;
  if (pinned) {
    const server = s.servers.find((r) => sameIp(r.address, pinned.real) && r.port === pinned.realPort);
    if (server) {
      w.note('ipvs', live ? 'the connection table knows this flow' : 'a persistence template pins the client', {
        owner: 'ipvs',
        source: pinned.source,
        mattered: false,
      });
      return server;
    }
  }
  const candidates = s.servers.filter((r) => r.weight > 0);
  if (candidates.length <= 1) return candidates[0] ?? null;
  const index = w.world.decide({
    source: s.source,
    why: `The scheduler ${s.scheduler} picks one of ${candidates.length} real servers; its position is in no dump. A capture, ipvsadm -Lnc or conntrack -L tells which.`,
    choices: candidates.map((r) => ({ assumed: `IPVS picks ${endpointText(r.address, r.port)}`, probability: null })),
  });
  return candidates[index] ?? null;
}

/** ip_vs_in at LOCAL_IN or LOCAL_OUT. On `sent` the packet has its new destination and one hop less to live. */
export function ipvsIn(w: Walker, hook: 'INPUT' | 'OUTPUT'): IpvsResult {
  const p = w.packet;
  if (w.ipvs !== null) return { kind: 'pass' };
  const s = findService(w.machine.state.ipvsServices, p);
  if (!s) return { kind: 'pass' };
  const priority = IPVS_IN_PRIORITY[hook] ?? null;
  const virtualService = serviceText(s);
  const schedules =
    p.protocol !== 6 ||
    (p.tcpFlags & TCP_FLAGS.SYN) !== 0 ||
    connectionOf(w.machine.state.ipvsConnections, p, p.sport ?? 0) !== null;
  if (!schedules) return { kind: 'pass' };
  const server = choose(w, s);
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
  const realServer = endpointText(server.address, server.port);
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
  w.ipvs = { virtualService, realServer };
  if (server.forward !== 'masq') return { kind: 'sent', server };
  if (!local) p.ttl -= 1;
  w.rewriteDst(server.address, server.port, hook, priority ?? 0, 'ipvs', server.source);
  if (w.machine.sysctl('net.ipv4.vs.conntrack') === '0') w.connection.state = 'untracked';
  return { kind: 'sent', server };
}

/** The service that would have taken a destination, for "why not". */
export function serviceAt(
  services: readonly IpvsService[] | null,
  protocol: number,
  ip: Ip,
  port: number | null,
): IpvsService | null {
  const name = protocolName(protocol);
  return (
    services?.find((s) => s.protocol === name && s.address !== null && sameIp(s.address, ip) && s.port === port) ?? null
  );
}
