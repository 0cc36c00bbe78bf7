// PNG (ISO/IEC 15948): its chunks, and what the header says of the picture.
import { hexText } from '../dissection.ts';
import { bodyNode, type Media, NODES_MOST } from './media.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CHUNK = 12;
/** Shorter ones are not looked at. */
const LEAST = 20;
const CHUNKS: ReadonlyMap<string, string> = new Map([
  ['IHDR', 'Image Header'],
  ['PLTE', 'Palette'],
  ['IDAT', 'Image data chunk'],
  ['IEND', 'Image Trailer'],
  ['tEXt', 'Textual data'],
  ['bKGD', 'Background colour'],
  ['gAMA', 'Image gamma'],
  ['cHRM', 'Primary chromaticities and white point'],
  ['pHYs', 'Physical pixel dimensions'],
  ['tIME', 'Image last-modification time'],
]);

function knows(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from >= LEAST && SIGNATURE.every((byte, i) => bytes[from + i] === byte);
}

export const media: Media = {
  filter: 'png',
  name: 'Portable Network Graphics',
  types: ['image/png'],
  fields: [
    { name: 'png.chunk.type', kind: 'text' },
    { name: 'png.chunk.len', kind: 'uint' },
    { name: 'png.chunk.crc', kind: 'uint' },
    { name: 'png.ihdr.width', kind: 'uint' },
    { name: 'png.ihdr.height', kind: 'uint' },
    { name: 'png.ihdr.bitdepth', kind: 'uint' },
  ],
  knows,
  dissect(d, body) {
    const { from, to } = body;
    if (!knows(d.bytes, from, to)) return null;
    const node = bodyNode(d, body, 'png', 'Portable Network Graphics');
    d.node(node, null, 'PNG Signature: 89504e470d0a1a0a', null, from, SIGNATURE.length);
    let at = from + SIGNATURE.length;
    for (let n = 0; at + CHUNK <= to && n < NODES_MOST; n++) {
      const size = d.view.getUint32(at);
      const type = String.fromCharCode(...d.bytes.subarray(at + 4, at + 8)).replace(/[^ -~]/g, '.');
      const chunk = d.node(
        node,
        null,
        `${CHUNKS.get(type) ?? type} (${type})`,
        null,
        at,
        Math.min(to - at, CHUNK + size),
      );
      d.field(chunk, 'png.chunk.len', 'Len', size, at, 4);
      d.field(chunk, 'png.chunk.type', 'Chunk', type, at + 4, 4);
      if (type === 'IHDR' && at + 17 <= to) {
        d.field(chunk, 'png.ihdr.width', 'Width', d.view.getUint32(at + 8), at + 8, 4);
        d.field(chunk, 'png.ihdr.height', 'Height', d.view.getUint32(at + 12), at + 12, 4);
        d.field(chunk, 'png.ihdr.bitdepth', 'Bit Depth', d.bytes[at + 16] ?? 0, at + 16, 1);
      }
      at += 8 + size;
      if (at + 4 > to) break;
      const crc = hexText(d.view.getUint32(at), 8);
      d.node(chunk, 'png.chunk.crc', `CRC: ${crc}`, crc, at, 4);
      at += 4;
    }
    // A chunk goes beyond the end.
    if (at !== to && !d.locked) d.isMalformed = true;
    return { text: ' (PNG)' };
  },
};
