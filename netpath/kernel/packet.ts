// The packet as the simulator carries it: the fields that rules can ask for, with the devices the kernel would show for it.
import { endpointText, type Family, type Ip } from '../../parsers/core/address.ts';
import type { Seen } from '../seen.ts';
import type { PacketState } from '../trace.ts';

/** TCP flag bits in header order. */
export const TCP_FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

/** A VLAN's number (0 is priority alone) and the priority in its tag. */
export interface VlanTag {
  readonly id: number;
  readonly pcp: number;
}

export interface Packet {
  family: Family;
  /** IP protocol number. */
  protocol: number;
  src: Ip;
  dst: Ip;
  /** Ports; null for protocols without. */
  sport: number | null;
  dport: number | null;
  icmpType: number | null;
  icmpCode: number | null;
  /** TCP flag bits; 0 for other protocols. */
  tcpFlags: number;
  mark: number;
  ttl: number;
  /** IP total length in bytes; null when not given. */
  length: number | null;
  /** Don't Fragment. */
  df: boolean;
  tos: number;
  /** Source MAC, lower case; null when not known. */
  mac: string | null;
  /** Destination MAC, lower case; null when not known. */
  dmac: string | null;
  /** The 802.1Q tag that the frame comes with; null without one. */
  vlan: VlanTag | null;
  /** How the frame is addressed where it is looked at as a frame: `host`, `other`, `broadcast`, `multicast`; null when not known. */
  frameType: string | null;
  /** Devices as netfilter sees them; `phys*` are bridge ports. */
  inIf: string | null;
  outIf: string | null;
  physIn: string | null;
  physOut: string | null;
  /** When it is seen, Unix seconds; null when not given. */
  at: number | null;
  /** What a capture tells of it; null for a packet that was typed in. */
  readonly seen: Seen | null;
  /** The transparent socket that TPROXY gave it to. */
  tproxy: { readonly ip: Ip; readonly port: number } | null;
  /** True while the packet is inside a bridge hook (physdev --physdev-is-bridged). */
  bridged: boolean;
}

/** Notes that the capture, and not what was typed, answered. @param given does the packet as typed tell it as well? */
export function capturedAnswers(p: Packet, what: string, given = false): void {
  if (!given) p.seen?.answered.add(what);
}

/** Time to live as a rule asks for it, and the TOS byte: where a capture told them, it has answered. @param by `-m ttl`, `ip dscp` */
export function ttlOf(p: Packet, by: string): number {
  capturedAnswers(p, by, p.seen?.ttl == null);
  return p.ttl;
}
export function tosOf(p: Packet, by: string): number {
  capturedAnswers(p, by, p.seen?.tos == null);
  return p.tos;
}

/** What was made last: a packet changes at few of its steps, and the text of its addresses is what a step costs. */
let last: { readonly packet: Packet; readonly src: Ip; readonly dst: Ip; readonly state: PacketState } | null = null;

export function stateOf(p: Packet): PacketState {
  if (last && last.packet === p && last.src === p.src && last.dst === p.dst) {
    const s = last.state;
    const same = s.in === p.inIf && s.out === p.outIf && s.mark === p.mark && s.ttl === p.ttl;
    if (same && s.sport === p.sport && s.dport === p.dport) return s;
  }
  const state = newState(p);
  last = { packet: p, src: p.src, dst: p.dst, state };
  return state;
}

function newState(p: Packet): PacketState {
  return {
    in: p.inIf,
    out: p.outIf,
    src: textOf(p.src),
    dst: textOf(p.dst),
    sport: p.sport,
    dport: p.dport,
    mark: p.mark,
    ttl: p.ttl,
  };
}

function textOf(ip: Ip): string {
  return endpointText(ip, null);
}

export function srcText(p: Packet): string {
  return endpointText(p.src, p.sport);
}

export function dstText(p: Packet): string {
  return endpointText(p.dst, p.dport);
}
