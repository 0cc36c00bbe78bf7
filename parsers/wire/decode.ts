// The hot driver: runs the `index` decoders of a frame, one after the other, until none follows.
// Surprise: no header may nest more than a few deep; a frame made of tags alone ends here, not in a long loop.
import { FrameFacts, HAS_ISSUE, NEXT_IP_PROTOCOL, NEXT_NONE } from './facts.ts';
import { PROTOCOLS } from './registry.gen.ts';
import { protocolAfter, protocolOfLink } from './tables.ts';

export const MAX_DEPTH = 16;

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
    number = nextNumber(facts);
  }
  return -1;
}

function nextNumber(facts: FrameFacts): number {
  return facts.next <= NEXT_IP_PROTOCOL
    ? protocolAfter(facts.next, facts.nextKey, 0)
    : protocolAfter(facts.next, facts.sport, facts.dport);
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
  let number = protocolOfLink(linkType);
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
    number = nextNumber(facts);
  }
}

const located = new FrameFacts();

/** Where the transport header begins that the columns of this frame are about; -1 without one. */
export function transportAt(frame: Uint8Array, length: number, linkType: number): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  indexFrame(located, view, 0, frame.length, length, linkType);
  return located.transportAt;
}
