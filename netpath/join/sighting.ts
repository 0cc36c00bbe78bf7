// One packet at one capture point, reduced to what stays the same when a node forwards it: what NAT and routing rewrite (addresses,
// ports, ICMP identifier, TTL, checksums) is left out of its key. Surprise: the key is about the innermost IP packet, so that a frame inside
// VXLAN, Geneve, GRE or IPIP meets the same frame without its wrapping.
import { SCTP, TCP, UDP } from '../../parsers/core/protocol-numbers.ts';
import { indexFrame } from '../../parsers/wire/decode.ts';
import { FrameFacts, HAS_ICMP, HAS_IPV4, HAS_IPV6, HAS_TCP, HAS_UDP } from '../../parsers/wire/facts.ts';
import type { DatagramId } from './datagrams.ts';

const LINUX_SLL = 113;
const LINUX_SLL2 = 276;
/** Payload bytes in the key. At the least snaplen so many are there behind every link header. */
const keyBytes = 16;
/** Further bytes that are compared where both sightings have them. */
const moreBytes = 240;
/** Datagrams of more bytes may not fit the next link: 1280 is the least that IPv6 promises, less headers. */
const mayBeCut = 1000;
const OPT_TIMESTAMP = 8;

/** A reused holder; `readSighting` fills it. */
export class Sighting {
  /** Equal for sightings of one packet, 53 bits. */
  key = 0;
  /** The key alone tells the packet: it holds numbers that do not repeat by chance. */
  isStrong = false;
  protocol = 0;
  family: 4 | 6 = 4;
  ttl = 0;
  /** Addresses and ports of the innermost IP packet; an address is four words, IPv4 in the last. Ports are 0 where there are none. */
  srcA = 0;
  srcB = 0;
  srcC = 0;
  srcD = 0;
  dstA = 0;
  dstB = 0;
  dstC = 0;
  dstD = 0;
  sport = 0;
  dport = 0;
  /** To a multicast or broadcast address. */
  isToMany = false;
  isTcp = false;
  tcpFlags = 0;
  seq = 0;
  /** Bytes above the transport header, by the packet's own length. */
  payloadLength = 0;
  /** Hash of the bytes behind those of the key, and how many they are. */
  more = 0;
  moreLength = 0;
  /** Set where the datagram may be seen in another form elsewhere: a fragment, or large enough to be cut. See datagrams.ts. */
  datagram: DatagramId | null = null;
  /** Which interface of a capture on `any`, and which way: `(ifindex << 3) | packet type`; -1 for other captures. */
  device = -1;
  /** The innermost IP packet is wrapped in another. */
  isInner = false;
}

const facts = new FrameFacts();
let low = 0;
let high = 0;

function mix(value: number): void {
  low = Math.imul(low ^ value, 0x85eb_ca6b);
  low ^= low >>> 15;
  high = Math.imul(high + value, 0xc2b2_ae35) ^ low;
  high ^= high >>> 13;
}

function mixBytes(view: DataView, from: number, to: number): void {
  let at = from;
  for (; at + 4 <= to; at += 4) mix(view.getUint32(at));
  for (; at < to; at += 1) mix(view.getUint8(at) + 0x100);
}

/** False when the frame holds no IP packet. `frame` is at offset 0 of `view`; never throws. */
export function readSighting(into: Sighting, view: DataView, length: number, linkType: number): boolean {
  indexFrame(facts, view, 0, view.byteLength, length, linkType);
  const { ipAt, layers } = facts;
  if (ipAt < 0 || (layers & (HAS_IPV4 | HAS_IPV6)) === 0) return false;
  const isV4 = (layers & HAS_IPV4) !== 0;
  low = 0x9e37_79b9 ^ facts.ipProtocol;
  high = isV4 ? 4 : 6;
  into.protocol = facts.ipProtocol;
  into.family = isV4 ? 4 : 6;
  into.srcA = isV4 ? 0 : facts.srcA;
  into.srcB = isV4 ? 0 : facts.srcB;
  into.srcC = isV4 ? 0 : facts.srcC;
  into.srcD = facts.srcD;
  into.dstA = isV4 ? 0 : facts.dstA;
  into.dstB = isV4 ? 0 : facts.dstB;
  into.dstC = isV4 ? 0 : facts.dstC;
  into.dstD = facts.dstD;
  into.sport = facts.sport;
  into.dport = facts.dport;
  into.isInner = facts.ipDepth > 1;
  into.device = deviceOf(view, linkType);
  into.isToMany = isV4 ? facts.dstD >>> 28 >= 14 : facts.dstA >>> 24 === 0xff;
  into.isTcp = false;
  into.datagram = null;
  into.more = 0;
  into.moreLength = 0;
  const label = isV4 ? view.getUint16(ipAt + 4) : view.getUint32(ipAt) & 0xf_ffff;
  into.ttl = view.getUint8(ipAt + (isV4 ? 8 : 7));
  mix(label);
  const end = Math.min(facts.end, view.byteLength);
  if (facts.fragmentOffset >= 0) {
    // A piece: its place in the datagram, and where that begins the transport header, whose ports are behind NAT others.
    into.sport = 0;
    into.dport = 0;
    mix(facts.fragmentId);
    mix(facts.fragmentOffset + (facts.moreFragments ? 1 : 0));
    payload(into, view, facts.at + (facts.fragmentOffset === 0 ? 8 : 0), end, facts.wireEnd);
    into.isStrong = true;
  } else if ((layers & HAS_TCP) !== 0) tcp(into, view, facts.transportAt);
  else if ((layers & HAS_UDP) !== 0) {
    payload(into, view, facts.transportAt + 8, end, facts.wireEnd);
    into.isStrong = label !== 0 && into.payloadLength >= 12;
  } else if ((layers & HAS_ICMP) !== 0) icmp(into, view, end, isV4, label);
  else {
    const isSctp = facts.ipProtocol === SCTP && facts.transportAt >= 0;
    // The verification tag stays; ports and checksum do not.
    if (isSctp && facts.transportAt + 8 <= end) mix(view.getUint32(facts.transportAt + 4));
    payload(into, view, isSctp ? facts.transportAt + 12 : facts.at, end, facts.wireEnd);
    into.isStrong = into.payloadLength >= 12 && (label !== 0 || isSctp);
  }
  const isFragment = facts.fragmentOffset >= 0;
  if (isFragment || (!into.isTcp && into.payloadLength > mayBeCut))
    into.datagram = { protocol: facts.ipProtocol, id: isV4 ? label : 0, isFragment };
  into.key = (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
  return true;
}

function payload(into: Sighting, view: DataView, from: number, end: number, wireEnd: number): void {
  into.payloadLength = Math.max(0, wireEnd - from);
  mix(into.payloadLength);
  const there = Math.min(end, view.byteLength) - from;
  if (there < Math.min(keyBytes, into.payloadLength)) return;
  mixBytes(view, from, from + Math.min(there, keyBytes));
  if (there <= keyBytes) return;
  const keepLow = low;
  const keepHigh = high;
  into.moreLength = Math.min(there - keyBytes, moreBytes);
  mixBytes(view, from + keyBytes, from + keyBytes + into.moreLength);
  into.more = low;
  low = keepLow;
  high = keepHigh;
}

function tcp(into: Sighting, view: DataView, at: number): void {
  into.isTcp = true;
  into.tcpFlags = facts.tcpFlags;
  into.seq = facts.seq;
  into.payloadLength = facts.payloadLength;
  into.isStrong = facts.seq !== 0 || facts.ack !== 0;
  mix(facts.seq);
  mix(facts.ack);
  mix(facts.tcpFlags);
  mix(facts.window);
  mix(facts.payloadLength);
  const end = Math.min(at + (view.getUint8(at + 12) >> 4) * 4, facts.end, view.byteLength);
  // Other options may be rewritten on the way: MSS is clamped, SACK follows helpers.
  for (let option = at + 20; option + 1 < end; ) {
    const kind = view.getUint8(option);
    if (kind === 0) return;
    if (kind === 1) {
      option += 1;
      continue;
    }
    const size = view.getUint8(option + 1);
    if (size < 2) return;
    if (kind === OPT_TIMESTAMP && size === 10 && option + 10 <= end) {
      mix(view.getUint32(option + 2));
      mix(view.getUint32(option + 6));
    }
    option += size;
  }
}

/** Echo: type, code, sequence and data, for the identifier is to ICMP what a port is. Errors: what NAT leaves of the quoted packet. */
function icmp(into: Sighting, view: DataView, end: number, isV4: boolean, label: number): void {
  const { at } = facts;
  if (at + 8 > end) {
    into.isStrong = false;
    into.payloadLength = 0;
    return;
  }
  const type = view.getUint8(at);
  mix(view.getUint16(at));
  const isEcho = isV4 ? type === 0 || type === 8 : type === 128 || type === 129;
  const isError = isV4 ? type === 3 || type === 4 || type === 5 || type === 11 || type === 12 : type < 128;
  if (isEcho) {
    into.sport = 0;
    into.dport = 0;
    mix(view.getUint16(at + 6));
    payload(into, view, at + 8, end, facts.wireEnd);
    into.isStrong = into.payloadLength >= 12;
    return;
  }
  mix(view.getUint32(at + 4));
  if (!isError) {
    payload(into, view, at + 8, end, facts.wireEnd);
    into.isStrong = false;
    return;
  }
  into.payloadLength = Math.max(0, facts.wireEnd - at - 8);
  mix(into.payloadLength);
  const quoted = at + 8;
  const isQuotedV4 = quoted + 20 <= end && view.getUint8(quoted) >> 4 === 4;
  const isQuotedV6 = quoted + 40 <= end && view.getUint8(quoted) >> 4 === 6;
  if (!isQuotedV4 && !isQuotedV6) {
    into.isStrong = false;
    return;
  }
  const transport = quoted + (isQuotedV4 ? (view.getUint8(quoted) & 15) * 4 : 40);
  const protocol = view.getUint8(quoted + (isQuotedV4 ? 9 : 6));
  mix(protocol);
  mix(isQuotedV4 ? view.getUint32(quoted + 2) : view.getUint32(quoted) & 0xf_ffff);
  if (protocol === TCP && transport + 8 <= end) mix(view.getUint32(transport + 4));
  else if (protocol === UDP && transport + 6 <= end) mix(view.getUint16(transport + 4));
  into.isStrong = label !== 0 && (protocol === TCP || isQuotedV4);
}

/** Which interface and direction a frame captured on `any` has. */
function deviceOf(view: DataView, linkType: number): number {
  if (linkType === LINUX_SLL2 && view.byteLength >= 11) return view.getUint32(4) * 8 + (view.getUint8(10) & 7);
  if (linkType === LINUX_SLL && view.byteLength >= 2) return view.getUint16(0) & 7;
  return -1;
}
