// TPKT (RFC 1006) and the transport of ISO in it (X.224): connections of RDP and of S7 controllers, whose messages are named too.
// Surprise: where RDP goes on as TLS, Wireshark 4.0 still shows it as TPKT's.
import { type Dissection, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { formatText } from './format-text.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const HEADER = 4;
const VERSION = 3;
const S7 = 0x32;
const TPDUS: ReadonlyMap<number, string> = new Map([
  [0x1, 'ED'],
  [0x8, 'DR'],
  [0xc, 'DC'],
  [0xd, 'CC'],
  [0xe, 'CR'],
  [0xf, 'DT'],
]);
const ROSCTR: ReadonlyMap<number, string> = new Map([
  [1, 'Job     '],
  [2, 'Ack     '],
  [3, 'Ack_Data'],
  [7, 'Userdata'],
]);
const FUNCTIONS: ReadonlyMap<number, string> = new Map([
  [0x00, 'CPU services'],
  [0x04, 'Read Var'],
  [0x05, 'Write Var'],
  [0x1a, 'Request download'],
  [0x1b, 'Download block'],
  [0x1c, 'Download ended'],
  [0x1d, 'Start upload'],
  [0x1e, 'Upload'],
  [0x1f, 'End upload'],
  [0x28, 'PI-Service'],
  [0x29, 'PLC Stop'],
  [0xf0, 'Setup communication'],
]);
const NEGOTIATIONS: ReadonlyMap<number, string> = new Map([
  [1, 'Negotiate Request'],
  [2, 'Negotiate Response'],
  [3, 'Negotiate Failure'],
]);

/** Note of bytes that belong to the conversation, but in which no packet begins. */
const CONTINUATION = 'continuation';

class TpktStream implements StreamReader {
  readonly switchTo = null;
  private started = false;

  size(bytes: Uint8Array, at: number, end: number): number {
    if (!isStart(bytes, at, end)) return this.started ? end - at : NOT_MINE;
    if (end - at < HEADER) return ONE_MORE;
    return Math.max(HEADER, ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }

  take(bytes: Uint8Array, at: number, end: number): typeof CONTINUATION | null {
    this.started = true;
    return isStart(bytes, at, end) ? null : CONTINUATION;
  }
}

function isStart(bytes: Uint8Array, at: number, end: number): boolean {
  return bytes[at] === VERSION && (at + 1 >= end || bytes[at + 1] === 0);
}

/** What a connection request or confirm of RDP carries: the cookie, and what is negotiated. */
function rdp(d: Dissection, at: number, end: number): string {
  const text = formatText(d.bytes, at, Math.min(end, at + 200));
  const cookie = /^Cookie: mstshash=(.*?)\\r\\n/.exec(text)?.[1];
  const feed = cookie === undefined ? at : d.bytes.indexOf(10, at) + 1;
  const kind = feed + 8 <= end ? NEGOTIATIONS.get(d.view.getUint8(feed)) : undefined;
  const said = [cookie === undefined ? '' : `Cookie: mstshash=${cookie}`, kind ?? ''].filter((one) => one !== '');
  if (said.length > 0) d.layer('rdp', 'Remote Desktop Protocol', at, end - at);
  return said.join(', ');
}

function s7(d: Dissection, at: number, end: number): string {
  const { view } = d;
  const layer = d.layer('s7comm', 'S7 Communication', at, end - at);
  const kind = view.getUint8(at + 1);
  const name = ROSCTR.get(kind) ?? `Unknown (${hexText(kind, 2)})`;
  d.node(layer, 's7comm.header.rosctr', `ROSCTR: ${name.trim()} (${kind})`, String(kind), at + 1, 1);
  d.field(layer, 's7comm.header.pduref', 'Protocol Data Unit Reference', view.getUint16(at + 4), at + 4, 2);
  const parameters = at + (kind === 2 || kind === 3 ? 12 : 10);
  if (kind === 7 || parameters >= end || view.getUint16(at + 6) === 0) return `ROSCTR:[${name}]`;
  const code = view.getUint8(parameters);
  const what = FUNCTIONS.get(code) ?? `Unknown function: ${hexText(code, 2)}`;
  d.node(layer, 's7comm.param.func', `Function: ${what} (${hexText(code, 2)})`, hexText(code, 2), parameters, 1);
  return `ROSCTR:[${name}] Function:[${what}]`;
}

function cotp(d: Dissection, layer: FieldNode, at: number, end: number): string | readonly [string, string] {
  const { view } = d;
  const size = view.getUint8(at) + 1;
  const type = view.getUint8(at + 1) >> 4;
  const name = TPDUS.get(type) ?? `Unknown (${hexText(type, 2)})`;
  d.node(layer, 'cotp.type', `PDU Type: ${name} (${hexText(type, 2)})`, hexText(type, 2), at + 1, 1);
  d.field(layer, 'cotp.li', 'Length', size - 1, at, 1);
  const body = Math.min(end, at + size);
  if (type === 0xf) {
    d.hex(layer, 'cotp.destref', 'Destination reference', 0, 4, at, 0).generated = true;
    if (at + 3 > end) return 'DT TPDU';
    const number = view.getUint8(at + 2);
    const isLast = number >= 0x80;
    if (isLast && body + 10 <= end && view.getUint8(body) === S7) return ['S7COMM', s7(d, body, end)];
    const rest = isLast ? ' EOT' : ` [COTP fragment, ${end - body} bytes]`;
    return `DT TPDU (${number & 127})${rest}`;
  }
  if (at + 6 > end) return `${name} TPDU`;
  const destination = view.getUint16(at + 2);
  const source = view.getUint16(at + 4);
  d.hex(layer, 'cotp.destref', 'Destination reference', destination, 4, at + 2, 2);
  d.hex(layer, 'cotp.srcref', 'Source reference', source, 4, at + 4, 2);
  const asked = (type === 0xe || type === 0xd) && at + 7 < body ? rdp(d, at + 7, body) : '';
  if (asked !== '') return ['RDP', asked];
  return `${name} TPDU src-ref: ${hexText(source, 4)} dst-ref: ${hexText(destination, 4)}`;
}

const spec = oneLine({
  filter: 'tpkt',
  name: 'TPKT, Version: 3',
  column: 'TPKT',
  attach: { tcpPorts: [102, 3389] },
  header: HEADER + 2,
  accepts: (view, at, end) => at + 2 <= end && view.getUint16(at) === VERSION << 8,
  fields: [
    ['tpkt.version', 'uint'],
    ['tpkt.length', 'uint'],
    ['cotp', 'none'],
    ['cotp.type', 'uint'],
    ['cotp.li', 'uint'],
    ['cotp.destref', 'uint'],
    ['cotp.srcref', 'uint'],
    ['rdp', 'none'],
    ['s7comm', 'none'],
    ['s7comm.header.rosctr', 'uint'],
    ['s7comm.header.pduref', 'uint'],
    ['s7comm.param.func', 'uint'],
  ],
  stream: () => new TpktStream(),
  read(d, layer, at) {
    const size = d.view.getUint16(at + 2);
    d.field(layer, 'tpkt.version', 'Version', VERSION, at, 1);
    d.field(layer, 'tpkt.length', 'Length', size, at + 2, 2);
    const end = Math.min(d.end, at + size);
    d.at = Math.max(end, at + HEADER);
    if (at + HEADER + 2 > end) return '';
    const inner = d.layer(
      'cotp',
      'ISO 8073/X.224 COTP Connection-Oriented Transport Protocol',
      at + HEADER,
      end - at - HEADER,
    );
    const said = cotp(d, inner, at + HEADER, end);
    return typeof said === 'string' ? ['COTP', said] : said;
  },
});

export const protocol: Protocol = {
  ...spec,
  dissect(d) {
    if (d.note !== CONTINUATION) {
      spec.dissect(d);
      return;
    }
    d.layer('tpkt', 'TPKT - Continuation', d.at, d.left);
    d.setProtocol('TPKT', `${d.continued || d.locked ? '' : (d.flow?.prefix ?? '')}Continuation`);
    d.at = d.end;
  },
};
