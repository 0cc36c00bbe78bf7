// Telnet (RFC 854): text, and commands behind bytes of 255.
import { asciiText } from './dissection.ts';
import { bySegment } from './lines.ts';
import { oneLine } from './one-line.ts';

const COMMANDS: ReadonlyMap<number, string> = new Map([
  [240, 'Suboption End'],
  [241, 'No Operation'],
  [243, 'Break'],
  [244, 'Interrupt Process'],
  [246, 'Are You There?'],
  [249, 'Go Ahead'],
  [250, 'Suboption'],
  [251, 'Will'],
  [252, "Won't"],
  [253, 'Do'],
  [254, "Don't"],
]);
const IAC = 255;
const WITH_OPTION = 250;
const MAX_ITEMS = 500;

export const protocol = oneLine({
  filter: 'telnet',
  name: 'Telnet',
  column: 'TELNET',
  attach: { tcpPorts: [23] },
  header: 1,
  fields: [
    ['telnet.cmd', 'uint'],
    ['telnet.data', 'text'],
  ],
  stream: bySegment,
  read(d, layer, from) {
    const { bytes, end } = d;
    for (let at = from, i = 0; at < end && i < MAX_ITEMS; i++) {
      if (bytes[at] === IAC && at + 1 < end) {
        const command = bytes[at + 1] ?? 0;
        const size = Math.min(end - at, command >= WITH_OPTION ? 3 : 2);
        d.node(
          layer,
          'telnet.cmd',
          `Command: ${COMMANDS.get(command) ?? 'Unknown'} (${command})`,
          String(command),
          at,
          size,
        );
        at += size;
        continue;
      }
      const stop = bytes.indexOf(IAC, at + 1);
      const next = stop < 0 || stop > end ? end : stop;
      d.field(layer, 'telnet.data', 'Data', asciiText(bytes, at, next), at, next - at);
      at = next;
    }
    return 'Telnet Data ...';
  },
});
