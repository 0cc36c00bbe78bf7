// CDP: what a Cisco device tells its neighbours about itself, in SNAP frames.
import { asciiText } from './dissection.ts';
import { CISCO_CDP } from './facts.ts';
import { oneLine } from './one-line.ts';

const DEVICE = 1;
const PORT = 3;
const PLATFORM = 6;

export const protocol = oneLine({
  filter: 'cdp',
  name: 'Cisco Discovery Protocol',
  column: 'CDP',
  attach: { llcSaps: [CISCO_CDP] },
  header: 4,
  fields: [
    ['cdp.version', 'uint'],
    ['cdp.ttl', 'uint'],
    ['cdp.tlv.type', 'uint'],
    ['cdp.tlv.len', 'uint'],
    ['cdp.deviceid', 'text'],
    ['cdp.portid', 'text'],
    ['cdp.platform', 'text'],
  ],
  read(d, layer, from) {
    const { view } = d;
    let info = '';
    d.field(layer, 'cdp.version', 'Version', view.getUint8(from), from, 1);
    d.field(layer, 'cdp.ttl', 'TTL', view.getUint8(from + 1), from + 1, 1);
    for (let at = from + 4; at < d.end; ) {
      if (!d.needAt(at, 4, 'cdp')) break;
      const type = view.getUint16(at);
      const size = view.getUint16(at + 2);
      if (size < 4 || !d.needAt(at, size, 'cdp')) break;
      const text = asciiText(d.bytes, at + 4, at + size);
      const node = d.field(layer, 'cdp.tlv.type', 'Type', type, at, size);
      d.field(node, 'cdp.tlv.len', 'Length', size, at + 2, 2);
      if (type === DEVICE) {
        d.field(node, 'cdp.deviceid', 'Device ID', text, at + 4, size - 4);
        info += `Device ID: ${text}  `;
      } else if (type === PORT) {
        d.field(node, 'cdp.portid', 'Port ID', text, at + 4, size - 4);
        info += `Port ID: ${text}  `;
      } else if (type === PLATFORM) d.field(node, 'cdp.platform', 'Platform', text, at + 4, size - 4);
      at += size;
    }
    return info;
  },
});
