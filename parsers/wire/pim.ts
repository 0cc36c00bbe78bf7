// PIM 2 (RFC 7761): which of its messages, and their checksum. A register's packet is not read.
import { oneLine } from './one-line.ts';

const NAMES = [
  'Hello',
  'Register',
  'Register-stop',
  'Join/Prune',
  'Bootstrap',
  'Assert',
  'Graft',
  'Graft-Ack',
  'Candidate-RP-Advertisement',
  'State-Refresh',
];

export const protocol = oneLine({
  filter: 'pim',
  name: 'Protocol Independent Multicast',
  column: 'PIM',
  attach: { ipProtocols: [103] },
  header: 4,
  fields: [
    ['pim.version', 'uint'],
    ['pim.type', 'uint'],
    ['pim.checksum', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const version = view.getUint8(at) >> 4;
    const type = view.getUint8(at) & 15;
    const name = NAMES[type] ?? 'Unknown';
    d.field(layer, 'pim.version', 'Version', version, at, 1);
    d.node(layer, 'pim.type', `Type: ${name} (${type})`, String(type), at, 1);
    d.hex(layer, 'pim.checksum', 'Checksum', view.getUint16(at + 2), 4, at + 2, 2);
    return [`PIMv${version}`, name];
  },
});
