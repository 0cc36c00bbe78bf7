// MP4 (ISO/IEC 14496-12): its boxes of the first level.
import { bodyNode, type Media } from './media.ts';

const BOXES_MOST = 200;

function boxType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8));
}

export const media: Media = {
  filter: 'mp4',
  name: 'MP4',
  types: ['video/mp4', 'audio/mp4'],
  fields: [
    { name: 'mp4.box.size', kind: 'uint' },
    { name: 'mp4.box.type_str', kind: 'text' },
  ],
  dissect(d, body) {
    const { from, to } = body;
    if (to - from < 8 || !/^[a-z]{4}$/.test(boxType(d.bytes, from))) return null;
    const node = bodyNode(d, body, 'mp4', 'MP4');
    for (let at = from, n = 0; at + 8 <= to && n < BOXES_MOST; n++) {
      const size = d.view.getUint32(at);
      const type = boxType(d.bytes, at).replace(/[^ -~]/g, '.');
      const box = d.node(node, null, `${type} (${size} bytes)`, null, at, Math.min(size, to - at));
      d.field(box, 'mp4.box.size', 'Box size', size, at, 4);
      d.field(box, 'mp4.box.type_str', 'Box type', type, at + 4, 4);
      if (size < 8) break;
      at += size;
    }
    return { instead: { protocol: 'MP4', info: '' } };
  },
};
