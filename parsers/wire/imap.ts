// IMAP 4 (RFC 3501). Surprise: of several lines the list shows the last, which is the one that says how it went.
import { byLines, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';

const PORTS = [143];
const MAX_LINES = 500;

export const protocol = oneLine({
  filter: 'imap',
  name: 'Internet Message Access Protocol',
  column: 'IMAP',
  attach: { tcpPorts: PORTS },
  header: 1,
  fields: [
    ['imap.request', 'text'],
    ['imap.response', 'text'],
  ],
  stream: byLines,
  read(d, layer, at) {
    const kind = isToPort(d, PORTS) ? 'Request' : 'Response';
    let last = '';
    for (const { text, from, next } of linesOf(d.bytes, at, d.end, MAX_LINES)) {
      // What comes unasked for (`*`) is a line, but no response.
      const isOwn = kind === 'Request' || !text.startsWith('*');
      if (isOwn) d.field(layer, `imap.${kind.toLowerCase()}`, kind, text, from, next - from);
      else d.node(layer, null, text, null, from, next - from);
      last = text;
    }
    return `${kind}: ${last}`;
  },
});
