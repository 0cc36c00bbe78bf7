// NetBIOS sessions (RFC 1002) on TCP ports 139 and 445, and SMB in them.
// Surprise: on port 445 nothing sets a session up; the four bytes before each message are all that is left of NetBIOS.
import { asciiText, type Dissection } from './dissection.ts';
import { oneLine } from './one-line.ts';
import { SMB_FIELDS, SmbNames, smbMessage } from './smb-message.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const HEADER = 4;
const MESSAGE = 0;
const REQUEST = 0x81;
const POSITIVE = 0x82;
const NEGATIVE = 0x83;
const RETARGET = 0x84;
const KEEPALIVE = 0x85;
const TYPES: ReadonlyMap<number, string> = new Map([
  [MESSAGE, 'Session message'],
  [REQUEST, 'Session request'],
  [POSITIVE, 'Positive session response'],
  [NEGATIVE, 'Negative session response'],
  [RETARGET, 'Retarget session response'],
  [KEEPALIVE, 'Session keep-alive'],
]);
const ERRORS: ReadonlyMap<number, string> = new Map([
  [0x80, 'Not listening on called name'],
  [0x81, 'Not listening for called name'],
  [0x82, 'Called name not present'],
  [0x83, 'Called name present, but insufficient resources'],
  [0x8f, 'Unspecified error'],
]);

function isHeader(bytes: Uint8Array | DataView, at: number): boolean {
  return TYPES.has(bytes instanceof DataView ? bytes.getUint8(at) : (bytes[at] ?? -1));
}

class NbssStream implements StreamReader {
  readonly switchTo = null;
  private readonly names = new SmbNames();

  size(bytes: Uint8Array, at: number, end: number): number {
    if (!isHeader(bytes, at)) return NOT_MINE;
    if (end - at < HEADER) return ONE_MORE;
    return HEADER + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }

  take(bytes: Uint8Array, at: number, end: number): string[] {
    return this.names.take(bytes, at + HEADER, end);
  }
}

/** A name of half bytes, with its suffix: `SRV<20>`. */
export function nameAt(d: Dissection, at: number): string {
  const codes = Array.from({ length: 16 }, (_, i) => {
    const high = (d.bytes[at + 1 + i * 2] ?? 0) - 0x41;
    return ((high & 15) << 4) | (((d.bytes[at + 2 + i * 2] ?? 0) - 0x41) & 15);
  });
  const text = asciiText(Uint8Array.from(codes), 0, 15).trimEnd();
  return `${text}<${(codes[15] ?? 0).toString(16).padStart(2, '0')}>`;
}

export const protocol = oneLine({
  filter: 'nbss',
  name: 'NetBIOS Session Service',
  column: 'NBSS',
  attach: { tcpPorts: [139, 445] },
  header: HEADER,
  separator: '; ',
  accepts: (view, at, end) => at < end && isHeader(view, at),
  fields: [['nbss.type', 'uint'], ['nbss.length', 'uint'], ['nbss.error_code', 'uint'], ...SMB_FIELDS],
  stream: () => new NbssStream(),
  read(d, layer, at) {
    const { view } = d;
    const type = view.getUint8(at);
    const size = view.getUint32(at) & 0xff_ffff;
    const name = TYPES.get(type) ?? '';
    d.node(layer, 'nbss.type', `Message Type: ${name} (${type})`, `0x${type.toString(16).padStart(2, '0')}`, at, 1);
    d.field(layer, 'nbss.length', 'Length', size, at + 1, 3);
    const end = Math.min(d.end, at + HEADER + size);
    d.at = end;
    if (type === REQUEST && size >= 68 && at + HEADER + 68 <= d.end)
      return `${name}, to ${nameAt(d, at + HEADER)} from ${nameAt(d, at + HEADER + 34)}`;
    if (type === NEGATIVE && end > at + HEADER) {
      const code = view.getUint8(at + HEADER);
      d.hex(layer, 'nbss.error_code', 'Error code', code, 2, at + HEADER, 1);
      return `${name}, ${ERRORS.get(code) ?? 'Unknown'}`;
    }
    if (type !== MESSAGE) return name;
    const names = Array.isArray(d.note) ? d.note.map(String) : [];
    return smbMessage(d, at + HEADER, end, names) ?? 'NBSS Continuation Message';
  },
});
