// HTTP/1 messages that end in a packet, with what a file made of their body needs: where from, what type, which bytes.
// Surprise: a body is as the tree has it: out of its chunks, and unpacked but for encodings that parsers do not know.
import type { FieldNode } from '../wire/field.ts';
import type { PacketDissection } from './capture-index.ts';

export interface HttpMessage {
  /** `GET`; null for a response. */
  readonly method: string | null;
  /** As the request has it; null for a response. */
  readonly uri: string | null;
  readonly host: string | null;
  /** Null for a request. */
  readonly status: number | null;
  /** Media type with its parameters. */
  readonly contentType: string | null;
  /** `gzip`, `br`; null when the body is as it is. */
  readonly encoding: string | null;
  /** A copy; null for a message without. */
  readonly body: Uint8Array | null;
  /** The encoding was undone. */
  readonly isUnpacked: boolean;
}

function find(node: FieldNode, filter: string): FieldNode | null {
  if (node.filter === filter) return node;
  for (const child of node.children) {
    const found = find(child, filter);
    if (found !== null) return found;
  }
  return null;
}

/** A header that has no field of its own, by the text of its line. */
function header(layer: FieldNode, name: string): string | null {
  const line = layer.children.find(({ label }) => label.toLowerCase().startsWith(`${name}:`));
  return line?.value ?? null;
}

/** The body without chunks, unpacked where the tree has it so. */
function bodyOf(layer: FieldNode, { sources }: PacketDissection): { body: Uint8Array | null; isUnpacked: boolean } {
  const data = find(layer, 'http.file_data');
  if (data === null) return { body: null, isUnpacked: false };
  const { source, offset, length } = data;
  const from = sources[source];
  return {
    body: from?.bytes.slice(offset, offset + length) ?? null,
    isUnpacked: from?.name.startsWith('Uncompressed') ?? false,
  };
}

/** The messages of a dissected packet, in order; what only goes on here is none. */
export function httpMessagesOf(packet: PacketDissection): HttpMessage[] {
  return packet.layers.flatMap((layer) => {
    if (layer.filter !== 'http') return [];
    const method = find(layer, 'http.request.method')?.value ?? null;
    const code = find(layer, 'http.response.code')?.value ?? null;
    if (method === null && code === null) return [];
    const encoding = header(layer, 'content-encoding')?.trim().toLowerCase() ?? '';
    return [
      {
        method,
        uri: find(layer, 'http.request.uri')?.value ?? null,
        host: find(layer, 'http.host')?.value ?? null,
        status: code === null ? null : Number(code),
        contentType: find(layer, 'http.content_type')?.value ?? null,
        encoding: encoding === '' || encoding === 'identity' ? null : encoding,
        ...bodyOf(layer, packet),
      },
    ];
  });
}
