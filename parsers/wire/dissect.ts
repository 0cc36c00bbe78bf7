// The cold driver: runs the `dissect` decoders of a frame and gives its tree, its list columns and its issues.
// Surprise: what no protocol claims still becomes a layer, `data`, so that every byte of the frame can be clicked.
import { linkTypeName } from '../capture/link-types.ts';
import { MAX_DEPTH } from './decode.ts';
import { Dissection, type FlowContext, type JoinedDatagram } from './dissection.ts';
import { NEXT_NONE, NEXT_TCP_PORTS } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import type { SegmentParts, StreamPart } from './stream-reading.ts';
import {
  FIRST_OF_ANY_PORT,
  type PortTables,
  portCandidate,
  portCandidates,
  protocolAfter,
  protocolNumbered,
  protocolOfLink,
} from './tables.ts';

/** Dissects a frame that had `length` bytes on the wire; `flow` is what the index knows, null when nothing; `ports` null for the usual ones. */
export function dissectFrame(
  bytes: Uint8Array,
  length: number,
  linkType: number,
  flow: FlowContext | null,
  datagram: JoinedDatagram | null = null,
  ports: PortTables | null = null,
): Dissection {
  const d = new Dissection(bytes, length, flow);
  d.ports = ports;
  d.datagram = datagram;
  let number = protocolOfLink(linkType);
  if (number === 0) {
    d.setProtocol(linkTypeName(linkType), '');
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
    if (d.next >= NEXT_TCP_PORTS && !behindPorts(d)) break;
    number = protocolAfter(d.next, d.nextKey);
  }
  if (d.parts !== null) readParts(d, d.parts);
  rest(d);
  return d;
}

/** Reads the payload behind both ports by the first protocol that takes it for its own. False when none names what follows. */
function behindPorts(d: Dissection): boolean {
  const table = d.next;
  const count = portCandidates(table);
  const before = d.layers.length;
  const { known } = d;
  d.known = null;
  const own = protocolNumbered(known?.protocol ?? 0);
  if (own !== null) {
    d.next = NEXT_NONE;
    messages(d, own, [known?.note]);
  }
  for (let n = 0; n < count && d.layers.length === before; n++) {
    const protocol = protocolNumbered(portCandidate(d.ports, table, d.nextKey, d.nextKey2, n));
    if (protocol === null) continue;
    d.next = NEXT_NONE;
    d.byPort = n < FIRST_OF_ANY_PORT;
    messages(d, protocol, []);
  }
  return d.next !== NEXT_NONE;
}

/** Messages of one protocol until the bytes are used up or one of them is not its own. */
function messages(d: Dissection, protocol: Protocol, notes: readonly unknown[]): void {
  for (let i = 0; i < MAX_MESSAGES; i++) {
    const { at } = d;
    const layers = d.layers.length;
    d.note = notes[i] ?? null;
    protocol.dissect(d);
    const goesOn = protocol.stream !== undefined && d.at > at && d.at < d.end;
    if (!goesOn || d.next !== NEXT_NONE || (d.layers.length === layers && i === 0)) return;
  }
}

const MAX_MESSAGES = 1000;

/** Reads a TCP payload as the stream it is part of was put together. */
function readParts(d: Dissection, { parts, fragment, begins, begun, dataFrom, leads, overlaps }: SegmentParts): void {
  const { at, end, wireEnd } = d;
  const tcp = d.layers.at(-1);
  d.parts = null;
  const { columns } = d;
  const carrier = columns.protocol;
  if (leads && !d.locked) {
    columns.info += ' [TCP segment of a reassembled PDU]';
    d.continued = true;
  }
  for (const part of parts) {
    const protocol = protocolNumbered(part.protocol);
    if (protocol === null) continue;
    d.toServer = part.toServer;
    d.next = NEXT_NONE;
    if (part.assembled === null) {
      d.at = at + part.from;
      d.end = Math.min(end, at + part.to);
      d.wireEnd = at + part.to;
      messages(d, protocol, part.notes);
      d.end = end;
      d.wireEnd = wireEnd;
      continue;
    }
    const size = part.assembled.length;
    if (tcp !== undefined) segmentNodes(d, tcp, part.segments, size);
    const back = d.enter(`Reassembled TCP (${size} bytes)`, part.assembled);
    messages(d, protocol, part.notes);
    back();
  }
  d.at = dataFrom < 0 ? end : at + dataFrom;
  // Wireshark fixes the column once a message has gone by without being complete.
  if (leads && !d.locked) columns.protocol = carrier;
  if (overlaps && !d.locked)
    columns.info += '[Reassembly error, protocol TCP: New fragment overlaps old data (retransmission?)]';
  if (fragment === 0) return;
  const size = parts.length === 0 && dataFrom < 0 ? end - at : fragment;
  if (tcp !== undefined) d.node(tcp, 'tcp.segment_data', `TCP segment data (${size} bytes)`, null, end - size, size);
  if (d.locked || parts.length > 0) return;
  const beginner = protocolNumbered(begun);
  if (beginner?.oneItem)
    d.layer(beginner.filter, `${beginner.name}: a message that goes on in later segments`, end - size, size);
  if (begins !== null) columns.info = `${d.flow?.prefix ?? ''}${begins}`;
  columns.info += `${columns.info === '' ? '' : ' '}[TCP segment of a reassembled PDU]`;
}

function segmentNodes(d: Dissection, tcp: FieldNode, segments: StreamPart['segments'], size: number): void {
  const list = segments.map((segment) => `#${segment.no}(${segment.size})`).join(', ');
  const node = d.generated(
    tcp,
    'tcp.segments',
    `${segments.length} Reassembled TCP Segments (${size} bytes): ${list}`,
    null,
  );
  for (const { no, size: part } of segments)
    d.generated(node, 'tcp.segment', `Frame: ${no}, payload: ${part} bytes`, String(no));
  d.generated(node, 'tcp.segment.count', `Segment count: ${segments.length}`, String(segments.length));
  d.generated(node, 'tcp.reassembled.length', `Reassembled TCP length: ${size}`, String(size));
}

function rest(d: Dissection): void {
  const size = Math.max(0, d.end - d.at);
  // Of a datagram even none of the payload being there is missed, of a segment it is not.
  if (size === 0 && d.layers.at(-1)?.filter !== 'udp') return;
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
  if (size === 0) return;
  const layer = d.layer('data', `Data (${size} byte${size === 1 ? '' : 's'})`, d.at, size);
  d.node(layer, 'data.len', `[Length: ${size}]`, String(size), d.at, 0).generated = true;
}
