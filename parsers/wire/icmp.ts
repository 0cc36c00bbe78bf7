// ICMP for IPv4 (RFC 792, 1191, 1256). Error messages quote the packet they are about, which is dissected too but leaves the list's
// columns alone. Surprise: echo sequence numbers are shown in both byte orders, because systems disagree about theirs.
import { type Dissection, hexText } from './dissection.ts';
import { type FrameFacts, HAS_ICMP, HAS_INNER, NEXT_ETHERTYPE } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const AT_CODE = 1;
const AT_CHECKSUM = 2;
const AT_ID = 4;
const AT_SEQUENCE = 6;
const HEADER = 8;

const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const REDIRECT = 5;
const ECHO = 8;
const FRAGMENTATION_NEEDED = 4;

const TYPES: ReadonlyMap<number, string> = new Map([
  [ECHO_REPLY, 'Echo (ping) reply'],
  [UNREACHABLE, 'Destination unreachable'],
  [4, 'Source quench (flow control)'],
  [REDIRECT, 'Redirect'],
  [ECHO, 'Echo (ping) request'],
  [9, 'Router advertisement'],
  [10, 'Router solicitation'],
  [11, 'Time-to-live exceeded'],
  [12, 'Parameter problem'],
  [13, 'Timestamp request'],
  [14, 'Timestamp reply'],
  [17, 'Address mask request'],
  [18, 'Address mask reply'],
]);

const UNREACHABLE_CODES = [
  'Network unreachable',
  'Host unreachable',
  'Protocol unreachable',
  'Port unreachable',
  'Fragmentation needed',
  'Source route failed',
  'Destination network unknown',
  'Destination host unknown',
  'Source host isolated',
  'Network administratively prohibited',
  'Host administratively prohibited',
  'Network unreachable for TOS',
  'Host unreachable for TOS',
  'Communication administratively filtered',
  'Host precedence violation',
  'Precedence cutoff in effect',
];
const REDIRECT_CODES = [
  'Redirect for network',
  'Redirect for host',
  'Redirect for TOS and network',
  'Redirect for TOS and host',
];
const TTL_CODES = ['Time to live exceeded in transit', 'Fragment reassembly time exceeded'];
const PARAMETER_CODES = ['Pointer indicates the error', 'Required option missing', 'Bad length'];

function codeName(type: number, code: number): string | null {
  if (type === UNREACHABLE) return UNREACHABLE_CODES[code] ?? null;
  if (type === REDIRECT) return REDIRECT_CODES[code] ?? null;
  if (type === 11) return TTL_CODES[code] ?? null;
  return type === 12 ? (PARAMETER_CODES[code] ?? null) : null;
}

const quotes = (type: number): boolean =>
  type === UNREACHABLE || type === 4 || type === REDIRECT || type === 11 || type === 12;

function index(facts: FrameFacts): boolean {
  facts.layers |= HAS_ICMP;
  if (!facts.has(HEADER)) return true;
  const type = facts.view.getUint8(facts.at);
  // The TCP columns are free here: type and code, and what pairs a reply with its request.
  facts.window = (type << 8) | facts.view.getUint8(facts.at + AT_CODE);
  if (type === ECHO || type === ECHO_REPLY) facts.seq = facts.view.getUint32(facts.at + AT_ID);
  else if (quotes(type)) facts.layers |= HAS_INNER;
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  d.setProtocol('ICMP', '');
  const layer = d.layer('icmp', 'Internet Control Message Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'icmp')) return;
  const { view } = d;
  const type = view.getUint8(at);
  const code = view.getUint8(at + AT_CODE);
  const typeName = TYPES.get(type) ?? 'Unknown ICMP type';
  const codeText = codeName(type, code);
  d.node(layer, 'icmp.type', `Type: ${type} (${typeName})`, String(type), at, 1);
  d.node(
    layer,
    'icmp.code',
    `Code: ${code}${codeText === null ? '' : ` (${codeText})`}`,
    String(code),
    at + AT_CODE,
    1,
  );
  d.hex(layer, 'icmp.checksum', 'Checksum', view.getUint16(at + AT_CHECKSUM), 4, at + AT_CHECKSUM, 2);
  if (type === ECHO || type === ECHO_REPLY) {
    d.setProtocol('ICMP', echo(d, layer, at, typeName));
    return;
  }
  if (!quotes(type)) {
    d.setProtocol('ICMP', TYPES.has(type) ? typeName : `Unknown ICMP (${type}) (${code})`);
    return;
  }
  const reason = codeText ?? `Unknown code: ${code}`;
  d.setProtocol('ICMP', type === REDIRECT ? `${typeName.padEnd(20)} (${reason})` : `${typeName} (${reason})`);
  layer.length = HEADER;
  if (type === UNREACHABLE && code === FRAGMENTATION_NEEDED)
    d.field(layer, 'icmp.mtu', 'MTU of next hop', view.getUint16(at + 6), at + 6, 2);
  if (type === REDIRECT) d.field(layer, 'icmp.redir_gw', 'Gateway Address', d.ipv4(at + 4), at + 4, 4);
  d.locked = true;
  d.at = at + HEADER;
  if (d.at >= d.end) return;
  // The quoted packet is cut by design: nothing says how much of it must be there.
  d.next = NEXT_ETHERTYPE;
  d.nextKey = 0x0800;
}

function echo(d: Dissection, layer: FieldNode, at: number, typeName: string): string {
  const { view } = d;
  const id = view.getUint16(at + AT_ID);
  const sequence = view.getUint16(at + AT_SEQUENCE);
  const swapped = view.getUint16(at + AT_SEQUENCE, true);
  d.node(layer, 'icmp.ident', `Identifier (BE): ${id} (${hexText(id, 4)})`, String(id), at + AT_ID, 2);
  d.node(
    layer,
    'icmp.seq',
    `Sequence Number (BE): ${sequence} (${hexText(sequence, 4)})`,
    String(sequence),
    at + AT_SEQUENCE,
    2,
  );
  d.node(
    layer,
    'icmp.seq_le',
    `Sequence Number (LE): ${swapped} (${hexText(swapped, 4)})`,
    String(swapped),
    at + AT_SEQUENCE,
    2,
  );
  if (at + HEADER < d.end)
    d.node(layer, 'data', `Data (${d.end - at - HEADER} bytes)`, null, at + HEADER, d.end - at - HEADER);
  const request = d.locked || d.flow?.requestNo == null ? '' : ` (request in ${d.flow.requestNo})`;
  if (request !== '')
    d.generated(layer, 'icmp.resp_to', `Request frame: ${d.flow?.requestNo}`, String(d.flow?.requestNo));
  return `${typeName.padEnd(20)} id=${hexText(id, 4)}, seq=${sequence}/${swapped}, ttl=${d.ttl}${request}`;
}

export const protocol: Protocol = {
  filter: 'icmp',
  name: 'Internet Control Message Protocol',
  attach: { ipProtocols: [1] },
  fields: [
    { name: 'icmp.type', kind: 'uint' },
    { name: 'icmp.code', kind: 'uint' },
    { name: 'icmp.checksum', kind: 'uint', bits: [16, 16] },
    { name: 'icmp.ident', kind: 'uint' },
    { name: 'icmp.seq', kind: 'uint' },
    { name: 'icmp.seq_le', kind: 'uint' },
    { name: 'icmp.mtu', kind: 'uint' },
    { name: 'icmp.redir_gw', kind: 'ipv4' },
    { name: 'icmp.resp_to', kind: 'uint' },
  ],
  index,
  dissect,
};
