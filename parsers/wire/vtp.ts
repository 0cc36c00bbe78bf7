// VTP: Cisco switches tell one another their VLANs. Only the header is read.
import { asciiText } from './dissection.ts';
import { CISCO_VTP } from './facts.ts';
import { oneLine } from './one-line.ts';

const NAMES = ['', 'Summary Advertisement', 'Subset Advertisement', 'Advertisement Request', 'Join/Prune Message'];
const DOMAIN = 32;

export const protocol = oneLine({
  filter: 'vtp',
  name: 'VLAN Trunking Protocol',
  column: 'VTP',
  attach: { llcSaps: [CISCO_VTP] },
  header: 4,
  fields: [
    ['vtp.version', 'uint'],
    ['vtp.code', 'uint'],
    ['vtp.md_len', 'uint'],
    ['vtp.md', 'text'],
    ['vtp.conf_rev_num', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const code = view.getUint8(at + 1);
    const name = NAMES[code] || 'Unknown VTP message type';
    const size = view.getUint8(at + 3);
    d.hex(layer, 'vtp.version', 'Version', view.getUint8(at), 2, at, 1);
    d.node(layer, 'vtp.code', `Code: ${name}`, `0x${code.toString(16).padStart(2, '0')}`, at + 1, 1);
    d.field(layer, 'vtp.md_len', 'Management Domain Length', size, at + 3, 1);
    if (!d.needAt(at + 4, DOMAIN + 4, 'vtp')) return name;
    const domain = asciiText(d.bytes, at + 4, at + 4 + Math.min(size, DOMAIN));
    d.field(layer, 'vtp.md', 'Management Domain', domain, at + 4, DOMAIN);
    if (code !== 1 && code !== 2) return name;
    const revision = view.getUint32(at + 4 + DOMAIN);
    d.field(layer, 'vtp.conf_rev_num', 'Configuration Revision Number', revision, at + 4 + DOMAIN, 4);
    const third = view.getUint8(at + 2);
    return `${name}, Revision: ${revision}${code === 1 ? `, Followers: ${third}` : `, Seq: ${third}`}`;
  },
});
