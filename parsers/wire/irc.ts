// IRC (RFC 1459, 2812): the commands of each segment, in the order they come.
import { byLines, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';

const PORTS = [6667, 57000];
const MAX_LINES = 200;

export const protocol = oneLine({
  filter: 'irc',
  name: 'Internet Relay Chat',
  column: 'IRC',
  attach: { tcpPorts: PORTS },
  header: 1,
  fields: [
    ['irc.request', 'text'],
    ['irc.response', 'text'],
    ['irc.request.command', 'text'],
    ['irc.response.command', 'text'],
    ['irc.response.num_command', 'uint'],
  ],
  stream: byLines,
  read(d, layer, at) {
    const kind = isToPort(d, PORTS) ? 'Request' : 'Response';
    let info = kind;
    for (const { text, from, next } of linesOf(d.bytes, at, d.end, MAX_LINES)) {
      if (text === '') continue;
      const node = d.field(layer, `irc.${kind.toLowerCase()}`, kind, text, from, next - from);
      const words = text.split(' ').filter((word) => word !== '');
      const command = (text.startsWith(':') ? words[1] : words[0]) ?? '';
      if (kind === 'Response' && /^\d{3}$/.test(command))
        d.field(node, 'irc.response.num_command', 'Command', Number(command), from, next - from);
      else d.field(node, `irc.${kind.toLowerCase()}.command`, 'Command', command, from, next - from);
      info += ` (${command})`;
    }
    return info;
  },
});
