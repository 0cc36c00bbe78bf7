// BFD (RFC 5880): the control packet with which two systems tell each other that the path between them is up.
import { hexText } from './dissection.ts';
import { oneLine } from './one-line.ts';

const DIAGNOSTICS = [
  'No Diagnostic',
  'Control Detection Time Expired',
  'Echo Function Failed',
  'Neighbor Signaled Session Down',
  'Forwarding Plane Reset',
  'Path Down',
  'Concatenated Path Down',
  'Administratively Down',
  'Reverse Concatenated Path Down',
];
const STATES = ['AdminDown', 'Down', 'Init', 'Up'];

export const protocol = oneLine({
  filter: 'bfd',
  name: 'BFD Control message',
  column: 'BFD Control',
  attach: { udpPorts: [3784, 4784] },
  header: 24,
  fields: [
    ['bfd.version', 'uint'],
    ['bfd.diag', 'uint'],
    ['bfd.sta', 'uint'],
    ['bfd.flags', 'uint'],
    ['bfd.detect_time_multiplier', 'uint'],
    ['bfd.my_discriminator', 'uint'],
    ['bfd.your_discriminator', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const diagnostic = view.getUint8(at) & 31;
    const state = view.getUint8(at + 1) >> 6;
    const flags = view.getUint8(at + 1) & 0x3f;
    const why = DIAGNOSTICS[diagnostic] ?? 'Unknown';
    d.field(layer, 'bfd.version', 'Protocol Version', view.getUint8(at) >> 5, at, 1);
    d.node(layer, 'bfd.diag', `Diagnostic Code: ${why}`, hexText(diagnostic, 2), at, 1);
    d.node(layer, 'bfd.sta', `Session State: ${STATES[state]}`, hexText(state, 2), at + 1, 1);
    d.hex(layer, 'bfd.flags', 'Message Flags', flags, 2, at + 1, 1);
    d.field(layer, 'bfd.detect_time_multiplier', 'Detect Time Multiplier', view.getUint8(at + 2), at + 2, 1);
    d.hex(layer, 'bfd.my_discriminator', 'My Discriminator', view.getUint32(at + 4), 8, at + 4, 4);
    d.hex(layer, 'bfd.your_discriminator', 'Your Discriminator', view.getUint32(at + 8), 8, at + 8, 4);
    return `Diag: ${why}, State: ${STATES[state]}, Flags: ${hexText(flags, 2)}`;
  },
});
