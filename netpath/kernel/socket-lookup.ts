// Which socket of the node a rule finds for a packet (nf_socket_ipv4.c, nf_tproxy_ipv4.c), as far as `ss` tells: listeners, and whether they
// are transparent. Who is connected is in no dump of ours.
import type { Ip } from '../../parsers/core/address.ts';
import { hasPorts, ICMP, ICMPV6, TCP, UDP } from '../../parsers/core/protocol-numbers.ts';
import type { Listener } from '../../parsers/nodestate/state.ts';
import type { Unknown } from '../tri.ts';
import { unknown } from '../tri.ts';
import type { Context } from './clause.ts';
import { type Packet, TCP_FLAGS } from './packet.ts';

/** The dump that tells of listeners all that rules may ask. */
export const SOCKETS = 'ss -lntupe --inet-sockopt';

export interface FoundSocket {
  readonly listener: Listener | null;
  /** IP_TRANSPARENT; null where it is not known. */
  readonly transparent: boolean | null;
  /** Bound to no address; null where it is not known. */
  readonly wildcard: boolean | null;
  readonly mark: number | null;
}

/** May a socket be connected to just this peer? The first packet of a flow finds listeners only. */
function mayBeConnected(p: Packet, c: Context): boolean {
  if (c.connection.entry !== null || c.connection.state === 'established') return true;
  const flags = TCP_FLAGS.SYN | TCP_FLAGS.ACK | TCP_FLAGS.RST;
  return p.protocol === TCP && (p.tcpFlags & flags) !== TCP_FLAGS.SYN;
}

const ofListener = (l: Listener): FoundSocket => ({
  listener: l,
  transparent: l.transparent,
  wildcard: l.address === null,
  mark: l.mark,
});

/** The socket that `-m socket` and nft's `socket` find: null for none. */
export function socketOf(c: Context): FoundSocket | Unknown | null {
  const p = c.packet;
  if (c.hook === 'OUTPUT') {
    if (c.ipvs !== null) return unknown('whether the packet is of a local socket', 'a capture of where it came in');
    // the sender's; a connecting TCP socket has its address by then
    return { listener: null, transparent: null, wildcard: p.protocol === TCP ? false : null, mark: null };
  }
  if (p.protocol === ICMP || p.protocol === ICMPV6) {
    const isError = p.protocol === ICMP ? [3, 5, 11, 12].includes(p.icmpType ?? 0) : (p.icmpType ?? 0) < 128;
    return isError ? unknown('whether the ICMP error is of a local socket', 'a capture of the packet') : null;
  }
  if (p.dport === null || (p.protocol !== TCP && p.protocol !== UDP)) return null;
  if (p.tproxy) {
    const given = c.node.listenerAt(p.protocol, p.tproxy.ip, p.tproxy.port, p.inIf);
    const l = given === 'unknown' ? null : given;
    return { listener: l, transparent: true, wildcard: l ? l.address === null : null, mark: l?.mark ?? null };
  }
  const listener = mayBeConnected(p, c) ? 'unknown' : c.node.listenerAt(p.protocol, p.dst, p.dport, p.inIf);
  if (listener === 'unknown') return unknown('whether a local socket takes this packet', SOCKETS);
  return listener && ofListener(listener);
}

/** The address to which TPROXY gives a packet when its rule names none: the first of the device it came in by, else its own. */
export function ownAddress(c: Context): Ip | null {
  const p = c.packet;
  if (p.inIf === null || c.node.fib.addresses.length === 0) return null;
  return c.node.fib.primaryOf(p.inIf, p.family)?.ip ?? p.dst;
}

/** Is there a transparent socket for what TPROXY redirects to ip:port? Where no dump tells, both are followed. */
export function tproxyFinds(c: Context, ip: Ip, port: number, where: string): boolean {
  const p = c.packet;
  if (!hasPorts(p.protocol)) return false;
  const connected = mayBeConnected(p, c);
  const listener = c.node.listenerAt(p.protocol, ip, port, p.inIf);
  if (!connected && listener === null) return false;
  if (!connected && listener !== 'unknown' && listener?.transparent != null) return listener.transparent;
  return (
    c.world.decide({
      source: listener === 'unknown' ? null : (listener?.source ?? null),
      why: connected
        ? 'Which sockets are connected is in no dump.'
        : `Whether a transparent socket listens on ${where} is not in the dumps. What would settle it: ${SOCKETS}.`,
      choices: [
        { assumed: `a transparent socket is there for ${where}`, probability: null },
        { assumed: `no transparent socket is there for ${where}`, probability: null },
      ],
    }) === 0
  );
}
