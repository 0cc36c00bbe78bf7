// The headers of one frame from the outside in, each with its place, by the hot decoders: no tree is built.
// Surprise: what an ICMP error quotes is no part of the walk, as no part of tshark's statistics; a datagram that this frame
// completes is.
import type { PacketIndex } from '../index/packet-index.ts';
import { MAX_DEPTH } from '../wire/decode.ts';
import { FrameFacts, NEXT_IP_PROTOCOL, NEXT_NONE, NEXT_TCP_PORTS } from '../wire/facts.ts';
import { PROTOCOLS } from '../wire/registry.gen.ts';
import { FIRST_OF_ANY_PORT, portCandidate, portCandidates, protocolAfter, protocolOfLink } from '../wire/tables.ts';

/** `number` is the protocol's in the registry; its header begins at `facts.at` before it was read, which is `from`. */
export type HeaderVisitor = (number: number, from: number, facts: FrameFacts) => void;

const indexers = PROTOCOLS.map((protocol) => protocol.index);
const facts = new FrameFacts();

/** Visits every header that is there whole enough for its decoder, after it was read. */
export function walkHeaders(index: PacketIndex, row: number, frame: Uint8Array, visit: HeaderVisitor): void {
  const linkType = index.interfaces[index.interfaceOf(row)]?.linkType ?? 0;
  facts.ports = index.ports;
  facts.reset(viewOf(frame), 0, frame.length, index.length(row));
  walk(protocolOfLink(linkType), visit);
  if (facts.fragmentOffset < 0) return;
  const datagram = index.datagramOf(row);
  if (datagram === null) return;
  const { bytes } = datagram;
  facts.view = viewOf(bytes);
  facts.start = 0;
  facts.at = 0;
  facts.end = bytes.length;
  facts.wireEnd = bytes.length;
  facts.fragmentOffset = -1;
  walk(protocolAfter(NEXT_IP_PROTOCOL, facts.ipProtocol), visit);
}

function walk(first: number, visit: HeaderVisitor): void {
  let number = first;
  for (let depth = 0; number !== 0 && depth < MAX_DEPTH; depth++) {
    const indexer = indexers[number - 1];
    if (indexer === undefined) return;
    const from = facts.at;
    facts.next = NEXT_NONE;
    if (!indexer(facts)) return;
    visit(number, from, facts);
    if (facts.next === NEXT_NONE) return;
    if (facts.next < NEXT_TCP_PORTS) number = protocolAfter(facts.next, facts.nextKey);
    else {
      number = behindPorts(visit);
      if (number === 0) return;
    }
  }
}

/** Visits the first protocol that takes the payload for its own; gives the number of what follows it. */
function behindPorts(visit: HeaderVisitor): number {
  const table = facts.next;
  const count = portCandidates(table);
  for (let n = 0; n < count; n++) {
    const number = portCandidate(facts.ports, table, facts.sport, facts.dport, n);
    if (number === 0) continue;
    const from = facts.at;
    facts.next = NEXT_NONE;
    facts.byPort = n < FIRST_OF_ANY_PORT;
    if (indexers[number - 1]?.(facts) !== true) continue;
    visit(number, from, facts);
    return facts.next === NEXT_NONE ? 0 : protocolAfter(facts.next, facts.nextKey);
  }
  return 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
