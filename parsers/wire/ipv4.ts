// IPv4 (RFC 791), with DSCP and ECN (RFC 2474, 3168).
// Surprise: a total length of 0 is normal: the kernel hands captures segments before TSO cuts them, and those do not fit 16 bits.
// A fragment is not read on, unless the index says that it completes its datagram.
import { type Dissection, hexText } from './dissection.ts';
import {
  type FrameFacts,
  HAS_INNER,
  HAS_IPV4,
  HAS_IPV6,
  HAS_ISSUE,
  NEXT_ETHERTYPE,
  NEXT_IP_PROTOCOL,
} from './facts.ts';
import type { FieldNode } from './field.ts';
import { fragmentFields, joined } from './fragments.ts';
import { ipProtocolName } from './ip-protocol.ts';
import type { Protocol } from './protocol.ts';

const AT_DSFIELD = 1;
const AT_TOTAL = 2;
const AT_ID = 4;
const AT_FRAGMENT = 6;
const AT_TTL = 8;
const AT_PROTOCOL = 9;
const AT_CHECKSUM = 10;
const AT_SRC = 12;
const AT_DST = 16;
const MIN_HEADER = 20;
/** What says it is IPv4 may be IPv6 all the same: the version decides, as in Wireshark. */
const IPV6 = 0x86dd;
const IP_IN_IP = 4;
const MORE_FRAGMENTS = 0x2000;

function index(facts: FrameFacts): boolean {
  const isInner = (facts.layers & (HAS_IPV4 | HAS_IPV6)) !== 0;
  if (isInner) facts.layers |= HAS_INNER;
  if (!facts.has(MIN_HEADER)) return true;
  const { view, at } = facts;
  const headerLength = (view.getUint8(at) & 15) * 4;
  const total = view.getUint16(at + AT_TOTAL);
  if (view.getUint8(at) >> 4 === 6) {
    facts.next = NEXT_ETHERTYPE;
    facts.nextKey = IPV6;
    return true;
  }
  if (view.getUint8(at) >> 4 !== 4 || headerLength < MIN_HEADER || (total !== 0 && total < headerLength)) {
    facts.layers |= HAS_ISSUE;
    return true;
  }
  if (isInner) facts.enterIp(HAS_IPV4);
  else facts.layers |= HAS_IPV4;
  facts.ipAt = at - facts.start;
  facts.ipDepth += 1;
  facts.srcD = view.getUint32(at + AT_SRC);
  facts.dstD = view.getUint32(at + AT_DST);
  facts.ipProtocol = view.getUint8(at + AT_PROTOCOL);
  if (total !== 0) {
    facts.wireEnd = Math.min(facts.wireEnd, at + total);
    facts.end = Math.min(facts.end, facts.wireEnd);
  }
  facts.payloadLength = Math.max(0, facts.wireEnd - at - headerLength);
  if (!facts.has(headerLength)) return true;
  facts.at = at + headerLength;
  const fragment = view.getUint16(at + AT_FRAGMENT);
  if ((fragment & (MORE_FRAGMENTS | 0x1fff)) !== 0) {
    facts.fragmentOffset = (fragment & 0x1fff) * 8;
    facts.fragmentId = view.getUint16(at + AT_ID);
    facts.moreFragments = (fragment & MORE_FRAGMENTS) !== 0;
    return true;
  }
  facts.next = NEXT_IP_PROTOCOL;
  facts.nextKey = facts.ipProtocol;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('IPv4', '');
  if (!d.need(MIN_HEADER, 'ipv4')) {
    d.layer('ip', 'Internet Protocol Version 4', at, d.left);
    d.isMalformed = d.wireEnd <= d.end;
    d.at = d.end;
    return;
  }
  const headerLength = (view.getUint8(at) & 15) * 4;
  const version = view.getUint8(at) >> 4;
  if (version === 6) {
    d.next = NEXT_ETHERTYPE;
    d.nextKey = IPV6;
    return;
  }
  const total = view.getUint16(at + AT_TOTAL);
  if (version !== 4 || headerLength < MIN_HEADER || (total !== 0 && total < headerLength)) {
    d.layer('ip', 'Internet Protocol Version 4', at, d.left);
    d.at = d.end;
    if (version !== 4) {
      d.malformed('ipv4', at, `The version field says ${version}, not 4.`);
      // Inside another IP header Wireshark looks at the version before it decides who is to blame.
      if (d.nextKey === IP_IN_IP) d.setProtocol('IP', `Bogus IP version (${version})`);
      else d.setProtocol('IPv4', `Bogus IPv4 version (${version}, must be 4)`);
    } else if (headerLength < MIN_HEADER) {
      d.malformed('ipv4', at, `The header length field says ${headerLength} bytes; 20 is the least.`);
      d.setProtocol('IPv4', `Bogus IP header length (${headerLength}, must be at least 20)`);
    } else {
      d.malformed(
        'ipv4',
        at + AT_TOTAL,
        `The total length field says ${total} bytes, less than the header's ${headerLength}.`,
      );
      d.setProtocol('IPv4', `Bogus IP length (${total}, less than header length ${headerLength})`);
    }
    return;
  }
  const src = d.ipv4(at + AT_SRC);
  const dst = d.ipv4(at + AT_DST);
  const number = view.getUint8(at + AT_PROTOCOL);
  const id = view.getUint16(at + AT_ID);
  const fragment = view.getUint16(at + AT_FRAGMENT);
  const offset = (fragment & 0x1fff) * 8;
  d.setAddresses(src, dst);
  if (total !== 0) {
    d.wireEnd = Math.min(d.wireEnd, at + total);
    d.end = Math.min(d.end, d.wireEnd);
  }
  const layer = d.layer(
    'ip',
    `Internet Protocol Version 4, Src: ${src}, Dst: ${dst}`,
    at,
    Math.min(headerLength, d.end - at),
  );
  header(d, layer, at, headerLength, total, id, fragment, number);
  d.field(layer, 'ip.src', 'Source Address', src, at + AT_SRC, 4);
  d.field(layer, 'ip.dst', 'Destination Address', dst, at + AT_DST, 4);
  d.ttl = view.getUint8(at + AT_TTL);
  d.setProtocol('IPv4', `${ipProtocolName(number)} (${number})`);
  if (!d.need(headerLength, 'ipv4')) {
    d.at = d.end;
    return;
  }
  if (headerLength > MIN_HEADER) {
    d.node(
      layer,
      'ip.options',
      `Options: (${headerLength - MIN_HEADER} bytes)`,
      null,
      at + MIN_HEADER,
      headerLength - MIN_HEADER,
    );
  }
  d.at = at + headerLength;
  if (offset !== 0 || (fragment & MORE_FRAGMENTS) !== 0) {
    d.setProtocol(
      'IPv4',
      `Fragmented IP protocol (proto=${ipProtocolName(number)} ${number}, off=${offset}, ID=${id.toString(16).padStart(4, '0')})`,
    );
    if (!joined(d, layer, 'ip', 'IPv4')) return;
  }
  d.next = NEXT_IP_PROTOCOL;
  d.nextKey = number;
}

function header(
  d: Dissection,
  layer: FieldNode,
  at: number,
  headerLength: number,
  total: number,
  id: number,
  fragment: number,
  number: number,
): void {
  const { view } = d;
  d.node(layer, 'ip.version', 'Version: 4', '4', at, 1);
  d.node(
    layer,
    'ip.hdr_len',
    `Header Length: ${headerLength} bytes (${headerLength / 4})`,
    String(headerLength),
    at,
    1,
  );
  const ds = view.getUint8(at + AT_DSFIELD);
  const dsNode = d.hex(layer, 'ip.dsfield', 'Differentiated Services Field', ds, 2, at + AT_DSFIELD, 1);
  d.field(dsNode, 'ip.dsfield.dscp', 'Differentiated Services Codepoint', ds >> 2, at + AT_DSFIELD, 1);
  d.field(dsNode, 'ip.dsfield.ecn', 'Explicit Congestion Notification', ds & 3, at + AT_DSFIELD, 1);
  // With 0 in the header the value is the length in force, as in Wireshark.
  const totalNode = d.field(layer, 'ip.len', 'Total Length', total === 0 ? d.wireEnd - at : total, at + AT_TOTAL, 2);
  if (total === 0) totalNode.label += ' (reported as 0: segmentation offload)';
  d.node(layer, 'ip.id', `Identification: ${hexText(id, 4)} (${id})`, hexText(id, 4), at + AT_ID, 2);
  const flagBits = fragment >> 13;
  const flags = d.hex(layer, 'ip.flags', 'Flags', flagBits, 2, at + AT_FRAGMENT, 1);
  d.bit(flags, 'ip.flags.rb', 'Reserved bit', (flagBits & 4) !== 0, at + AT_FRAGMENT, 1);
  d.bit(flags, 'ip.flags.df', "Don't fragment", (flagBits & 2) !== 0, at + AT_FRAGMENT, 1);
  d.bit(flags, 'ip.flags.mf', 'More fragments', (flagBits & 1) !== 0, at + AT_FRAGMENT, 1);
  // Its value counts in eights, as in the header.
  const eights = fragment & 0x1fff;
  d.node(layer, 'ip.frag_offset', `Fragment Offset: ${eights * 8}`, String(eights), at + AT_FRAGMENT, 2);
  d.field(layer, 'ip.ttl', 'Time to Live', view.getUint8(at + AT_TTL), at + AT_TTL, 1);
  d.node(layer, 'ip.proto', `Protocol: ${ipProtocolName(number)} (${number})`, String(number), at + AT_PROTOCOL, 1);
  d.hex(layer, 'ip.checksum', 'Header Checksum', view.getUint16(at + AT_CHECKSUM), 4, at + AT_CHECKSUM, 2);
}

export const protocol: Protocol = {
  filter: 'ip',
  name: 'Internet Protocol Version 4',
  attach: { etherTypes: [0x0800], ipProtocols: [4] },
  fields: [
    { name: 'ip.version', kind: 'uint', bits: [0, 4] },
    { name: 'ip.hdr_len', kind: 'uint' },
    { name: 'ip.dsfield', kind: 'uint', bits: [8, 8] },
    { name: 'ip.dsfield.dscp', kind: 'uint', bits: [8, 6] },
    { name: 'ip.dsfield.ecn', kind: 'uint', bits: [14, 2] },
    { name: 'ip.len', kind: 'uint' },
    { name: 'ip.id', kind: 'uint', bits: [32, 16] },
    { name: 'ip.flags', kind: 'uint', bits: [48, 3] },
    { name: 'ip.flags.rb', kind: 'bool', bits: [48, 1] },
    { name: 'ip.flags.df', kind: 'bool', bits: [49, 1] },
    { name: 'ip.flags.mf', kind: 'bool', bits: [50, 1] },
    { name: 'ip.frag_offset', kind: 'uint' },
    { name: 'ip.ttl', kind: 'uint', bits: [64, 8] },
    { name: 'ip.proto', kind: 'uint' },
    { name: 'ip.checksum', kind: 'uint', bits: [80, 16] },
    { name: 'ip.options', kind: 'none' },
    ...fragmentFields('ip'),
    { name: 'ip.src', kind: 'ipv4' },
    { name: 'ip.dst', kind: 'ipv4' },
    { name: 'ip.addr', kind: 'ipv4', either: ['ip.src', 'ip.dst'] },
  ],
  index,
  dissect,
};
