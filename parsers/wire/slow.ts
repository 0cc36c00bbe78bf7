// Slow protocols (IEEE 802.3, annex 57A): LACP, which bonds links, and its marker; others by their number.
// Surprise: the flags of the state are written from the highest bit down, a star for each that is not set.
import type { Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { oneLine } from './one-line.ts';

const LACP = 1;
const LETTERS = 'EFDCSGSA';
const SIDE = 20;

function side(d: Dissection, layer: FieldNode, name: 'actor' | 'partner', at: number): string {
  const { view } = d;
  const mac = d.mac(at + 4);
  const key = view.getUint16(at + 10);
  const port = view.getUint16(at + 14);
  const state = view.getUint8(at + 16);
  const title = name === 'actor' ? 'Actor' : 'Partner';
  d.field(layer, `lacp.${name}.sysid`, `${title} System ID`, mac, at + 4, 6);
  d.field(layer, `lacp.${name}.key`, `${title} Key`, key, at + 10, 2);
  d.field(layer, `lacp.${name}.port`, `${title} Port`, port, at + 14, 2);
  d.hex(layer, `lacp.${name}.state`, `${title} State`, state, 2, at + 16, 1);
  const flags = [...LETTERS].map((letter, i) => ((state >> (7 - i)) & 1 ? letter : '*')).join('');
  return `${title.toUpperCase()} ${mac} P: ${port} K: ${key} ${flags}`;
}

export const protocol = oneLine({
  filter: 'slow',
  name: 'Slow Protocols',
  column: 'Slow Protocols',
  attach: { etherTypes: [0x8809] },
  header: 1,
  fields: [
    ['slow.subtype', 'uint'],
    ['lacp', 'none'],
    ['lacp.version', 'uint'],
    ['lacp.actor.sysid', 'mac'],
    ['lacp.actor.key', 'uint'],
    ['lacp.actor.port', 'uint'],
    ['lacp.actor.state', 'uint'],
    ['lacp.partner.sysid', 'mac'],
    ['lacp.partner.key', 'uint'],
    ['lacp.partner.port', 'uint'],
    ['lacp.partner.state', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const subtype = view.getUint8(at);
    d.hex(layer, 'slow.subtype', 'Slow Protocols subtype', subtype, 2, at, 1);
    if (subtype !== LACP) return '';
    const node = d.layer('lacp', 'Link Aggregation Control Protocol', at + 1, d.end - at - 1);
    if (!d.needAt(at, 2 + SIDE * 2, 'slow')) return ['LACP', ''];
    const version = view.getUint8(at + 1);
    d.hex(node, 'lacp.version', 'LACP Version', version, 2, at + 1, 1);
    return ['LACP', `v${version} ${side(d, node, 'actor', at + 2)} ${side(d, node, 'partner', at + 2 + SIDE)}`];
  },
});
