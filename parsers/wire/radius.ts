// RADIUS (RFC 2865, 2866): the header, and the type and length of each attribute.
// Surprise: whether a message is there for the second time is known from its conversation only.
import type { DatagramReader } from './datagram-reading.ts';
import { hexBytes } from './dissection.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';

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

/** Codes that ask for something. */
const REQUESTS: ReadonlySet<number> = new Set([1, 4, 12, 40, 43]);
/** Note of a message that was there before. */
const REPEATED = 'repeated';

/** Knows a request that is sent again by its number and authenticator, and a second answer by the request it is to. */
class RadiusConversation implements DatagramReader {
  private readonly asked = new Map<number, string>();
  private readonly answered = new Set<number>();

  take(bytes: Uint8Array): typeof REPEATED | null {
    const [code = 0, id = 0] = bytes;
    if (!REQUESTS.has(code)) {
      if (!this.asked.has(id)) return null;
      const isKnown = this.answered.has(id);
      this.answered.add(id);
      return isKnown ? REPEATED : null;
    }
    const authenticator = hexBytes(bytes, 4, HEADER);
    if (this.asked.get(id) === authenticator) return REPEATED;
    this.asked.set(id, authenticator);
    this.answered.delete(id);
    return null;
  }
}

const spec = oneLine({
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
    const again = d.note === REPEATED ? `, Duplicate ${REQUESTS.has(code) ? 'Request' : 'Response'}` : '';
    return `${name} id=${id}${again}`;
  },
});

export const protocol: Protocol = { ...spec, datagrams: () => new RadiusConversation() };
