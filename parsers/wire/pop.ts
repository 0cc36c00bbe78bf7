// POP3 (RFC 1939): commands and answers; the lines of a mail are not told from answers.
import { bySegment, lineAt } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';

const PORTS = [110];

export const protocol = oneLine({
  filter: 'pop',
  name: 'Post Office Protocol',
  column: 'POP',
  attach: { tcpPorts: PORTS },
  header: 1,
  fields: [
    ['pop.request.command', 'text'],
    ['pop.request.parameter', 'text'],
    ['pop.response.indicator', 'text'],
    ['pop.response.description', 'text'],
  ],
  stream: bySegment,
  read(d, layer, at) {
    const { text, next } = lineAt(d.bytes, at, d.end);
    const isRequest = isToPort(d, PORTS);
    const isAnswer = text.startsWith('+OK') || text.startsWith('-ERR');
    if (!isRequest && !isAnswer) return `S: DATA fragment, ${d.wireEnd - at} bytes`;
    const node = d.node(layer, null, text, null, at, next - at);
    const space = text.indexOf(' ');
    const first = space < 0 ? text : text.slice(0, space);
    const kind = isRequest ? 'request.command' : 'response.indicator';
    d.field(node, `pop.${kind}`, isRequest ? 'Request command' : 'Response indicator', first, at, first.length);
    const rest = isRequest ? 'request.parameter' : 'response.description';
    if (space >= 0 && space + 1 < text.length)
      d.field(
        node,
        `pop.${rest}`,
        isRequest ? 'Request parameter' : 'Response description',
        text.slice(space + 1),
        at + space + 1,
        text.length - space - 1,
      );
    return `${isRequest ? 'C' : 'S'}: ${text}`;
  },
});
