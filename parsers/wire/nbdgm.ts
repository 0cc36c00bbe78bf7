// NetBIOS datagrams (RFC 1002) on UDP port 138, which carry SMB's announcements of browsers.
import { oneLine } from './one-line.ts';
import { smbMessage } from './smb-message.ts';

const HEADER = 14;
const NAMES = 68;
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x10, 'Direct_unique datagram'],
  [0x11, 'Direct_group datagram'],
  [0x12, 'Broadcast datagram'],
  [0x13, 'Datagram error'],
  [0x14, 'Datagram query request'],
  [0x15, 'Datagram positive query response'],
  [0x16, 'Datagram negative query response'],
]);

export const protocol = oneLine({
  filter: 'nbdgm',
  name: 'NetBIOS Datagram Service',
  column: 'NBDS',
  attach: { udpPorts: [138] },
  header: 10,
  fields: [
    ['nbdgm.type', 'uint'],
    ['nbdgm.dgram_id', 'uint'],
    ['nbdgm.src.ip', 'ipv4'],
    ['nbdgm.src.port', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const type = view.getUint8(at);
    const name = TYPES.get(type) ?? 'Unknown';
    d.node(layer, 'nbdgm.type', `Message Type: ${name} (${type})`, String(type), at, 1);
    d.hex(layer, 'nbdgm.dgram_id', 'Datagram ID', view.getUint16(at + 2), 4, at + 2, 2);
    d.field(layer, 'nbdgm.src.ip', 'Source IP', d.ipv4(at + 4), at + 4, 4);
    d.field(layer, 'nbdgm.src.port', 'Source Port', view.getUint16(at + 8), at + 8, 2);
    if (type < 0x10 || type > 0x12) return name;
    return smbMessage(d, at + HEADER + NAMES, d.end, []) ?? name;
  },
});
