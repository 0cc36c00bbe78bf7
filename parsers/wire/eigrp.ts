// EIGRP (RFC 7868): the header. Surprise: a Hello that acknowledges something is called so.
import { oneLine } from './one-line.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Update'],
  [2, 'Request'],
  [3, 'Query'],
  [4, 'Reply'],
  [5, 'Hello'],
  [6, 'IPX/SAP Update'],
  [10, 'SIA-Query'],
  [11, 'SIA-Reply'],
]);

export const protocol = oneLine({
  filter: 'eigrp',
  name: 'Cisco EIGRP',
  column: 'EIGRP',
  attach: { ipProtocols: [88] },
  header: 20,
  fields: [
    ['eigrp.version', 'uint'],
    ['eigrp.opcode', 'uint'],
    ['eigrp.flags', 'uint'],
    ['eigrp.seq', 'uint'],
    ['eigrp.ack', 'uint'],
    ['eigrp.as', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const opcode = view.getUint8(at + 1);
    const ack = view.getUint32(at + 12);
    const name =
      opcode === 5 && ack !== 0
        ? 'Hello (Ack)'
        : (NAMES.get(opcode) ?? `Unknown (0x${opcode.toString(16).padStart(2, '0')})`);
    d.field(layer, 'eigrp.version', 'Version', view.getUint8(at), at, 1);
    d.node(layer, 'eigrp.opcode', `Opcode: ${name} (${opcode})`, String(opcode), at + 1, 1);
    d.hex(layer, 'eigrp.flags', 'Flags', view.getUint32(at + 4), 8, at + 4, 4);
    d.field(layer, 'eigrp.seq', 'Sequence', view.getUint32(at + 8), at + 8, 4);
    d.field(layer, 'eigrp.ack', 'Acknowledge', ack, at + 12, 4);
    d.field(layer, 'eigrp.as', 'Autonomous System', view.getUint16(at + 18), at + 18, 2);
    return name;
  },
});
