// GIF 87a and 89a: what its header says of the picture.
import { bodyNode, type Media } from './media.ts';

const HEADER = 13;
/** Shorter ones are not looked at. */
const LEAST = 20;

function versionOf(bytes: Uint8Array, from: number, to: number): string | null {
  if (to - from < LEAST) return null;
  const text = String.fromCharCode(...bytes.subarray(from, from + 6));
  return text === 'GIF87a' || text === 'GIF89a' ? text : null;
}

export const media: Media = {
  filter: 'image-gif',
  name: 'Compuserve GIF',
  types: ['image/gif'],
  fields: [
    { name: 'image-gif.version', kind: 'text' },
    { name: 'image-gif.screen.width', kind: 'uint' },
    { name: 'image-gif.screen.height', kind: 'uint' },
    { name: 'image-gif.image_background_index', kind: 'uint' },
  ],
  knows: (bytes, from, to) => versionOf(bytes, from, to) !== null,
  dissect(d, body) {
    const { from, to } = body;
    const version = versionOf(d.bytes, from, to);
    if (version === null) return null;
    const node = bodyNode(d, body, 'image-gif', `Compuserve GIF, Version: ${version}`);
    d.field(node, 'image-gif.version', 'Version', version, from, 6);
    d.field(node, 'image-gif.screen.width', 'Screen width', d.view.getUint16(from + 6, true), from + 6, 2);
    d.field(node, 'image-gif.screen.height', 'Screen height', d.view.getUint16(from + 8, true), from + 8, 2);
    d.field(node, 'image-gif.image_background_index', 'Background color index', d.bytes[from + 11] ?? 0, from + 11, 1);
    d.node(node, null, `Color map and images (${to - from - HEADER} bytes)`, null, from + HEADER, to - from - HEADER);
    return { text: ` (${version})` };
  },
};
