// SIP (RFC 3261): request and status lines, the headers that name the call, and how many bindings a REGISTER asks for.
// Surprise: the hot decoder reads bodies too, for the streams that they announce.
import { type Line, linesOf } from './lines.ts';
import { announceMedia } from './media-note.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';
import { ONE_MORE, sizedBy } from './stream-reading.ts';

const MAX_LINES = 300;
const METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
];
const STARTS = [...METHODS.map((method) => `${method} `), 'SIP/2.0 '];
/** Fields of headers, by lower-case name; the short forms too. */
const HEADERS: ReadonlyMap<string, string> = new Map([
  ['via', 'sip.Via'],
  ['v', 'sip.Via'],
  ['from', 'sip.From'],
  ['f', 'sip.From'],
  ['to', 'sip.To'],
  ['t', 'sip.To'],
  ['call-id', 'sip.Call-ID'],
  ['i', 'sip.Call-ID'],
  ['cseq', 'sip.CSeq'],
  ['contact', 'sip.Contact'],
  ['m', 'sip.Contact'],
  ['user-agent', 'sip.User-Agent'],
  ['content-length', 'sip.Content-Length'],
  ['l', 'sip.Content-Length'],
  ['content-type', 'sip.Content-Type'],
  ['c', 'sip.Content-Type'],
]);

function accepts(view: DataView, at: number, end: number): boolean {
  return STARTS.some((start) => {
    if (at + start.length > end) return false;
    for (let i = 0; i < start.length; i++) if (view.getUint8(at + i) !== start.charCodeAt(i)) return false;
    return true;
  });
}

function header({ text }: Line): readonly [name: string, value: string] {
  const colon = text.indexOf(':');
  return colon < 0 ? ['', ''] : [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()];
}

/** Where the headers end and how long the body is. */
function extent(bytes: Uint8Array, at: number, end: number): number {
  let length = 0;
  for (const line of linesOf(bytes, at, end, MAX_LINES)) {
    if (line.text === '' && line.from > at) return line.next - at + length;
    const [name, value] = header(line);
    if (name === 'content-length' || name === 'l') length = Math.min(1_000_000, Number.parseInt(value, 10) || 0);
  }
  return -1;
}

function bindings(lines: readonly Line[]): string {
  const count = lines.filter((line) => ['contact', 'm'].includes(header(line)[0])).length;
  return count === 1 ? ' (1 binding)' : ` (${count} bindings)`;
}

const spec = oneLine({
  filter: 'sip',
  name: 'Session Initiation Protocol',
  column: 'SIP',
  attach: { udpPorts: [5060], tcpPorts: [5060] },
  header: 1,
  accepts,
  separator: ' | ',
  fields: [
    ['sip.Request-Line', 'text'],
    ['sip.Status-Line', 'text'],
    ['sip.Method', 'text'],
    ['sip.r-uri', 'text'],
    ['sip.Status-Code', 'uint'],
    ...[...new Set(HEADERS.values())].map((name): [string, 'text' | 'uint'] => [
      name,
      name === 'sip.Content-Length' ? 'uint' : 'text',
    ]),
    ['sdp', 'none'],
  ],
  stream: sizedBy((bytes, at, end) => {
    const size = extent(bytes, at, end);
    return size < 0 ? ONE_MORE : size;
  }),
  read(d, layer, at) {
    const { bytes } = d;
    const lines = linesOf(bytes, at, d.end, MAX_LINES);
    const stop = lines.findIndex(({ text, from }) => text === '' && from > at);
    const heads = stop < 0 ? lines : lines.slice(0, stop);
    const [first, ...rest] = heads;
    const text = first?.text ?? '';
    const isStatus = text.startsWith('SIP/2.0 ');
    const node = d.field(
      layer,
      isStatus ? 'sip.Status-Line' : 'sip.Request-Line',
      isStatus ? 'Status-Line' : 'Request-Line',
      text,
      at,
      text.length,
    );
    const [one = '', two = ''] = text.split(' ');
    if (isStatus) d.field(node, 'sip.Status-Code', 'Status-Code', two, at + 8, two.length);
    else {
      d.field(node, 'sip.Method', 'Method', one, at, one.length);
      d.field(node, 'sip.r-uri', 'Request-URI', two, at + one.length + 1, two.length);
    }
    let method = one;
    let isSdp = false;
    for (const line of rest) {
      const [name, value] = header(line);
      const field = HEADERS.get(name);
      if (field !== undefined) d.field(layer, field, field.slice(4), value, line.from, line.next - line.from);
      if (name === 'cseq') method = value.split(' ').at(-1) ?? '';
      if ((name === 'content-type' || name === 'c') && value.startsWith('application/sdp')) isSdp = true;
    }
    const body = stop < 0 ? d.end : (lines[stop]?.next ?? d.end);
    const size = extent(bytes, at, d.end);
    const end = size < 0 ? d.end : Math.min(d.end, at + size);
    const hasSdp = isSdp && body < end;
    if (hasSdp) d.layer('sdp', 'Session Description Protocol', body, end - body);
    d.at = end;
    const code = Number(two);
    const isDone = isStatus && code >= 200 && code < 300;
    const bound = method === 'REGISTER' && (isDone || !isStatus);
    const asked = rest.some((line) => ['contact', 'm'].includes(header(line)[0]));
    const count = !bound ? '' : asked ? ` ${bindings(rest)}` : isStatus ? '  (0 bindings)' : '  (fetch bindings)';
    const said = isStatus ? `Status: ${text.slice(8)}${isDone ? ` (${method})` : ''}` : `Request: ${one} ${two}`;
    return [hasSdp ? 'SIP/SDP' : 'SIP', `${said}${count} | `];
  },
});

export const protocol: Protocol = {
  ...spec,
  index(facts) {
    if (!spec.index(facts)) return false;
    if (facts.announcements === null) return true;
    const { view, at, end } = facts;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const lines = linesOf(bytes, at, end, MAX_LINES);
    const stop = lines.findIndex(({ text, from }) => text === '' && from > at);
    const isSdp = lines.slice(0, Math.max(0, stop)).some((line) => {
      const [name, value] = header(line);
      return (name === 'content-type' || name === 'c') && value.startsWith('application/sdp');
    });
    if (isSdp) announceMedia(facts, lines[stop]?.next ?? end);
    return true;
  },
};
