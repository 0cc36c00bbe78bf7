// RIP 1 and 2 (RFC 2453): command, version and the routes' addresses and metrics.
import { oneLine } from './one-line.ts';

const COMMANDS = ['', 'Request', 'Response', 'Traceon', 'Traceoff', 'Vendor specific (Sun)'];
const ENTRY = 20;
const MAX_ENTRIES = 500;

export const protocol = oneLine({
  filter: 'rip',
  name: 'Routing Information Protocol',
  column: 'RIP',
  attach: { udpPorts: [520] },
  header: 2,
  fields: [
    ['rip.command', 'uint'],
    ['rip.version', 'uint'],
    ['rip.family', 'uint'],
    ['rip.ip', 'ipv4'],
    ['rip.netmask', 'ipv4'],
    ['rip.next_hop', 'ipv4'],
    ['rip.metric', 'uint'],
  ],
  read(d, layer, from) {
    const { view } = d;
    const command = view.getUint8(from);
    const version = view.getUint8(from + 1);
    const name = COMMANDS[command] || `Unknown command (${command})`;
    d.node(layer, 'rip.command', `Command: ${name} (${command})`, String(command), from, 1);
    d.field(layer, 'rip.version', 'Version', version, from + 1, 1);
    for (let at = from + 4, i = 0; at + ENTRY <= d.end && i < MAX_ENTRIES; at += ENTRY, i++) {
      const family = view.getUint16(at);
      const node = d.field(layer, 'rip.family', 'Address Family', family, at, 2);
      // A request for the whole table has family 0 and a metric.
      if (family === 0) d.field(node, 'rip.metric', 'Metric', view.getUint32(at + 16), at + 16, 4);
      if (family !== 2) continue;
      d.field(node, 'rip.ip', 'IP Address', d.ipv4(at + 4), at + 4, 4);
      if (version === 2) d.field(node, 'rip.netmask', 'Netmask', d.ipv4(at + 8), at + 8, 4);
      if (version === 2) d.field(node, 'rip.next_hop', 'Next Hop', d.ipv4(at + 12), at + 12, 4);
      d.field(node, 'rip.metric', 'Metric', view.getUint32(at + 16), at + 16, 4);
    }
    const column = version === 1 || version === 2 ? `RIPv${version}` : 'RIP';
    return [column, name];
  },
});
