// LDP (RFC 5036): the messages of each PDU, over UDP for hellos and over TCP for the rest.
import { hexText } from './dissection.ts';
import { oneLine } from './one-line.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const HEADER = 10;
const MESSAGE_HEADER = 8;
const MAX_MESSAGES = 200;
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [0x0001, 'Notification Message'],
  [0x0100, 'Hello Message'],
  [0x0200, 'Initialization Message'],
  [0x0201, 'Keep Alive Message'],
  [0x0202, 'Capability Message'],
  [0x0300, 'Address Message'],
  [0x0301, 'Address Withdrawal Message'],
  [0x0400, 'Label Mapping Message'],
  [0x0401, 'Label Request Message'],
  [0x0402, 'Label Withdrawal Message'],
  [0x0403, 'Label Release Message'],
  [0x0404, 'Label Abort Request Message'],
]);

export const protocol = oneLine({
  filter: 'ldp',
  name: 'Label Distribution Protocol',
  column: 'LDP',
  attach: { udpPorts: [646], tcpPorts: [646] },
  header: HEADER,
  accepts: (view, at, end) => at + 2 <= end && view.getUint16(at) === 1,
  fields: [
    ['ldp.hdr.version', 'uint'],
    ['ldp.hdr.pdu_len', 'uint'],
    ['ldp.hdr.ldpid.lsr', 'ipv4'],
    ['ldp.hdr.ldpid.lsid', 'uint'],
    ['ldp.msg.type', 'uint'],
    ['ldp.msg.len', 'uint'],
    ['ldp.msg.id', 'uint'],
  ],
  stream: sizedBy((bytes, at, end) => {
    if (end - at < 4) return ONE_MORE;
    if (bytes[at] !== 0 || bytes[at + 1] !== 1) return NOT_MINE;
    return 4 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);
  }),
  read(d, layer, from) {
    const { view } = d;
    const size = view.getUint16(from + 2);
    const end = Math.min(d.end, from + 4 + size);
    d.field(layer, 'ldp.hdr.version', 'Version', view.getUint16(from), from, 2);
    d.field(layer, 'ldp.hdr.pdu_len', 'PDU Length', size, from + 2, 2);
    d.field(layer, 'ldp.hdr.ldpid.lsr', 'LSR ID', d.ipv4(from + 4), from + 4, 4);
    d.field(layer, 'ldp.hdr.ldpid.lsid', 'Label Space ID', view.getUint16(from + 8), from + 8, 2);
    let info = '';
    for (let at = from + HEADER, i = 0; at + MESSAGE_HEADER <= end && i < MAX_MESSAGES; i++) {
      const type = view.getUint16(at) & 0x7fff;
      const length = view.getUint16(at + 2);
      const name = MESSAGES.get(type) ?? `Unknown Message type (${hexText(type, 4)})`;
      const node = d.node(
        layer,
        'ldp.msg.type',
        `Message Type: ${name} (${hexText(type, 4)})`,
        hexText(type, 4),
        at,
        2,
      );
      d.field(node, 'ldp.msg.len', 'Message Length', length, at + 2, 2);
      d.hex(node, 'ldp.msg.id', 'Message ID', view.getUint32(at + 4), 8, at + 4, 4);
      info += `${name} `;
      at += 4 + length;
    }
    d.at = end;
    return info;
  },
});
