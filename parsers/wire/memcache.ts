// memcached's text protocol: the first line of each message.
// Surprise: a command that stores waits for its data; lines that are no command and no answer are the rest of something.
import { lineAt } from './lines.ts';
import { oneLine } from './one-line.ts';
import { ONE_MORE, sizedBy } from './stream-reading.ts';

const LF = 10;
const MAX_LINE = 4096;
const STORES = /^(?:set|add|replace|append|prepend|cas) \S+ \d+ -?\d+ (\d{1,8})/;
const KNOWN =
  /^(?:set|add|replace|append|prepend|cas|get|gets|delete|incr|decr|stats|flush_all|version|verbosity|quit|STORED|NOT_STORED|EXISTS|NOT_FOUND|VALUE|END|DELETED|STAT|VERSION|OK|RESET|\d+)\b/;

export const protocol = oneLine({
  filter: 'memcache',
  name: 'Memcache Protocol',
  column: 'MEMCACHE',
  attach: { tcpPorts: [11211], udpPorts: [11211] },
  header: 1,
  fields: [],
  stream: sizedBy((bytes, at, end) => {
    if (bytes[end - 1] !== LF && end - at <= MAX_LINE) return ONE_MORE;
    const { text, next } = lineAt(bytes, at, end);
    const size = STORES.exec(text)?.[1];
    return size === undefined ? end - at : Math.max(end - at, next - at + Number(size) + 2);
  }),
  read(d, layer, at) {
    const { text, next } = lineAt(d.bytes, at, d.end);
    d.node(layer, null, text, null, at, next - at);
    return KNOWN.test(text) ? `${text} ` : 'MEMCACHE Continuation';
  },
});
