// HTTP/1 messages that end in a packet, with what a file made of their body needs: where from, what type, which bytes.
// Surprise: a body in chunks is put together here; one that is compressed stays so, as parsers take no library.
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
}

function find(node: FieldNode, filter: string): FieldNode | null {
  if (node.filter === filter) return node;
  for (const child of node.children) {
    const found = find(child, filter);
    if (found !== null) return found;
  }
  return null;
}

function all(node: FieldNode, filter: string, into: FieldNode[]): FieldNode[] {
  if (node.filter === filter) into.push(node);
  for (const child of node.children) all(child, filter, into);
  return into;
}

/** A header that has no field of its own, by the text of its line. */
function header(layer: FieldNode, name: string): string | null {
  const line = layer.children.find(({ label }) => label.toLowerCase().startsWith(`${name}:`));
  return line?.value ?? null;
}

function bodyOf(layer: FieldNode, { sources }: PacketDissection): Uint8Array | null {
  const data = find(layer, 'http.file_data');
  if (data === null) return null;
  const bytesOf = ({ source, offset, length }: FieldNode): Uint8Array =>
    sources[source]?.bytes.subarray(offset, offset + length) ?? new Uint8Array(0);
  const chunks = all(layer, 'http.chunk_data', []);
  if (chunks.length === 0) return bytesOf(data).slice();
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    const bytes = bytesOf(chunk);
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole.subarray(0, at);
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
        body: bodyOf(layer, packet),
      },
    ];
  });
}
