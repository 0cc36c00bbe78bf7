// BGP (RFC 4271): the messages of a session by name.
import { oneLine } from './one-line.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const HEADER = 19;
const MARKER = 16;
const NAMES = [
  '',
  'OPEN Message',
  'UPDATE Message',
  'NOTIFICATION Message',
  'KEEPALIVE Message',
  'ROUTE-REFRESH Message',
];

/** The marker: bytes that are all set, as far as they are there. */
function isMarked(read: (at: number) => number, at: number, end: number): boolean {
  for (let i = at; i < at + MARKER && i < end; i++) if (read(i) !== 0xff) return false;
  return at < end;
}

export const protocol = oneLine({
  filter: 'bgp',
  name: 'Border Gateway Protocol',
  column: 'BGP',
  attach: { tcpPorts: [179] },
  header: HEADER,
  separator: ', ',
  accepts: (view, at, end) => isMarked((i) => view.getUint8(i), at, end),
  stream: sizedBy((bytes, at, end) => {
    if (!isMarked((i) => bytes[i] ?? 0, at, end)) return NOT_MINE;
    if (end - at < HEADER) return ONE_MORE;
    const size = ((bytes[at + MARKER] ?? 0) << 8) | (bytes[at + MARKER + 1] ?? 0);
    return size < HEADER ? NOT_MINE : size;
  }),
  fields: [
    ['bgp.length', 'uint'],
    ['bgp.type', 'uint'],
    ['bgp.open.version', 'uint'],
    ['bgp.open.myas', 'uint'],
    ['bgp.open.holdtime', 'uint'],
    ['bgp.open.identifier', 'ipv4'],
    ['bgp.notify.major_error', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const size = view.getUint16(at + MARKER);
    const type = view.getUint8(at + 18);
    const name = NAMES[type] || 'Unknown message type';
    const end = Math.min(d.end, at + Math.max(HEADER, size));
    d.field(layer, 'bgp.length', 'Length', size, at + MARKER, 2);
    d.node(layer, 'bgp.type', `Type: ${name} (${type})`, String(type), at + 18, 1);
    if (type === 1 && end >= at + 29) {
      d.field(layer, 'bgp.open.version', 'Version', view.getUint8(at + 19), at + 19, 1);
      d.field(layer, 'bgp.open.myas', 'My AS', view.getUint16(at + 20), at + 20, 2);
      d.field(layer, 'bgp.open.holdtime', 'Hold Time', view.getUint16(at + 22), at + 22, 2);
      d.field(layer, 'bgp.open.identifier', 'BGP Identifier', d.ipv4(at + 24), at + 24, 4);
    }
    if (type === 3 && end > at + HEADER)
      d.field(layer, 'bgp.notify.major_error', 'Major error Code', view.getUint8(at + 19), at + 19, 1);
    d.at = end;
    return name;
  },
});
