// RADIUS (RFC 2865, 2866): the header, and the type and length of each attribute.
import { oneLine } from './one-line.ts';

const CODES: ReadonlyMap<number, string> = new Map([
  [1, 'Access-Request'],
  [2, 'Access-Accept'],
  [3, 'Access-Reject'],
  [4, 'Accounting-Request'],
  [5, 'Accounting-Response'],
  [11, 'Access-Challenge'],
  [12, 'Status-Server'],
  [13, 'Status-Client'],
  [40, 'Disconnect-Request'],
  [41, 'Disconnect-ACK'],
  [42, 'Disconnect-NAK'],
  [43, 'CoA-Request'],
  [44, 'CoA-ACK'],
  [45, 'CoA-NAK'],
]);
const HEADER = 20;

export const protocol = oneLine({
  filter: 'radius',
  name: 'RADIUS Protocol',
  column: 'RADIUS',
  attach: { udpPorts: [1645, 1646, 1812, 1813, 3799] },
  header: HEADER,
  fields: [
    ['radius.code', 'uint'],
    ['radius.id', 'uint'],
    ['radius.length', 'uint'],
    ['radius.authenticator', 'bytes'],
    ['radius.avp.type', 'uint'],
    ['radius.avp.length', 'uint'],
  ],
  read(d, layer, from) {
    const { view } = d;
    const code = view.getUint8(from);
    const id = view.getUint8(from + 1);
    const name = CODES.get(code) ?? 'Unknown Packet';
    d.node(layer, 'radius.code', `Code: ${name} (${code})`, String(code), from, 1);
    d.field(layer, 'radius.id', 'Identifier', id, from + 1, 1);
    d.field(layer, 'radius.length', 'Length', view.getUint16(from + 2), from + 2, 2);
    d.node(layer, 'radius.authenticator', 'Authenticator', null, from + 4, 16);
    const end = Math.min(d.end, from + view.getUint16(from + 2));
    for (let at = from + HEADER; at + 2 <= end; ) {
      const size = view.getUint8(at + 1);
      if (size < 2) break;
      const type = view.getUint8(at);
      const node = d.field(layer, 'radius.avp.type', 'Type', type, at, size);
      d.field(node, 'radius.avp.length', 'Length', size, at + 1, 1);
      at += size;
    }
    return `${name} id=${id}`;
  },
});
