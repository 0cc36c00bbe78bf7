// The bodies of HTTP/1 messages as files: what was sent and what came back, named after what was asked for, as Wireshark's Export Objects.
// Surprise: only metadata is kept. The bytes are dissected again when they are asked for, so that a capture full of images costs nothing.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { HttpObject, HttpObjects } from '../../api/objects.ts';
import { dissectPacket } from '../../parsers/index/capture-index.ts';
import { type HttpMessage, httpMessagesOf } from '../../parsers/index/http-messages.ts';
import { Refusal } from '../refusal.ts';
import type { Packets } from './packets.ts';

/** Requests of a connection that wait for their answer. */
const waitingMost = 1000;
/** Of a body that is unpacked: a bomb stays packed. */
const unpackedMost = 64 << 20;

interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly host: string | null;
}

/** Last part of the path, without the query: a name for a file, with nothing in it that a shell or a file system minds. */
export function fileNameOf(uri: string): string {
  const [path = ''] = uri.split(/[?#]/);
  const last = path.split('/').at(-1) ?? '';
  const safe = last.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100);
  return /^[._-]*$/.test(safe) ? 'index' : safe;
}

function unpacked(bytes: Uint8Array, encoding: string | null): Uint8Array {
  const options = { maxOutputLength: unpackedMost };
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, options);
      case 'br':
        return brotliDecompressSync(bytes, options);
      case 'deflate':
        // RFC 9110 means zlib's form, and some servers send the bare one.
        return ((bytes[0] ?? 0) & 15) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
      default:
        return bytes;
    }
  } catch {
    return bytes; // cut, damaged or too large: as it was sent
  }
}

/** Pairs answers with what was asked on the same connection. */
class Pairing {
  private readonly waiting = new Map<string, Asked[]>();

  /** What a message is about; null for an answer whose request was not captured. */
  of(connection: string, message: HttpMessage): Asked | null {
    const waiting = this.waiting.get(connection) ?? [];
    this.waiting.set(connection, waiting);
    if (message.method !== null) {
      const asked = { method: message.method, uri: message.uri ?? '', host: message.host };
      if (waiting.length < waitingMost) waiting.push(asked);
      return asked;
    }
    // 100 Continue and its kind come before the answer.
    const isInterim = message.status !== null && message.status < 200 && message.status !== 101;
    return (isInterim ? waiting[0] : waiting.shift()) ?? null;
  }
}

/** Every body, in the order of the packets that complete them; `most` of them, and how many there are. */
export async function httpObjects(packets: Packets, most: number): Promise<HttpObjects> {
  const objects: HttpObject[] = [];
  const names = new Map<string, number>();
  const pairing = new Pairing();
  let total = 0;
  for await (const places of packets.passing('http')) {
    for (const place of places) {
      const { capture, captureNumber, row, frame } = packets.packetAt(place + 1);
      const messages = httpMessagesOf(dissectPacket(capture.index, row, frame));
      const flow = capture.index.flowOf(row);
      for (const [part, message] of messages.entries()) {
        const asked = pairing.of(`${captureNumber} ${flow}`, message);
        const { body, status, contentType, encoding } = message;
        if (body === null || body.length === 0) continue;
        total += 1;
        if (objects.length >= most) continue;
        const name = fileNameOf(asked?.uri ?? '');
        const same = names.get(name) ?? 0;
        names.set(name, same + 1);
        objects.push({
          packet: place + 1,
          part,
          isRequest: message.method !== null,
          method: asked?.method ?? null,
          host: asked?.host ?? null,
          uri: asked?.uri ?? null,
          status,
          contentType,
          encoding,
          bytes: body.length,
          name: same === 0 ? name : numbered(name, same),
        });
      }
    }
  }
  return { objects, total };
}

/** `logo(1).png`, as Wireshark tells equal names apart. */
function numbered(name: string, n: number): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}(${n})${name.slice(dot)}` : `${name}(${n})`;
}

/** The bytes of a body, unpacked where they were compressed. */
export function httpObjectAt(packets: Packets, no: number, part: number): Uint8Array {
  const { capture, row, frame } = packets.packetAt(no);
  const message = httpMessagesOf(dissectPacket(capture.index, row, frame))[part];
  if (message?.body == null || message.body.length === 0)
    throw new Refusal(404, 'no-object', `packet ${no} completes no HTTP message ${part} with a body`);
  return message.isUnpacked ? message.body : unpacked(message.body, message.encoding);
}
