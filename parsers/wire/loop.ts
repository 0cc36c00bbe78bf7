// The configuration test protocol of Ethernet ("loopback"): Cisco devices send it to themselves to see whether the line is up.
// Surprise: its numbers are little-endian.
import { oneLine } from './one-line.ts';

const NAMES: readonly string[] = ['', 'Reply', 'Forward Data'];
const FORWARD = 2;

export const protocol = oneLine({
  filter: 'loop',
  name: 'Configuration Test Protocol (loopback)',
  column: 'LOOP',
  attach: { etherTypes: [0x9000] },
  header: 4,
  fields: [
    ['loop.skipcount', 'uint'],
    ['loop.function', 'uint'],
    ['loop.receipt_number', 'uint'],
    ['loop.forwarding_address', 'mac'],
  ],
  read(d, layer, from) {
    const { view } = d;
    d.field(layer, 'loop.skipcount', 'skipCount', view.getUint16(from, true), from, 2);
    let at = from + 2;
    let first = '';
    for (let i = 0; i < 100 && d.needAt(at, 2, 'loop'); i++) {
      const code = view.getUint16(at, true);
      const name = NAMES[code] || `Unknown (${code})`;
      if (first === '') first = name;
      d.node(layer, 'loop.function', `Function: ${name} (${code})`, String(code), at, 2);
      at += 2;
      if (code !== FORWARD || !d.needAt(at, 6, 'loop')) {
        if (code === 1 && d.needAt(at, 2, 'loop')) {
          d.field(layer, 'loop.receipt_number', 'Receipt number', view.getUint16(at, true), at, 2);
          at += 2;
        }
        break;
      }
      d.field(layer, 'loop.forwarding_address', 'Forwarding address', d.mac(at), at, 6);
      at += 6;
    }
    d.at = Math.min(at, d.end);
    return first;
  },
});
