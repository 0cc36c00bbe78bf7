// What the hot decoders learn about one frame: the holder that the index copies into its columns.
// Surprise: one holder serves all packets. Its constructor assigns every field, so that the engine keeps one shape for it
// (a holder whose fields appear later runs five times slower), and `reset` assigns them all again.
import type { Ip } from '../core/address.ts';
import type { Announcements, End } from './announcements.ts';
import type { PortTables } from './tables.ts';

/** Bits of `layers`: which headers were read whole, and what makes the columns an incomplete picture. */
export const HAS_IPV4 = 1;
export const HAS_IPV6 = 2;
export const HAS_TCP = 4;
export const HAS_UDP = 8;
export const HAS_ICMP = 16;
export const HAS_ARP = 32;
/** The frame has another IP header (tunnel, quoted packet): filters must look at the bytes. */
export const HAS_INNER = 64;
/** Something was cut off or wrong; `dissect` says what. */
export const HAS_ISSUE = 128;

/** Tables that a decoder can hand the rest of the frame to. */
export const NEXT_NONE = 0;
export const NEXT_ETHERTYPE = 1;
export const NEXT_IP_PROTOCOL = 2;
export const NEXT_LLC = 3;
export const NEXT_PPP = 4;
/** The tables of ports come last: what they give is a list of candidates. */
export const NEXT_TCP_PORTS = 5;
export const NEXT_UDP_PORTS = 6;

/** Keys of LLC's and PPP's tables that mean the LLC and the PPP header itself. */
export const LLC = 256;
export const PPP = 0;
/**
 * Keys of LLC's table that mean an 802.11 header, plus WLAN_FCS when a frame check sequence ends the frame and WLAN_PADDED when the
 * header is padded to four bytes; and the AVS header before one.
 */
export const WLAN = 260;
export const WLAN_FCS = 1;
export const WLAN_PADDED = 2;
export const WLANCAP = 264;
/** And those of Cisco's protocols behind SNAP. */
export const CISCO_CDP = 265;
export const CISCO_DTP = 266;
export const CISCO_VTP = 267;
/** And IKE behind the marker of UDP port 4500. */
export const IKE = 268;

const TCP = 6;
const UDP = 17;
const NO_VIEW = new DataView(new ArrayBuffer(0));

export class FrameFacts {
  /** Which protocols hang on which ports, null for the usual ones; stays from frame to frame. */
  ports: PortTables | null;
  /** What conversations were announced, of an index that is being made; null where a frame is read by itself. */
  announcements: Announcements | null;
  /** The bytes; decoders read from `at` and never at or beyond `end`. */
  view: DataView;
  start: number;
  at: number;
  end: number;
  /** Where the innermost header's own length says its payload ends; may lie beyond `end` when the frame was cut. */
  wireEnd: number;
  next: number;
  nextKey: number;
  /** Of the decoder behind two ports: one of them led to it. False when its bytes alone can say that they are its own. */
  byPort: boolean;

  layers: number;
  /** Number of the last protocol that was read, in the generated registry. */
  protocol: number;
  /** Innermost IP header, as in tshark's columns (a packet quoted in an ICMP error does not count). IPv4 uses the `d` words. */
  ipProtocol: number;
  srcA: number;
  srcB: number;
  srcC: number;
  srcD: number;
  dstA: number;
  dstB: number;
  dstC: number;
  dstD: number;
  sport: number;
  dport: number;
  /** Twelve flag bits, as in the header. */
  tcpFlags: number;
  seq: number;
  ack: number;
  window: number;
  /** Shift of the window scale option; -1 without. */
  windowScale: number;
  /** TCP payload by the IP length (not by what was captured). */
  payloadLength: number;
  /** Where the innermost IP header begins, from the frame's start; -1 without one. */
  ipAt: number;
  /** IP headers so far: 2 and more inside tunnels. */
  ipDepth: number;
  /** Where the transport header begins whose ports and numbers these are, from the frame's start; -1 without one. */
  transportAt: number;
  /** The innermost IP packet is a part of a datagram: `at` … `wireEnd` are its bytes, and this is where they belong. -1 otherwise. */
  fragmentOffset: number;
  fragmentId: number;
  moreFragments: boolean;

  constructor(ports: PortTables | null = null) {
    this.ports = ports;
    this.announcements = null;
    this.byPort = false;
    this.view = NO_VIEW;
    this.start = 0;
    this.at = 0;
    this.end = 0;
    this.wireEnd = 0;
    this.next = NEXT_NONE;
    this.nextKey = 0;
    this.layers = 0;
    this.protocol = 0;
    this.ipProtocol = 0;
    this.srcA = 0;
    this.srcB = 0;
    this.srcC = 0;
    this.srcD = 0;
    this.dstA = 0;
    this.dstB = 0;
    this.dstC = 0;
    this.dstD = 0;
    this.sport = 0;
    this.dport = 0;
    this.tcpFlags = 0;
    this.seq = 0;
    this.ack = 0;
    this.window = 0;
    this.windowScale = -1;
    this.payloadLength = 0;
    this.ipAt = -1;
    this.ipDepth = 0;
    this.transportAt = -1;
    this.fragmentOffset = -1;
    this.fragmentId = 0;
    this.moreFragments = false;
  }

  /** Begins a frame of `caplen` captured bytes at `start` of `view`, which had `length` bytes on the wire. */
  reset(view: DataView, start: number, caplen: number, length: number): void {
    this.view = view;
    this.start = start;
    this.at = start;
    this.end = start + caplen;
    this.wireEnd = start + Math.max(caplen, length);
    this.next = NEXT_NONE;
    this.nextKey = 0;
    this.layers = 0;
    this.protocol = 0;
    this.ipProtocol = 0;
    this.srcA = 0;
    this.srcB = 0;
    this.srcC = 0;
    this.srcD = 0;
    this.dstA = 0;
    this.dstB = 0;
    this.dstC = 0;
    this.dstD = 0;
    this.sport = 0;
    this.dport = 0;
    this.tcpFlags = 0;
    this.seq = 0;
    this.ack = 0;
    this.window = 0;
    this.windowScale = -1;
    this.payloadLength = 0;
    this.ipAt = -1;
    this.ipDepth = 0;
    this.transportAt = -1;
    this.fragmentOffset = -1;
    this.fragmentId = 0;
    this.moreFragments = false;
  }

  /** Forgets the headers so far: another IP header (the layer bit `family`) was found inside them, and counts instead. */
  enterIp(family: number): void {
    this.layers = (this.layers & ~(HAS_IPV4 | HAS_IPV6 | HAS_TCP | HAS_UDP)) | family | HAS_INNER;
    this.sport = 0;
    this.dport = 0;
    this.tcpFlags = 0;
    this.seq = 0;
    this.ack = 0;
    this.window = 0;
    this.windowScale = -1;
    this.transportAt = -1;
    this.fragmentOffset = -1;
    this.fragmentId = 0;
    this.moreFragments = false;
  }

  /** Notes a transport header at `at`. */
  enterTransport(bit: number): void {
    this.layers |= bit;
    this.transportAt = this.at - this.start;
  }

  /** Where the innermost packet comes from and goes to. */
  ends(): readonly [source: End, destination: End] {
    const transport = (this.layers & HAS_TCP) !== 0 ? TCP : UDP;
    const family = (this.layers & HAS_IPV4) !== 0 ? 4 : 6;
    const src: Ip = { family, a: this.srcA, b: this.srcB, c: this.srcC, d: this.srcD };
    const dst: Ip = { family, a: this.dstA, b: this.dstB, c: this.dstC, d: this.dstD };
    return [
      { transport, ip: src, port: this.sport },
      { transport, ip: dst, port: this.dport },
    ];
  }

  /** True when `size` bytes are there at `at`; otherwise notes the issue. */
  has(size: number): boolean {
    if (this.at + size <= this.end) return true;
    this.layers |= HAS_ISSUE;
    return false;
  }
}
