// RIPng (RFC 2080): command and version, and the prefixes with their metrics.
import { oneLine } from './one-line.ts';

const ENTRY = 20;
const MAX_ENTRIES = 500;
const COMMANDS = ['', 'Request', 'Response'];

export const protocol = oneLine({
  filter: 'ripng',
  name: 'RIPng',
  column: 'RIPng',
  attach: { udpPorts: [521] },
  header: 4,
  fields: [
    ['ripng.cmd', 'uint'],
    ['ripng.version', 'uint'],
    ['ripng.rte.ipv6_prefix', 'ipv6'],
    ['ripng.rte.route_tag', 'uint'],
    ['ripng.rte.prefix_length', 'uint'],
    ['ripng.rte.metric', 'uint'],
  ],
  read(d, layer, from) {
    const { view } = d;
    const command = view.getUint8(from);
    const version = view.getUint8(from + 1);
    const name = COMMANDS[command] || `Unknown (${command})`;
    d.node(layer, 'ripng.cmd', `Command: ${name} (${command})`, String(command), from, 1);
    d.field(layer, 'ripng.version', 'Version', version, from + 1, 1);
    for (let at = from + 4, i = 0; at + ENTRY <= d.end && i < MAX_ENTRIES; at += ENTRY, i++) {
      const node = d.field(layer, 'ripng.rte.ipv6_prefix', 'IPv6 Prefix', d.ipv6(at), at, 16);
      d.hex(node, 'ripng.rte.route_tag', 'Route Tag', view.getUint16(at + 16), 4, at + 16, 2);
      d.field(node, 'ripng.rte.prefix_length', 'Prefix Length', view.getUint8(at + 18), at + 18, 1);
      d.field(node, 'ripng.rte.metric', 'Metric', view.getUint8(at + 19), at + 19, 1);
    }
    return ` Command ${name}, Version ${version}`;
  },
});
