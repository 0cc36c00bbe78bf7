// SSDP (UPnP discovery): HTTP's words in UDP datagrams to and from port 1900.
// Surprise: the multicast searches of every desktop make it one of the most common protocols on a plain network.
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const CR = 13;
const LF = 10;

function index(facts: FrameFacts): boolean {
  return facts.has(1);
}

function dissect(d: Dissection): void {
  const at = d.at;
  if (d.left === 0) return;
  d.setProtocol('SSDP', '');
  const layer = d.layer('ssdp', 'Simple Service Discovery Protocol', at, d.left);
  d.at = d.end;
  for (let from = at; from < d.end; ) {
    const feed = d.bytes.indexOf(LF, from);
    const next = feed < 0 || feed >= d.end ? d.end : feed + 1;
    let end = next;
    while (end > from && (d.bytes[end - 1] === LF || d.bytes[end - 1] === CR)) end--;
    const line = asciiText(d.bytes, from, end);
    if (from === at) d.setProtocol('SSDP', `${line} `);
    if (line !== '') firstWords(d, d.node(layer, null, line, null, from, next - from), line, from === at);
    from = next;
  }
  d.needAt(d.end, d.wireEnd - d.end, 'ssdp');
}

/** The first line's parts, in the fields of HTTP. */
function firstWords(d: Dissection, node: FieldNode, line: string, isFirst: boolean): void {
  const { offset } = node;
  const [first = '', second = ''] = line.split(' ');
  if (!isFirst || second === '') return;
  if (first.startsWith('HTTP/')) {
    d.field(node, 'http.response.code', 'Status Code', second, offset + first.length + 1, second.length);
    return;
  }
  d.field(node, 'http.request.method', 'Request Method', first, offset, first.length);
  d.field(node, 'http.request.uri', 'Request URI', second, offset + first.length + 1, second.length);
}

export const protocol: Protocol = {
  filter: 'ssdp',
  name: 'Simple Service Discovery Protocol',
  attach: { udpPorts: [1900] },
  fields: [],
  index,
  dissect,
};
