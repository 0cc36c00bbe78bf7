// memcached's text protocol: the first line of each message.
import { byLines, lineAt } from './lines.ts';
import { oneLine } from './one-line.ts';

export const protocol = oneLine({
  filter: 'memcache',
  name: 'Memcache Protocol',
  column: 'MEMCACHE',
  attach: { tcpPorts: [11211], udpPorts: [11211] },
  header: 1,
  fields: [],
  stream: byLines,
  read(d, layer, at) {
    const { text, next } = lineAt(d.bytes, at, d.end);
    d.node(layer, null, text, null, at, next - at);
    return `${text} `;
  },
});
