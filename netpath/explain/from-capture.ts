// The packet spec of a captured flow: its first packet, arriving where the capture point says it was seen first.
import { endpointText, type Ip, ipText, ipv4, parseIp, sameIp } from '../../parsers/core/address.ts';
import { protocolNumber, TCP } from '../../parsers/core/protocol-numbers.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { indexFrame } from '../../parsers/wire/decode.ts';
import { FrameFacts, HAS_IPV4, HAS_IPV6 } from '../../parsers/wire/facts.ts';
import { type Machine, machineOf } from '../kernel/machine.ts';
import { TCP_FLAGS } from '../kernel/packet.ts';
import type { Seen } from '../seen.ts';

export interface CapturedFlow {
  /** `tcp`, `udp`, `icmp`, … */
  readonly protocol: string;
  readonly client: string;
  readonly cport: number | null;
  readonly server: string;
  readonly sport: number | null;
  /** Capture point as listed: an interface name, `veth client`, `pod client`; null when not known. */
  readonly point: string | null;
}

/**
 * The spec of the flow's first packet, or null when the flow cannot have begun on or come to this node. A flow whose client is a pod
 * of the node arrives on that pod's veth, one of the node itself is local, any other came in by the device of the way back to it.
 */
export function specOfFlow(state: NodeState, flow: CapturedFlow): string | null {
  const client = parseIp(flow.client);
  const server = parseIp(flow.server);
  if (!client || !server) return null;
  const m = machineOf(state);
  // A point behind NAT shows rewritten addresses: conntrack knows which connection that was.
  const told = (state.conntrackEvents ?? []).map(({ entry }) => entry);
  const natted = [...(state.conntrack ?? []), ...told].find(
    (e) =>
      sameIp(e.reply.src, server) &&
      sameIp(e.reply.dst, client) &&
      e.reply.sport === flow.sport &&
      e.reply.dport === flow.cport &&
      protocolNumber(flow.protocol) === e.protocol,
  );
  if (
    natted &&
    (!sameIp(natted.original.src, client) ||
      !sameIp(natted.original.dst, server) ||
      natted.original.dport !== flow.sport)
  ) {
    const { src, dst, sport, dport } = natted.original;
    return specOfFlow(state, {
      protocol: flow.protocol,
      client: ipText(src),
      cport: sport,
      server: ipText(dst),
      sport: dport,
      point: null,
    });
  }
  const head = `${flow.protocol.toLowerCase()} ${endpointText(client, flow.cport)} > ${endpointText(server, flow.sport)}`;
  const pod = m.podByIp(client);
  if (pod) {
    const device = m.hostInterfaceOf(pod);
    if (device !== null) return `${head} in ${device}`;
    if (m.portOf(client) === null && m.fib.localType(client)?.type !== 'local')
      return uplinkSpec(m, head, ipText(client));
    return `${head} from pod ${pod.id}`;
  }
  if (m.fib.localType(client)?.type === 'local') return `${head} local`;
  const point = flow.point?.split(' ').at(-1) ?? null;
  if (point !== null && m.links.has(point) && m.links.get(point)?.kind !== 'loopback') return `${head} in ${point}`;
  return uplinkSpec(m, head, ipText(client));
}

function uplinkSpec(m: Machine, head: string, client: string): string | null {
  const ip = parseIp(client);
  if (!ip) return null;
  const back = m.fib.lookup({
    dst: ip,
    src: null,
    mark: 0,
    iif: null,
    oif: null,
    protocol: 0,
    sport: null,
    dport: null,
  });
  const device = back.kind === 'route' ? back.result.device : null;
  return device === null ? null : `${head} in ${device}`;
}

const facts = new FrameFacts();
const isFirst = (flags: number): boolean => (flags & TCP_FLAGS.SYN) !== 0 && (flags & TCP_FLAGS.ACK) === 0;

/**
 * What a frame tells of a flow's first packet; null when it is none: an answer, or a segment of a TCP connection that began before.
 * @param length of the frame on the wire, bytes
 * @param at Unix seconds
 * @param isArrival was it captured where the node gets it?
 */
export function seenIn(
  frame: Uint8Array,
  length: number,
  linkType: number,
  at: number,
  client: { readonly ip: Ip; readonly port: number | null },
  isArrival = true,
): Seen | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  indexFrame(facts, view, 0, view.byteLength, length, linkType);
  const { ipAt, layers, ipProtocol, srcA, srcB, srcC, srcD } = facts;
  const isV4 = (layers & HAS_IPV4) !== 0;
  if (ipAt < 0 || (!isV4 && (layers & HAS_IPV6) === 0) || (client.ip.family === 4) !== isV4) return null;
  const src: Ip = isV4 ? ipv4(srcD) : { family: 6, a: srcA, b: srcB, c: srcC, d: srcD };
  if (!sameIp(src, client.ip) || (client.port !== null && facts.sport !== client.port)) return null;
  if (ipProtocol === TCP && !isFirst(facts.tcpFlags)) return null;
  const ttl = isArrival ? view.getUint8(ipAt + (isV4 ? 8 : 7)) : null;
  const tos = isV4 ? view.getUint8(ipAt + 1) : (view.getUint16(ipAt) >> 4) & 0xff;
  // conntrack puts fragments together before a rule sees one
  if (facts.fragmentOffset >= 0) return { at, bytes: null, length: null, ttl, tos, df: null, answered: new Set() };
  const total = isV4 ? view.getUint16(ipAt + 2) : view.getUint16(ipAt + 4) + 40;
  const df = isV4 ? (view.getUint8(ipAt + 6) & 0x40) !== 0 : null;
  // what follows the packet in the frame is padding; a copy, for the frame is lent
  return { at, bytes: frame.slice(ipAt, ipAt + total), length: total, ttl, tos, df, answered: new Set() };
}
