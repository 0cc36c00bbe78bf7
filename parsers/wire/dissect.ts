// The cold driver: runs the `dissect` decoders of a frame and gives its tree, its list columns and its issues.
// Surprise: what no protocol claims still becomes a layer, `data`, so that every byte of the frame can be clicked.
import { MAX_DEPTH } from './decode.ts';
import { Dissection, type FlowContext } from './dissection.ts';
import { NEXT_NONE } from './facts.ts';
import { protocolAfter, protocolNumbered, protocolOfLink } from './tables.ts';

/** Dissects a frame that had `length` bytes on the wire; `flow` is what the index knows, null when nothing. */
export function dissectFrame(
  bytes: Uint8Array,
  length: number,
  linkType: number,
  flow: FlowContext | null,
): Dissection {
  const d = new Dissection(bytes, length, flow);
  let number = protocolOfLink(linkType);
  if (number === 0) {
    d.setProtocol('UNKNOWN', `WTAP_ENCAP = ${linkType}`);
    d.issues.push({
      kind: 'unsupported',
      protocol: 'link',
      where: 'frame',
      offset: 0,
      message: `Link type ${linkType} is not decoded.`,
    });
  }
  for (let depth = 0; number !== 0; depth++) {
    const protocol = protocolNumbered(number);
    if (protocol === null) break;
    if (depth === MAX_DEPTH) {
      d.malformed(protocol.filter, d.at, `More than ${MAX_DEPTH} headers in one frame.`);
      break;
    }
    d.next = NEXT_NONE;
    protocol.dissect(d);
    if (d.next === NEXT_NONE) break;
    number = protocolAfter(d.next, d.nextKey, d.nextKey2);
  }
  rest(d);
  return d;
}

function rest(d: Dissection): void {
  const size = d.end - d.at;
  if (size <= 0) return;
  if (d.wireEnd > d.end && d.end === d.bytes.length) {
    d.issues.push({
      kind: 'truncated',
      protocol: 'data',
      where: 'frame',
      offset: d.at,
      needed: d.wireEnd - d.at,
      available: size,
      limitedBy: 'caplen',
      message: `The payload has ${d.wireEnd - d.at} bytes, and ${size} were captured.`,
    });
  }
  const layer = d.layer('data', `Data (${size} byte${size === 1 ? '' : 's'})`, d.at, size);
  d.node(layer, 'data.len', `[Length: ${size}]`, String(size), d.at, 0).generated = true;
}
