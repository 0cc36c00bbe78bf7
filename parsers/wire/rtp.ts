// RTP (RFC 3550), and the key presses of telephones in it (RFC 4733). Only what SDP announced is taken for it.
// Surprise: which codec a number from 96 on means stands in that SDP; the note of the announcement has it.
import { type Dissection, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { isMediaNote } from './media-note.ts';
import { oneLine } from './one-line.ts';

const HEADER = 12;
const TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'ITU-T G.711 PCMU'],
  [1, 'USA Federal Standard FS-1016'],
  [2, 'ITU-T G.721'],
  [3, 'GSM 06.10'],
  [4, 'ITU-T G.723'],
  [5, 'DVI4 8000 samples/s'],
  [6, 'DVI4 16000 samples/s'],
  [7, 'Experimental linear predictive encoding from Xerox PARC'],
  [8, 'ITU-T G.711 PCMA'],
  [9, 'ITU-T G.722'],
  [10, '16-bit uncompressed audio, stereo'],
  [11, '16-bit uncompressed audio, monaural'],
  [12, 'Qualcomm Code Excited Linear Predictive coding'],
  [13, 'Comfort noise'],
  [14, 'MPEG-I/II Audio'],
  [15, 'ITU-T G.728'],
  [16, 'DVI4 11025 samples/s'],
  [17, 'DVI4 22050 samples/s'],
  [18, 'ITU-T G.729'],
  [19, 'Comfort noise (old)'],
  [25, 'Sun CellB video encoding'],
  [26, 'JPEG-compressed video'],
  [28, "'nv' program"],
  [31, 'ITU-T H.261'],
  [32, 'MPEG-I/II Video'],
  [33, 'MPEG-II transport streams'],
  [34, 'ITU-T H.263'],
]);
const FIRST_DYNAMIC = 96;
const EVENT = 'telephone-event';
const EVENTS = 'Zero 0,One 1,Two 2,Three 3,Four 4,Five 5,Six 6,Seven 7,Eight 8,Nine 9,Star *,Pound #,A,B,C,D'.split(
  ',',
);

/** What a payload type is called, and whether the announcement gave it a codec of its own. */
function typeName(type: number, codecs: ReadonlyMap<number, string> | null): string {
  const known = TYPES.get(type);
  if (known !== undefined) return known;
  return codecs?.get(type) ?? (type >= FIRST_DYNAMIC ? `DynamicRTP-Type-${type}` : `Unassigned`);
}

/** Where the payload begins: behind contributing sources and the extension. */
function payloadAt(view: DataView, at: number, end: number): number {
  const first = view.getUint8(at);
  let next = at + HEADER + (first & 15) * 4;
  if ((first & 0x10) !== 0 && next + 4 <= end) next += 4 + view.getUint16(next + 2) * 4;
  return Math.min(end, next);
}

function event(d: Dissection, at: number): string {
  const id = d.view.getUint8(at);
  const isEnd = (d.view.getUint8(at + 1) & 0x80) !== 0;
  const name = id < EVENTS.length ? `DTMF ${EVENTS[id]}` : `Unknown (${id})`;
  const layer = d.layer('rtpevent', 'RFC 2833 RTP Event', at, 4);
  d.node(layer, 'rtpevent.event_id', `Event ID: ${name} (${id})`, String(id), at, 1);
  d.bit(layer, 'rtpevent.end_of_event', 'End of Event', isEnd, at + 1, 1);
  d.field(layer, 'rtpevent.volume', 'Volume', d.view.getUint8(at + 1) & 63, at + 1, 1);
  d.field(layer, 'rtpevent.duration', 'Event Duration', d.view.getUint16(at + 2), at + 2, 2);
  return `Payload type=RTP Event, ${name}${isEnd ? ' (end)' : ''}`;
}

function header(d: Dissection, layer: FieldNode, at: number, name: string): void {
  const { view } = d;
  const first = view.getUint8(at);
  const second = view.getUint8(at + 1);
  d.field(layer, 'rtp.version', 'Version', first >> 6, at, 1);
  d.bit(layer, 'rtp.padding', 'Padding', (first & 0x20) !== 0, at, 1);
  d.bit(layer, 'rtp.ext', 'Extension', (first & 0x10) !== 0, at, 1);
  d.field(layer, 'rtp.cc', 'Contributing source identifiers count', first & 15, at, 1);
  d.bit(layer, 'rtp.marker', 'Marker', (second & 0x80) !== 0, at + 1, 1);
  d.node(layer, 'rtp.p_type', `Payload type: ${name} (${second & 127})`, String(second & 127), at + 1, 1);
  d.field(layer, 'rtp.seq', 'Sequence number', view.getUint16(at + 2), at + 2, 2);
  d.field(layer, 'rtp.timestamp', 'Timestamp', view.getUint32(at + 4), at + 4, 4);
  d.hex(layer, 'rtp.ssrc', 'Synchronization Source identifier', view.getUint32(at + 8), 8, at + 8, 4);
}

export const protocol = oneLine({
  filter: 'rtp',
  name: 'Real-Time Transport Protocol',
  column: 'RTP',
  attach: { announced: true },
  header: HEADER,
  // Version 2, and none of the numbers that RTCP has in the same place.
  accepts: (view, at, end) => {
    if (at + HEADER > end || view.getUint8(at) >> 6 !== 2) return false;
    const second = view.getUint8(at + 1);
    return second < 192 || second > 223;
  },
  fields: [
    ['rtp.version', 'uint'],
    ['rtp.padding', 'bool'],
    ['rtp.ext', 'bool'],
    ['rtp.cc', 'uint'],
    ['rtp.marker', 'bool'],
    ['rtp.p_type', 'uint'],
    ['rtp.seq', 'uint'],
    ['rtp.timestamp', 'uint'],
    ['rtp.ssrc', 'uint'],
    ['rtpevent', 'none'],
    ['rtpevent.event_id', 'uint'],
    ['rtpevent.end_of_event', 'bool'],
    ['rtpevent.volume', 'uint'],
    ['rtpevent.duration', 'uint'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const note = isMediaNote(d.flow?.announced?.note) ? d.flow.announced.note : null;
    const second = view.getUint8(at + 1);
    const name = typeName(second & 127, note?.codecs ?? null);
    header(d, layer, at, name);
    const payload = payloadAt(view, at, d.end);
    const isEvent = note?.codecs.get(second & 127)?.toLowerCase() === EVENT && !note.isSecure;
    if (isEvent && payload + 4 <= d.end) return ['RTP EVENT', event(d, payload)];
    const ssrc = hexText(view.getUint32(at + 8), 8)
      .slice(2)
      .toUpperCase();
    const numbers = `SSRC=0x${ssrc.replace(/^0+(?=.)/, '')}, Seq=${view.getUint16(at + 2)}, Time=${view.getUint32(at + 4)}`;
    const mark = (second & 0x80) !== 0 ? ', Mark' : '';
    return [note?.isSecure ? 'SRTP' : 'RTP', `PT=${name}, ${numbers}${mark}`];
  },
});
