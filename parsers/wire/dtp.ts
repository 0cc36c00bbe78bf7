// DTP: two Cisco switches agree on a trunk. Only its version is read.
import { CISCO_DTP } from './facts.ts';
import { oneLine } from './one-line.ts';

export const protocol = oneLine({
  filter: 'dtp',
  name: 'Dynamic Trunk Protocol',
  column: 'DTP',
  attach: { llcSaps: [CISCO_DTP] },
  header: 1,
  fields: [['dtp.version', 'uint']],
  read(d, layer, at) {
    d.field(layer, 'dtp.version', 'Version', d.view.getUint8(at), at, 1);
    return 'Dynamic Trunk Protocol';
  },
});
