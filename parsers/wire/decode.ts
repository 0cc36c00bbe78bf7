// The hot driver: runs the `index` decoders of a frame, one after the other, until none follows.
// Surprise: no header may nest more than a few deep; a frame made of tags alone ends here, not in a long loop.
import { FrameFacts, HAS_ISSUE, HAS_TCP, HAS_UDP, NEXT_IP_PROTOCOL, NEXT_NONE, NEXT_TCP_PORTS } from './facts.ts';
import { PROTOCOLS } from './registry.gen.ts';
import { FIRST_OF_ANY_PORT, portCandidate, portCandidates, protocolAfter, protocolOfLink } from './tables.ts';

export const MAX_DEPTH = 16;
const AT_TCP_OFFSET = 12;
const MIN_TCP = 20;
const UDP_HEADER = 8;

const indexers = PROTOCOLS.map((protocol) => protocol.index);

/** Where the first header of protocol `wanted` begins in a frame at offset 0 of `view`; -1 when there is none. */
export function headerStart(
  facts: FrameFacts,
  view: DataView,
  length: number,
  linkType: number,
  wanted: number,
): number {
  facts.reset(view, 0, view.byteLength, length);
  let number = protocolOfLink(linkType);
  for (let depth = 0; number !== 0 && depth < MAX_DEPTH; depth++) {
    if (number === wanted) return facts.at;
    const indexer = indexers[number - 1];
    facts.next = NEXT_NONE;
    if (indexer === undefined || !indexer(facts) || facts.next === NEXT_NONE) return -1;
    number = facts.next < NEXT_TCP_PORTS ? protocolAfter(facts.next, facts.nextKey) : portChoice(facts, wanted);
  }
  return -1;
}

/** The protocol behind both ports that is `wanted`, otherwise the first one. */
function portChoice(facts: FrameFacts, wanted: number): number {
  const count = portCandidates(facts.next);
  let first = 0;
  for (let n = 0; n < count; n++) {
    const number = portCandidate(facts.ports, facts.next, facts.sport, facts.dport, n);
    if (number === wanted) return number;
    if (first === 0) first = number;
  }
  return first;
}

/** Runs the first decoder that takes the payload behind both ports for its own; its number, 0 when none does. */
function recognised(facts: FrameFacts): number {
  const table = facts.next;
  const { announcements } = facts;
  if (announcements?.mayKnow(facts.sport, facts.dport)) {
    const [source, destination] = facts.ends();
    const number = announcements.of(source, destination, announcements.row)?.protocol ?? 0;
    facts.next = NEXT_NONE;
    facts.byPort = true;
    if (number !== 0 && indexers[number - 1]?.(facts)) return number;
  }
  const count = portCandidates(table);
  for (let n = 0; n < count; n++) {
    const number = portCandidate(facts.ports, table, facts.sport, facts.dport, n);
    if (number === 0) continue;
    const indexer = indexers[number - 1];
    facts.next = NEXT_NONE;
    facts.byPort = n < FIRST_OF_ANY_PORT;
    if (indexer?.(facts)) return number;
  }
  return 0;
}

/**
 * Finds the TCP or UDP payload that the columns of a frame at offset 0 of `view` are about: `facts.at` … `facts.end`. False when there is no
 * whole header of either.
 */
export function payloadOf(facts: FrameFacts, view: DataView, length: number, linkType: number): boolean {
  indexFrame(facts, view, 0, view.byteLength, length, linkType);
  const at = facts.transportAt;
  if (at < 0) return false;
  if ((facts.layers & HAS_TCP) === 0) {
    facts.at = at + UDP_HEADER;
    return (facts.layers & HAS_UDP) !== 0 && facts.at <= facts.end;
  }
  facts.at = at + (view.getUint8(at + AT_TCP_OFFSET) >> 4) * 4;
  return facts.at >= at + MIN_TCP && facts.at <= facts.end;
}

/** Fills `facts` from a frame of `caplen` bytes at `start` of `view` that had `length` bytes on the wire. Never throws. */
export function indexFrame(
  facts: FrameFacts,
  view: DataView,
  start: number,
  caplen: number,
  length: number,
  linkType: number,
): void {
  facts.reset(view, start, caplen, length);
  indexFrom(facts, protocolOfLink(linkType));
}

/** Goes on in a datagram that was put together from fragments; `facts` holds its IP header. */
export function indexDatagram(facts: FrameFacts, bytes: Uint8Array): void {
  facts.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  facts.start = 0;
  facts.at = 0;
  facts.end = bytes.length;
  facts.wireEnd = bytes.length;
  facts.payloadLength = bytes.length;
  facts.fragmentOffset = -1;
  indexFrom(facts, protocolAfter(NEXT_IP_PROTOCOL, facts.ipProtocol));
}

function indexFrom(facts: FrameFacts, first: number): void {
  let number = first;
  for (let depth = 0; number !== 0; depth++) {
    const indexer = indexers[number - 1];
    if (indexer === undefined) return;
    if (depth === MAX_DEPTH) {
      facts.layers |= HAS_ISSUE;
      return;
    }
    facts.next = NEXT_NONE;
    if (!indexer(facts)) return;
    facts.protocol = number;
    if (facts.next === NEXT_NONE) return;
    if (facts.next < NEXT_TCP_PORTS) {
      number = protocolAfter(facts.next, facts.nextKey);
      continue;
    }
    number = recognised(facts);
    if (number === 0) return;
    facts.protocol = number;
    if (facts.next === NEXT_NONE) return;
    number = protocolAfter(facts.next, facts.nextKey);
  }
}

const located = new FrameFacts();

/** Where the transport header begins that the columns of this frame are about; -1 without one. */
export function transportAt(frame: Uint8Array, length: number, linkType: number): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  indexFrame(located, view, 0, frame.length, length, linkType);
  return located.transportAt;
}
