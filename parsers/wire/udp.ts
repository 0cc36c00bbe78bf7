// UDP (RFC 768). Surprise: a length of 0 means "as long as the IP payload" (UDP GSO and jumbograms).
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ISSUE, HAS_UDP, NEXT_UDP_PORTS } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const AT_SPORT = 0;
const AT_DPORT = 2;
const AT_LENGTH = 4;
const AT_CHECKSUM = 6;
const HEADER = 8;

function index(facts: FrameFacts): boolean {
  if (!facts.has(HEADER)) return true;
  const { view, at } = facts;
  facts.enterTransport(HAS_UDP);
  facts.sport = view.getUint16(at + AT_SPORT);
  facts.dport = view.getUint16(at + AT_DPORT);
  const length = view.getUint16(at + AT_LENGTH);
  if (length !== 0 && length < HEADER) {
    facts.layers |= HAS_ISSUE;
    facts.payloadLength = 0;
    return true;
  }
  if (length !== 0) {
    facts.wireEnd = Math.min(facts.wireEnd, at + length);
    facts.end = Math.min(facts.end, facts.wireEnd);
  }
  facts.at = at + HEADER;
  facts.payloadLength = Math.max(0, facts.wireEnd - facts.at);
  if (facts.payloadLength > 0) facts.next = NEXT_UDP_PORTS;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('UDP', '');
  if (!d.need(HEADER, 'udp')) {
    cutHeader(d, d.layer('udp', 'User Datagram Protocol', at, d.left), at);
    d.at = d.end;
    return;
  }
  const { view } = d;
  const sport = view.getUint16(at + AT_SPORT);
  const dport = view.getUint16(at + AT_DPORT);
  const length = view.getUint16(at + AT_LENGTH);
  const layer = d.layer('udp', `User Datagram Protocol, Src Port: ${sport}, Dst Port: ${dport}`, at, HEADER);
  d.field(layer, 'udp.srcport', 'Source Port', sport, at + AT_SPORT, 2);
  d.field(layer, 'udp.dstport', 'Destination Port', dport, at + AT_DPORT, 2);
  d.field(layer, 'udp.length', 'Length', length, at + AT_LENGTH, 2);
  const checksum = view.getUint16(at + AT_CHECKSUM);
  d.node(
    layer,
    'udp.checksum',
    `Checksum: ${hexText(checksum, 4)} [unverified]`,
    hexText(checksum, 4),
    at + AT_CHECKSUM,
    2,
  );
  const flow = d.takeFlow(17);
  d.known = flow?.datagram ?? flow?.announced ?? null;
  if (flow) d.generated(layer, 'udp.stream', `Stream index: ${flow.stream}`, String(flow.stream));
  if (length !== 0 && length < HEADER) {
    d.malformed('udp', at + AT_LENGTH, `The length field says ${length} bytes; the header alone has 8.`);
    d.setProtocol('UDP', `BAD UDP LENGTH ${length} < 8`);
    d.at = d.end;
    return;
  }
  if (length !== 0) {
    d.wireEnd = Math.min(d.wireEnd, at + length);
    d.end = Math.min(d.end, d.wireEnd);
  }
  d.at = at + HEADER;
  const payload = Math.max(0, d.wireEnd - d.at);
  const carriers = d.layers.filter((other) => other.filter === 'ip' || other.filter === 'ipv6');
  const overIpv6 = carriers[carriers.length - 1]?.filter === 'ipv6';
  d.setProtocol(
    'UDP',
    `${sport} → ${dport} Len=${payload}${checksum === 0 && overIpv6 ? ' [ILLEGAL CHECKSUM (0)]' : ''}`,
  );
  if (payload === 0) return;
  d.node(layer, 'udp.payload', `UDP payload (${payload} bytes)`, null, d.at, payload);
  d.next = NEXT_UDP_PORTS;
  d.nextKey = sport;
  d.nextKey2 = dport;
}

/** The ports and the length, as far as they are there. */
function cutHeader(d: Dissection, layer: FieldNode, at: number): void {
  if (d.left < AT_LENGTH) return;
  const sport = d.view.getUint16(at + AT_SPORT);
  const dport = d.view.getUint16(at + AT_DPORT);
  d.field(layer, 'udp.srcport', 'Source Port', sport, at + AT_SPORT, 2);
  d.field(layer, 'udp.dstport', 'Destination Port', dport, at + AT_DPORT, 2);
  if (d.left < AT_CHECKSUM) return;
  const length = d.view.getUint16(at + AT_LENGTH);
  d.field(layer, 'udp.length', 'Length', length, at + AT_LENGTH, 2);
  const isBad = length !== 0 && length < HEADER;
  const size = length === 0 ? Math.max(0, d.wireEnd - at - HEADER) : length - HEADER;
  d.setProtocol('UDP', isBad ? `BAD UDP LENGTH ${length} < 8` : `${sport} → ${dport} Len=${size}`);
}

export const protocol: Protocol = {
  filter: 'udp',
  name: 'User Datagram Protocol',
  attach: { ipProtocols: [17, 136] },
  fields: [
    { name: 'udp.srcport', kind: 'uint' },
    { name: 'udp.dstport', kind: 'uint' },
    { name: 'udp.port', kind: 'uint', either: ['udp.srcport', 'udp.dstport'] },
    { name: 'udp.length', kind: 'uint', bits: [32, 16] },
    { name: 'udp.checksum', kind: 'uint', bits: [48, 16] },
    { name: 'udp.stream', kind: 'uint' },
    { name: 'udp.payload', kind: 'bytes' },
  ],
  index,
  dissect,
};
