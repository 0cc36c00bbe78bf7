// Messages of gRPC: a flag, a length, and bytes that the content type names. They stand in the DATA frames of HTTP/2 (http2.ts).
// Surprise: whether a call went well is not in its messages but in the header block that ends the stream (`grpc-status`).
import type { Dissection } from './dissection.ts';
import { type GrpcNote, messageLength } from './http2-stream.ts';
import { readTypedBody } from './media/read-body.ts';
import { dissectProtobuf, PROTOBUF_FIELDS } from './protobuf.ts';
import type { FieldSpec } from './protocol.ts';

/** Flag and length before each message. */
export const GRPC_HEADER = 5;
const MAX_MESSAGES = 200;

export const GRPC_FIELDS: readonly FieldSpec[] = [
  { name: 'grpc', kind: 'none' },
  { name: 'grpc.frame_type', kind: 'uint' },
  { name: 'grpc.compressed_flag', kind: 'uint' },
  { name: 'grpc.message_length', kind: 'uint' },
  { name: 'grpc.message_data', kind: 'bytes' },
  ...PROTOBUF_FIELDS,
];

/** The messages between `from` and `to`; `column` gives what the list's protocol becomes when one is set. */
export function dissectGrpc(
  d: Dissection,
  { path, type }: GrpcNote,
  from: number,
  to: number,
  column: (protocol: string) => string,
): void {
  const kind = type.startsWith('application/grpc-web') ? 'GRPC-Web' : 'GRPC';
  const encoding = /\+(\w+)$/.exec(type)?.[1] ?? 'proto';
  const side = d.toServer ? 'Request' : 'Response';
  const about = `${path === null ? '' : `${path.replace(/[^\x20-\x7e]/g, '.')}, `}${side}`;
  const say = (protocol: string, text: string): void => d.setProtocol(protocol, d.columns.info + text);
  say(column(kind), ` (${kind})`);
  for (let at = from, n = 0; at + GRPC_HEADER <= to && n < MAX_MESSAGES; n++) {
    const size = messageLength(d.bytes, at);
    const end = Math.min(to, d.bytes.length, at + GRPC_HEADER + size);
    const isCompressed = messageNodes(d, at, end, size, `${kind} Message: ${about}`);
    // What is compressed, or longer than what was kept of it, is not looked into.
    const isThere = !isCompressed && end === at + GRPC_HEADER + size;
    if (size > 0 && !isCompressed && encoding === 'proto') {
      const isWhole = !isThere || dissectProtobuf(d, at + GRPC_HEADER, end, about);
      if (!isWhole) d.malformed('protobuf', at + GRPC_HEADER, 'A field claims more bytes than the message has.');
      say(d.columns.protocol, isWhole ? ' (PROTOBUF)' : ' (PROTOBUF)[Malformed Packet]');
    }
    if (size > 0 && isThere && encoding === 'json') {
      const body = { type, parameters: '', from: at + GRPC_HEADER, to: end, isPacked: false, parent: null };
      const { suffix = '', text = '' } = readTypedBody(d, body);
      say(`${d.columns.protocol}${suffix}`, text);
    }
    at += GRPC_HEADER + size;
  }
}

/** One message; true when it is compressed. */
function messageNodes(d: Dissection, at: number, end: number, size: number, label: string): boolean {
  const flags = d.bytes[at] ?? 0;
  const layer = d.layer('grpc', label, at, end - at);
  const isTrailer = flags >= 0x80;
  const isCompressed = (flags & 1) !== 0;
  const frameType = `Frame Type: ${isTrailer ? 'Trailer' : 'Data'} (${flags >> 7})`;
  d.node(layer, 'grpc.frame_type', frameType, isTrailer ? '1' : '0', at, 1);
  const compressed = `Compressed Flag: ${isCompressed ? 'Compressed' : 'Not Compressed'} (${flags & 1})`;
  d.node(layer, 'grpc.compressed_flag', compressed, isCompressed ? '1' : '0', at, 1);
  d.field(layer, 'grpc.message_length', 'Message Length', size, at + 1, 4);
  if (size > 0)
    d.node(layer, 'grpc.message_data', `Message Data: ${size} bytes`, null, at + GRPC_HEADER, end - at - GRPC_HEADER);
  return isCompressed;
}
