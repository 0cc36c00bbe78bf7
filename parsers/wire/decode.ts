// The hot driver: runs the `index` decoders of a frame, one after the other, until none follows.
// Surprise: no header may nest more than a few deep; a frame made of tags alone ends here, not in a long loop.
import { type FrameFacts, HAS_ISSUE, NEXT_NONE } from './facts.ts';
import { PROTOCOLS } from './registry.gen.ts';
import { protocolAfter, protocolOfLink } from './tables.ts';

export const MAX_DEPTH = 16;

const indexers = PROTOCOLS.map((protocol) => protocol.index);

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
    number =
      facts.next <= 2
        ? protocolAfter(facts.next, facts.nextKey, 0)
        : protocolAfter(facts.next, facts.sport, facts.dport);
  }
}
