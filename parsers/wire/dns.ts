// DNS (RFC 1035), EDNS (RFC 6891), mDNS (RFC 6762) on port 5353, over UDP and over TCP with its two-byte length.
// Over UDP also on any other port, by tshark's rule for the header alone: a query's or an answer's flags, and few records.
// Surprise: compression pointers may loop; names are followed for at most 255 bytes and 64 jumps, whatever the packet says.
import { type Dissection, hexText } from './dissection.ts';
import { EXTENDED_FIELDS, edns } from './dns-extended.ts';
import { classText, readName, recordData } from './dns-records.ts';
import { dnsTypeName, showsOwner } from './dns-types.ts';
import { type FrameFacts, HAS_TCP } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { ONE_MORE, sizedBy } from './stream-reading.ts';

const AT_FLAGS = 2;
const AT_QUESTIONS = 4;
const AT_ANSWERS = 6;
const AT_AUTHORITIES = 8;
const AT_ADDITIONALS = 10;
const HEADER = 12;
const MDNS_PORT = 5353;
const LLMNR_PORT = 5355;
const OPT = 41;
const UPDATE = 5;
/** Records of one message that are shown; a header can claim 262,140. */
const MAX_RECORDS = 500;

const OPCODES = [
  'Standard query',
  'Inverse query',
  'Server status request',
  'Unknown operation (3)',
  'Zone change notification',
  'Dynamic update',
];
const REPLY_CODES = [
  'No error',
  'Format error',
  'Server failure',
  'No such name',
  'Not implemented',
  'Refused',
  'Name exists',
  'RRset exists',
  'RRset does not exist',
  'Not authoritative',
  'Name out of zone',
  'DSO-Type not implemented',
];

/** Most answers, authorities and additional records that a message on another port has. */
const MOST_ON_ANY_PORT = [100, 10, 10] as const;
const OPCODE = 0x7800;

/** True for what is a message whatever its ports: `size` is that on the wire. tshark asks first whoever took the datagram before; we DNS last. */
function isMessage(view: DataView, at: number, end: number, size: number): boolean {
  if (size <= HEADER || end - at < HEADER) return false;
  const flags = view.getUint16(at + AT_FLAGS);
  if ((flags & OPCODE) !== 0) return false;
  const questions = view.getUint16(at + AT_QUESTIONS);
  const answers = view.getUint16(at + AT_ANSWERS);
  const authorities = view.getUint16(at + AT_AUTHORITIES);
  const isResponse = (flags & 0x8000) !== 0;
  if (isResponse ? questions > 1 : questions !== 1 || answers !== 0 || authorities !== 0) return false;
  const [most, mostAuthorities, mostAdditionals] = MOST_ON_ANY_PORT;
  return answers <= most && authorities <= mostAuthorities && view.getUint16(at + AT_ADDITIONALS) <= mostAdditionals;
}

function index(facts: FrameFacts): boolean {
  if (!facts.byPort && !isMessage(facts.view, facts.at, facts.end, facts.payloadLength)) return false;
  return facts.has((facts.layers & HAS_TCP) !== 0 ? 2 : 1);
}

const DNS = { filter: 'dns', name: 'Domain Name System', column: 'DNS' };
const MDNS = { filter: 'mdns', name: 'Multicast Domain Name System', column: 'MDNS' };
const LLMNR = { filter: 'llmnr', name: 'Link-local Multicast Name Resolution', column: 'LLMNR' };

/** The three differ in their port and in little else. */
function kindOf(d: Dissection): typeof DNS {
  if (d.nextKey === MDNS_PORT || d.nextKey2 === MDNS_PORT) return MDNS;
  return d.nextKey === LLMNR_PORT || d.nextKey2 === LLMNR_PORT ? LLMNR : DNS;
}

function dissect(d: Dissection): void {
  if (!d.byPort && !isMessage(d.view, d.at, d.end, d.wireEnd - d.at)) return;
  const kind = kindOf(d);
  const isMdns = kind === MDNS;
  const overTcp = d.layers[d.layers.length - 1]?.filter === 'tcp';
  let at = d.at;
  if (!d.needAt(at, overTcp ? 2 : 1, 'dns')) return;
  if (overTcp) at += 2;
  d.setProtocol(kind.column, d.columns.info);
  const layer = d.layer(kind.filter, kind.name, d.at, d.left);
  d.at = d.end;
  if (overTcp) d.field(layer, 'dns.length', 'Length', d.view.getUint16(at - 2), at - 2, 2);
  if (!d.needAt(at, HEADER, 'dns')) {
    d.setProtocol(kind.column, '');
    return;
  }
  const { view } = d;
  const id = view.getUint16(at);
  const flags = view.getUint16(at + AT_FLAGS);
  const isResponse = (flags & 0x8000) !== 0;
  const opcode = (flags >> 11) & 15;
  const reply = flags & 15;
  layer.label += isResponse ? ' (response)' : ' (query)';
  const operation = OPCODES[opcode] ?? `Unknown operation (${opcode})`;
  d.hex(layer, 'dns.id', 'Transaction ID', id, 4, at, 2);
  flagNodes(d, layer, at + AT_FLAGS, flags, operation);
  const counts = [AT_QUESTIONS, AT_ANSWERS, AT_AUTHORITIES, AT_ADDITIONALS].map((from) => view.getUint16(at + from));
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = counts;
  // An update uses the sections for other things (RFC 2136).
  const isUpdate = opcode === UPDATE;
  const said = (plain: string, name: string, updates: string, value: number, from: number): FieldNode =>
    d.field(layer, `dns.count.${isUpdate ? updates.toLowerCase() : plain}`, isUpdate ? updates : name, value, from, 2);
  said('queries', 'Questions', 'Zones', questions, at + AT_QUESTIONS);
  said('answers', 'Answer RRs', 'Prerequisites', answers, at + AT_ANSWERS);
  said('auth_rr', 'Authority RRs', 'Updates', authorities, at + AT_AUTHORITIES);
  d.field(layer, 'dns.count.add_rr', 'Additional RRs', additionals, at + AT_ADDITIONALS, 2);
  let info = `${operation}${isResponse ? ' response' : ''} ${hexText(id, 4)}`;
  if (isResponse && reply !== 0) info += ` ${REPLY_CODES[reply] ?? `Unknown error (${reply})`}`;
  const reader = new Sections(d, layer, at, isMdns);
  info += reader.questions(questions);
  for (const [name, count] of [
    ['Answers', answers],
    ['Authoritative nameservers', authorities],
    ['Additional records', additionals],
  ] as const) {
    info += reader.records(name, count);
  }
  d.setProtocol(kind.column, info);
}

function flagNodes(d: Dissection, layer: FieldNode, at: number, flags: number, operation: string): void {
  const isResponse = (flags & 0x8000) !== 0;
  const reply = flags & 15;
  const summary = `${operation}${isResponse ? ` response, ${REPLY_CODES[reply] ?? 'Unknown'}` : ''}`;
  const node = d.node(layer, 'dns.flags', `Flags: ${hexText(flags, 4)} ${summary}`, hexText(flags, 4), at, 2);
  d.node(
    node,
    'dns.flags.response',
    `Response: Message is a ${isResponse ? 'response' : 'query'}`,
    isResponse ? '1' : '0',
    at,
    2,
  );
  d.node(node, 'dns.flags.opcode', `Opcode: ${operation} (${(flags >> 11) & 15})`, String((flags >> 11) & 15), at, 2);
  if (isResponse) d.bit(node, 'dns.flags.authoritative', 'Authoritative', (flags & 0x400) !== 0, at, 2);
  d.bit(node, 'dns.flags.truncated', 'Truncated', (flags & 0x200) !== 0, at, 2);
  d.bit(node, 'dns.flags.recdesired', 'Recursion desired', (flags & 0x100) !== 0, at, 2);
  if (!isResponse) return;
  d.bit(node, 'dns.flags.recavail', 'Recursion available', (flags & 0x80) !== 0, at, 2);
  d.node(node, 'dns.flags.rcode', `Reply code: ${REPLY_CODES[reply] ?? 'Unknown'} (${reply})`, String(reply), at, 2);
}

/** Walks the four sections of one message; stops at the first record that does not fit. */
class Sections {
  private readonly d: Dissection;
  private readonly layer: FieldNode;
  private readonly base: number;
  private readonly isMdns: boolean;
  private at: number;
  private broken: boolean;
  private shown: number;

  constructor(d: Dissection, layer: FieldNode, base: number, isMdns: boolean) {
    this.d = d;
    this.layer = layer;
    this.base = base;
    this.isMdns = isMdns;
    this.at = base + HEADER;
    this.broken = false;
    this.shown = 0;
  }

  questions(count: number): string {
    const { d } = this;
    if (count === 0) return '';
    const section = d.node(this.layer, null, 'Queries', null, this.at, d.end - this.at);
    let info = '';
    for (let i = 0; i < count && this.more(); i++) {
      const from = this.at;
      const name = this.name();
      if (name === null || !this.fits(this.at, 4)) break;
      const type = d.view.getUint16(this.at);
      const rawClass = d.view.getUint16(this.at + 2);
      const shownClass = this.isMdns ? rawClass & 0x7fff : rawClass;
      const typeName = dnsTypeName(type);
      const node = d.node(
        section,
        null,
        `${name}: type ${typeName}, class ${classText(shownClass)}`,
        null,
        from,
        this.at + 4 - from,
      );
      d.node(node, 'dns.qry.name', `Name: ${name}`, name, from, this.at - from);
      d.node(node, 'dns.qry.type', `Type: ${typeName} (${type})`, String(type), this.at, 2);
      d.node(
        node,
        'dns.qry.class',
        `Class: ${classText(shownClass)} (${hexText(rawClass, 4)})`,
        hexText(shownClass, 4),
        this.at + 2,
        2,
      );
      info += ` ${typeName} ${name}`;
      if (this.isMdns) info += `, "Q${(rawClass & 0x8000) !== 0 ? 'U' : 'M'}" question`;
      this.at += 4;
    }
    section.length = this.at - section.offset;
    return info;
  }

  records(title: string, count: number): string {
    const { d } = this;
    if (count === 0 || this.broken) return '';
    const section = d.node(this.layer, null, title, null, this.at, Math.max(0, d.end - this.at));
    let info = '';
    for (let i = 0; i < count && this.more(); i++) info += this.record(section);
    section.length = this.at - section.offset;
    return info;
  }

  private record(section: FieldNode): string {
    const { d } = this;
    const from = this.at;
    const name = this.name();
    if (name === null || !this.fits(this.at, 10)) return '';
    const type = d.view.getUint16(this.at);
    const rawClass = d.view.getUint16(this.at + 2);
    const ttl = d.view.getUint32(this.at + 4);
    const size = d.view.getUint16(this.at + 8);
    const data = this.at + 10;
    const typeName = dnsTypeName(type);
    if (!this.fits(data, size)) return ` ${typeName}`;
    const node = d.node(
      section,
      null,
      `${name === '' ? '<Root>' : name}: type ${typeName}`,
      null,
      from,
      data + size - from,
    );
    d.node(
      node,
      'dns.resp.name',
      `Name: ${name === '' ? '<Root>' : name}`,
      name === '' ? '<Root>' : name,
      from,
      this.at - from,
    );
    d.node(node, 'dns.resp.type', `Type: ${typeName} (${type})`, String(type), this.at, 2);
    if (type !== OPT) {
      const shownClass = this.isMdns ? rawClass & 0x7fff : rawClass;
      d.node(node, 'dns.resp.class', `Class: ${classText(shownClass)}`, hexText(shownClass, 4), this.at + 2, 2);
      d.field(node, 'dns.resp.ttl', 'Time to live', ttl, this.at + 4, 4);
    }
    if (type === OPT) edns(d, node, this.at + 2, data, size);
    d.field(node, 'dns.resp.len', 'Data length', size, this.at + 8, 2);
    this.at = data + size;
    const text = showsOwner(type) ? ` ${name}` : recordData(d, node, type, data, size, this.base);
    if (text !== '') node.label += text.startsWith(' ') ? `, ${text.slice(1)}` : `, ${text}`;
    // Each flag of mDNS' class word only changes caching; the list says so for cache flush.
    const flush = this.isMdns && type !== OPT && (rawClass & 0x8000) !== 0 ? ', cache flush' : '';
    return ` ${typeName}${flush}${text}`;
  }

  private more(): boolean {
    return !this.broken && this.shown++ < MAX_RECORDS;
  }

  private fits(at: number, size: number): boolean {
    if (this.d.needAt(at, size, 'dns')) return true;
    this.broken = true;
    return false;
  }

  private name(): string | null {
    const read = readName(this.d, this.at, this.base);
    if (typeof read === 'string') {
      if (this.at >= this.d.end || read === 'cut') this.d.needAt(this.d.end, 1, 'dns');
      else
        this.d.malformed(
          'dns',
          this.at,
          'A name follows compression pointers without end, or is longer than 255 bytes.',
        );
      this.broken = true;
      return null;
    }
    this.at = read.end;
    return read.name;
  }
}

export const protocol: Protocol = {
  filter: 'dns',
  name: 'Domain Name System',
  attach: { udpPorts: [53, MDNS_PORT, LLMNR_PORT], udpAnyPort: 'last', tcpPorts: [53] },
  fields: [
    { name: 'mdns', kind: 'none' },
    { name: 'llmnr', kind: 'none' },
    { name: 'dns.length', kind: 'uint' },
    { name: 'dns.id', kind: 'uint' },
    { name: 'dns.flags', kind: 'uint' },
    { name: 'dns.flags.response', kind: 'bool' },
    { name: 'dns.flags.opcode', kind: 'uint' },
    { name: 'dns.flags.authoritative', kind: 'bool' },
    { name: 'dns.flags.truncated', kind: 'bool' },
    { name: 'dns.flags.recdesired', kind: 'bool' },
    { name: 'dns.flags.recavail', kind: 'bool' },
    { name: 'dns.flags.rcode', kind: 'uint' },
    { name: 'dns.count.queries', kind: 'uint' },
    { name: 'dns.count.answers', kind: 'uint' },
    { name: 'dns.count.auth_rr', kind: 'uint' },
    { name: 'dns.count.add_rr', kind: 'uint' },
    { name: 'dns.count.zones', kind: 'uint' },
    { name: 'dns.count.prerequisites', kind: 'uint' },
    { name: 'dns.count.updates', kind: 'uint' },
    { name: 'dns.qry.name', kind: 'text' },
    { name: 'dns.qry.type', kind: 'uint' },
    { name: 'dns.qry.class', kind: 'uint' },
    { name: 'dns.resp.name', kind: 'text' },
    { name: 'dns.resp.type', kind: 'uint' },
    { name: 'dns.resp.class', kind: 'uint' },
    { name: 'dns.resp.ttl', kind: 'uint' },
    { name: 'dns.resp.len', kind: 'uint' },
    { name: 'dns.a', kind: 'ipv4' },
    { name: 'dns.aaaa', kind: 'ipv6' },
    ...EXTENDED_FIELDS,
    { name: 'dns.cname', kind: 'text' },
    { name: 'dns.dname', kind: 'text' },
    { name: 'dns.ns', kind: 'text' },
    { name: 'dns.ptr.domain_name', kind: 'text' },
    { name: 'dns.txt', kind: 'text' },
    { name: 'dns.mx.preference', kind: 'uint' },
    { name: 'dns.mx.mail_exchange', kind: 'text' },
    { name: 'dns.soa.mname', kind: 'text' },
    { name: 'dns.soa.rname', kind: 'text' },
    { name: 'dns.srv.priority', kind: 'uint' },
    { name: 'dns.srv.weight', kind: 'uint' },
    { name: 'dns.srv.port', kind: 'uint' },
    { name: 'dns.srv.target', kind: 'text' },
  ],
  index,
  dissect,
  stream: sizedBy((bytes, at, end) => (end - at < 2 ? ONE_MORE : 2 + ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0))),
};
