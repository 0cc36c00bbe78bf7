// What IPVS makes of a packet from a real server: a connection of its table for that server and client gives it the virtual address as
// source, whoever the packet is an answer to (ip_vs_out_hook).
import { sameIp } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { IpvsConnection, IpvsService } from '../../parsers/nodestate/state.ts';
import { indexed, ipKey } from './address-index.ts';
import type { Hook } from './hooks.ts';
import type { Packet } from './packet.ts';
import type { Walker } from './walker.ts';

const byAnswer = indexed<IpvsConnection>((c) => [
  `${c.protocol} ${ipKey(c.real)} ${c.realPort} ${ipKey(c.client)} ${c.clientPort}`,
]);

/** Only what is sent on with NAT comes back this way; where its server is gone the table does not tell, and NAT is the rule. */
function isMasqueraded(services: readonly IpvsService[] | null, c: IpvsConnection): boolean {
  const servers = (services ?? []).flatMap((s) => s.servers);
  const own = servers.filter((r) => sameIp(r.address, c.real) && (r.port === c.realPort || r.port === 0));
  return own.length === 0 || own.some((r) => r.forward === 'masq');
}

/** The connection that a packet is an answer of. */
function answeredConnection(
  connections: readonly IpvsConnection[] | null,
  services: readonly IpvsService[] | null,
  p: Packet,
): IpvsConnection | null {
  const key = `${protocolName(p.protocol)} ${ipKey(p.src)} ${p.sport} ${ipKey(p.dst)} ${p.dport}`;
  return byAnswer(connections, key).find((c) => isMasqueraded(services, c)) ?? null;
}

/** IPVS' hook for answers: those of the connection under simulation, and those that the dump's table takes for answers. */
export function ipvsOut(w: Walker, hook: Hook, priority: number): null {
  if (w.ipvsTaken !== null) return null;
  const { state } = w.machine;
  const known = w.ipvsReply ? null : answeredConnection(state.ipvsConnections, state.ipvsServices, w.packet);
  const virtual = known ? { ip: known.virtual, port: known.virtualPort } : w.ipvsReply;
  if (!virtual) return null;
  w.rewriteSrc(virtual.ip, virtual.port, hook, priority, 'ipvs', known?.source ?? null);
  w.ipvsTaken = 'answer';
  if (w.machine.sysctl('net.ipv4.vs.conntrack') === '0') {
    w.connection.state = 'untracked';
    w.connection.attached = false;
  }
  return null;
}
