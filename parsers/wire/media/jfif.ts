// JPEG in its file format (JFIF, EXIF): the marker segments up to the picture's own data.
import { hexText } from '../dissection.ts';
import { bodyNode, type Media } from './media.ts';

const SEGMENTS_MOST = 200;
const START = 0xffd8;
const SCAN = 0xffda;
const MARKERS: ReadonlyMap<number, string> = new Map([
  [0xffc4, 'Define Huffman table(s)'],
  [0xffdb, 'Define quantization table(s)'],
  [0xffdd, 'Define Restart Interval'],
  [SCAN, 'Start of Scan'],
  [0xfffe, 'Comment'],
]);

function isFrameHeader(marker: number): boolean {
  return marker >= 0xffc0 && marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc;
}

function nameOf(marker: number): string {
  if (isFrameHeader(marker)) return 'Start of Frame';
  if (marker >= 0xffe0 && marker <= 0xffef) return `Reserved for application segments - ${marker - 0xffe0}`;
  return MARKERS.get(marker) ?? 'Marker';
}

/** The first two markers stand as no other format has them. */
function knows(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 20) return false;
  return bytes[from] === 0xff && bytes[from + 1] === 0xd8 && bytes[from + 2] === 0xff;
}

export const media: Media = {
  filter: 'image-jfif',
  name: 'JPEG File Interchange Format',
  types: ['image/jpeg', 'image/jpg', 'image/pjpeg'],
  fields: [
    { name: 'image-jfif.marker', kind: 'uint' },
    { name: 'image-jfif.marker_segment', kind: 'none' },
    { name: 'image-jfif.length', kind: 'uint' },
    { name: 'image-jfif.sof.lines', kind: 'uint' },
    { name: 'image-jfif.sof.samples_per_line', kind: 'uint' },
  ],
  knows,
  dissect(d, body) {
    const { from, to } = body;
    if (!knows(d.bytes, from, to)) return null;
    const node = bodyNode(d, body, 'image-jfif', 'JPEG File Interchange Format');
    d.node(node, 'image-jfif.marker', 'Marker: Start of Image (0xffd8)', String(START), from, 2);
    let at = from + 2;
    for (let n = 0; at + 4 <= to && n < SEGMENTS_MOST; n++) {
      const marker = d.view.getUint16(at);
      const size = d.view.getUint16(at + 2);
      if (marker < 0xffc0 || size < 2) break;
      const text = `${nameOf(marker)} (${hexText(marker, 4)})`;
      const segment = d.node(node, 'image-jfif.marker_segment', `Marker segment: ${text}`, null, at, size + 2);
      d.node(segment, 'image-jfif.marker', `Marker: ${text}`, String(marker), at, 2);
      d.field(segment, 'image-jfif.length', 'Length', size, at + 2, 2);
      if (isFrameHeader(marker) && at + 9 <= to) {
        d.field(segment, 'image-jfif.sof.lines', 'Lines', d.view.getUint16(at + 5), at + 5, 2);
        d.field(segment, 'image-jfif.sof.samples_per_line', 'Samples per line', d.view.getUint16(at + 7), at + 7, 2);
      }
      at += 2 + size;
      if (marker === SCAN) break;
    }
    if (at < to) d.node(node, null, `Entropy-coded data (${to - at} bytes)`, null, at, to - at);
    return { text: ' (JPEG JFIF image)' };
  },
};
