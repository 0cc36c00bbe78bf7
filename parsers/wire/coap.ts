// CoAP (RFC 7252) over UDP: type, number, method or answer, token, and the path that was asked for.
// Surprise: an answer does not name its path; the conversation remembers it by the token.
import type { DatagramReader } from './datagram-reading.ts';
import { hexBytes, hexText } from './dissection.ts';
import { formatText } from './format-text.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 4;
const MAX_OPTIONS = 100;
const MAX_PATHS = 1000;
const PAYLOAD = 0xff;
const URI_PATH = 11;
const CONTENT_FORMAT = 12;
const URI_QUERY = 15;
const TYPES = ['CON', 'NON', 'ACK', 'RST'];
const CODES: ReadonlyMap<number, string> = new Map([
  [0x00, 'Empty Message'],
  [0x01, 'GET'],
  [0x02, 'POST'],
  [0x03, 'PUT'],
  [0x04, 'DELETE'],
  [0x05, 'FETCH'],
  [0x06, 'PATCH'],
  [0x07, 'iPATCH'],
  [0x41, '2.01 Created'],
  [0x42, '2.02 Deleted'],
  [0x43, '2.03 Valid'],
  [0x44, '2.04 Changed'],
  [0x45, '2.05 Content'],
  [0x5f, '2.31 Continue'],
  [0x80, '4.00 Bad Request'],
  [0x81, '4.01 Unauthorized'],
  [0x82, '4.02 Bad Option'],
  [0x83, '4.03 Forbidden'],
  [0x84, '4.04 Not Found'],
  [0x85, '4.05 Method Not Allowed'],
  [0x86, '4.06 Not Acceptable'],
  [0x88, '4.08 Request Entity Incomplete'],
  [0x89, '4.09 Conflict'],
  [0x8c, '4.12 Precondition Failed'],
  [0x8d, '4.13 Request Entity Too Large'],
  [0x8f, '4.15 Unsupported Content-Format'],
  [0xa0, '5.00 Internal Server Error'],
  [0xa1, '5.01 Not Implemented'],
  [0xa2, '5.02 Bad Gateway'],
  [0xa3, '5.03 Service Unavailable'],
  [0xa4, '5.04 Gateway Timeout'],
  [0xa5, '5.05 Proxying Not Supported'],
]);

interface Options {
  readonly path: string;
  /** With its question mark. */
  readonly query: string;
  readonly hasFormat: boolean;
  /** Bytes behind the marker; 0 without. */
  readonly payload: number;
}

function optionsOf(bytes: Uint8Array, from: number, end: number): Options {
  let path = '';
  let query = '';
  let hasFormat = false;
  let number = 0;
  let at = from;
  for (let i = 0; at < end && i < MAX_OPTIONS; i++) {
    const head = bytes[at] ?? 0;
    if (head === PAYLOAD) return { path, query, hasFormat, payload: end - at - 1 };
    at++;
    const fields = [head >> 4, head & 15].map((nibble) => {
      if (nibble === 13) return 13 + (bytes[at++] ?? 0);
      if (nibble !== 14) return nibble;
      at += 2;
      return 269 + ((bytes[at - 2] ?? 0) << 8) + (bytes[at - 1] ?? 0);
    });
    const [delta = 0, size = 0] = fields;
    number += delta;
    const text = formatText(bytes, at, Math.min(end, at + size));
    if (number === URI_PATH) path += `/${text}`;
    else if (number === URI_QUERY) query += `${query === '' ? '?' : '&'}${text}`;
    else if (number === CONTENT_FORMAT) hasFormat = true;
    at += size;
  }
  return { path, query, hasFormat, payload: 0 };
}

class CoapConversation implements DatagramReader {
  private readonly paths = new Map<string, string>();

  /** The path of the request that this belongs to. */
  take(bytes: Uint8Array): string | null {
    const size = (bytes[0] ?? 0) & 15;
    const code = bytes[1] ?? 0;
    if (bytes.length < HEADER + size || code === 0) return null;
    const token = hexBytes(bytes, HEADER, HEADER + size);
    if (code >= 0x20) return this.paths.get(token) ?? null;
    const { path } = optionsOf(bytes, HEADER + size, bytes.length);
    this.paths.set(token, path);
    const oldest = this.paths.keys().next().value;
    if (this.paths.size > MAX_PATHS && oldest !== undefined) this.paths.delete(oldest);
    return path;
  }
}

const spec = oneLine({
  filter: 'coap',
  name: 'Constrained Application Protocol',
  column: 'CoAP',
  attach: { udpPorts: [5683] },
  header: HEADER,
  accepts: (view, at, end) => at + HEADER <= end && view.getUint8(at) >> 6 === 1,
  fields: [
    ['coap.version', 'uint'],
    ['coap.type', 'uint'],
    ['coap.token_len', 'uint'],
    ['coap.code', 'uint'],
    ['coap.mid', 'uint'],
    ['coap.token', 'bytes'],
    ['coap.opt.uri_path_recon', 'text'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const first = view.getUint8(at);
    const code = view.getUint8(at + 1);
    const id = view.getUint16(at + 2);
    const size = first & 15;
    const type = (first >> 4) & 3;
    const name = CODES.get(code) ?? `Unknown (${hexText(code, 2)})`;
    d.field(layer, 'coap.version', 'Version', first >> 6, at, 1);
    d.node(layer, 'coap.type', `Type: ${TYPES[type]} (${type})`, String(type), at, 1);
    d.field(layer, 'coap.token_len', 'Token Length', size, at, 1);
    d.node(layer, 'coap.code', `Code: ${name} (${code})`, String(code), at + 1, 1);
    d.field(layer, 'coap.mid', 'Message ID', id, at + 2, 2);
    const options = at + HEADER + size;
    if (options > d.end) return `${TYPES[type]}, MID:${id}, ${name}`;
    if (size > 0) d.node(layer, 'coap.token', 'Token', null, at + HEADER, size);
    const { hasFormat, payload, path: own, query } = optionsOf(d.bytes, options, d.end);
    const path = typeof d.note === 'string' ? d.note : own;
    if (path !== '') d.generated(layer, 'coap.opt.uri_path_recon', `Uri-Path: ${path}`, path);
    // What goes with an error is text, if nothing else is said.
    const text = code >= 0x80 && payload > 0 && !hasFormat ? ' (text/plain)' : '';
    const token =
      size === 0
        ? ''
        : `, TKN:${
            hexBytes(d.bytes, at + HEADER, options)
              .match(/../g)
              ?.join(' ') ?? ''
          }`;
    return `${TYPES[type]}, MID:${id}, ${name}${text}${token}${path === '' ? '' : `, ${path}`}${query}`;
  },
});

export const protocol: Protocol = { ...spec, datagrams: () => new CoapConversation() };
