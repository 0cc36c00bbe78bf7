// RTCP (RFC 3550): reports about RTP, several in one datagram. Only what SDP announced is taken for it.
import { oneLine } from './one-line.ts';

const TYPES: ReadonlyMap<number, string> = new Map([
  [192, 'Full Intra-frame Request (H.261)'],
  [193, 'Negative Acknowledgement (H.261)'],
  [194, 'SMPTE time-code mapping'],
  [195, 'Extended inter-arrival jitter report'],
  [200, 'Sender Report'],
  [201, 'Receiver Report'],
  [202, 'Source description'],
  [203, 'Goodbye'],
  [204, 'Application specific'],
  [205, 'Generic RTP Feedback'],
  [206, 'Payload-specific Feedback'],
  [207, 'Extended report (RFC 3611)'],
  [208, 'AVB RTCP packet (IEEE1733)'],
  [209, 'Receiver Summary Information'],
  [210, 'Port Mapping'],
]);
const HEADER = 4;
const MAX_PACKETS = 100;

export const protocol = oneLine({
  filter: 'rtcp',
  name: 'Real-time Transport Control Protocol',
  column: 'RTCP',
  attach: { announced: true },
  header: HEADER,
  accepts: (view, at, end) => at + HEADER <= end && view.getUint8(at) >> 6 === 2 && TYPES.has(view.getUint8(at + 1)),
  fields: [
    ['rtcp.version', 'uint'],
    ['rtcp.rc', 'uint'],
    ['rtcp.pt', 'uint'],
    ['rtcp.length', 'uint'],
    ['rtcp.senderssrc', 'uint'],
  ],
  read(d, layer, from) {
    const { view } = d;
    let info = '';
    for (let at = from, i = 0; at + HEADER <= d.end && i < MAX_PACKETS; i++) {
      const first = view.getUint8(at);
      const type = view.getUint8(at + 1);
      const size = HEADER + view.getUint16(at + 2) * 4;
      const name = TYPES.get(type);
      if (name === undefined || first >> 6 !== 2) break;
      const node = d.node(layer, 'rtcp.pt', `Packet type: ${name} (${type})`, String(type), at, size);
      d.field(node, 'rtcp.version', 'Version', first >> 6, at, 1);
      d.field(node, 'rtcp.rc', 'Reception report count', first & 31, at, 1);
      d.field(node, 'rtcp.length', 'Length', view.getUint16(at + 2), at + 2, 2);
      if ((type === 200 || type === 201) && at + 8 <= d.end)
        d.hex(node, 'rtcp.senderssrc', 'Sender SSRC', view.getUint32(at + 4), 8, at + 4, 4);
      info += `${name}   `;
      at += size;
    }
    return info;
  },
});
