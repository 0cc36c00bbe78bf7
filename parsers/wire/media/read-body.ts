// Reads a body by its media type, or by its bytes where the type says nothing that we know.
// Surprise: `application/octet-stream` and its like are data as if nothing had been said, but any other unknown type is named in the list.
import type { Dissection } from '../dissection.ts';
import { type Body, bodyNode, type Media, type MediaColumns } from './media.ts';
import { MEDIA } from './registry.gen.ts';

const byType = new Map<string, Media>(MEDIA.flatMap((media) => media.types.map((type) => [type, media] as const)));
const byContent = MEDIA.filter(({ knows }) => knows !== undefined);
/** Bodies inside bodies. */
const DEPTH_MOST = 4;
/** Types whose bodies are read as plain bytes: the list says nothing of them. */
const OCTETS: ReadonlySet<string> = new Set(['application/octet-stream', 'application/x-amf', 'application/cbor']);

/** Adds the layer of a body that has bytes. */
export function readBody(d: Dissection, body: Body): MediaColumns {
  return bodyAt(d, body, 0);
}

/** The same where Wireshark reads a body only by a type that it knows, as in HTTP/2: of any other nothing is added. */
export function readTypedBody(d: Dissection, body: Body): MediaColumns {
  if (readerOf(body.type) !== undefined) return bodyAt(d, body, 0);
  return OCTETS.has(body.type) ? plainData(d, body) : {};
}

function readerOf(type: string): Media | undefined {
  return byType.get(type) ?? (type.startsWith('multipart/') ? byType.get('multipart/mixed') : undefined);
}

function bodyAt(d: Dissection, body: Body, depth: number): MediaColumns {
  const inner = (part: Body): MediaColumns => (depth < DEPTH_MOST ? bodyAt(d, part, depth + 1) : plainData(d, part));
  const typed = readerOf(body.type);
  if (body.isPacked) return packed(d, body, typed);
  const columns = typed?.dissect(d, body, inner);
  if (columns != null) return columns;
  if (OCTETS.has(body.type)) return plainData(d, body);
  for (const media of byContent) {
    if (!media.knows?.(d.bytes, body.from, body.to)) continue;
    const found = media.dissect(d, body, inner);
    if (found !== null) return found;
  }
  if (body.type === '') return plainData(d, body);
  const size = body.to - body.from;
  const node = bodyNode(d, body, 'media', 'Media Type');
  d.node(node, 'media.type', `Media type: ${body.type} (${size} byte${size === 1 ? '' : 's'})`, null, body.from, size);
  return { text: ` (${body.type})` };
}

/** Of what cannot be unpacked only the type is known. */
function packed(d: Dissection, body: Body, typed: Media | undefined): MediaColumns {
  if (typed?.columns === undefined) return plainData(d, body);
  const node = bodyNode(d, body, typed.filter, `${typed.name}: ${body.type}`);
  d.generated(node, null, 'Compressed in a way that is not undone here', null);
  return typed.columns(body.type);
}

/** Bytes of which nothing more is said. Without a type they stand in the message that carries them, as in Wireshark. */
function plainData(d: Dissection, body: Body): MediaColumns {
  const size = body.to - body.from;
  const parent = body.parent ?? (body.type === '' ? (d.layers.at(-1) ?? null) : null);
  const node = bodyNode(d, { ...body, parent }, 'data', `Data (${size} byte${size === 1 ? '' : 's'})`);
  d.node(node, 'data.len', `[Length: ${size}]`, String(size), body.from, 0).generated = true;
  return {};
}
