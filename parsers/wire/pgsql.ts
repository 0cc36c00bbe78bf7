// PostgreSQL's frontend and backend protocol, version 3, message by message.
// Surprise: the first message of a client has no type, and the answer to its wish for TLS is a single byte without a length.
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORT = 5432;
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;
const GSS_REQUEST = 80_877_104;
const VERSION_3 = 3 << 16;
const MAX_MESSAGE = 1 << 26;

const FRONTEND: ReadonlyMap<string, string> = new Map([
  ['p', 'Password message'],
  ['Q', 'Simple query'],
  ['P', 'Parse'],
  ['B', 'Bind'],
  ['E', 'Execute'],
  ['D', 'Describe'],
  ['C', 'Close'],
  ['H', 'Flush'],
  ['S', 'Sync'],
  ['F', 'Function call'],
  ['d', 'Copy data'],
  ['c', 'Copy completion'],
  ['f', 'Copy failure'],
  ['X', 'Termination'],
]);

const BACKEND: ReadonlyMap<string, string> = new Map([
  ['R', 'Authentication request'],
  ['K', 'Backend key data'],
  ['S', 'Parameter status'],
  ['1', 'Parse completion'],
  ['2', 'Bind completion'],
  ['3', 'Close completion'],
  ['C', 'Command completion'],
  ['t', 'Parameter description'],
  ['T', 'Row description'],
  ['D', 'Data row'],
  ['I', 'Empty query'],
  ['n', 'No data'],
  ['E', 'Error'],
  ['N', 'Notice'],
  ['s', 'Portal suspended'],
  ['Z', 'Ready for query'],
  ['A', 'Notification'],
  ['V', 'Function call response'],
  ['G', 'CopyIn response'],
  ['H', 'CopyOut response'],
  ['W', 'CopyBoth response'],
  ['d', 'Copy data'],
  ['c', 'Copy completion'],
  ['v', 'Negotiate protocol version'],
]);

const AUTHENTICATION = [
  'Success',
  'Kerberos V4',
  'Kerberos V5',
  'Plaintext password',
  'crypt()ed password',
  'MD5 password',
  'SCM credentials',
  'GSSAPI',
  'GSSAPI/SSPI continue',
  'SSPI',
  'SASL',
  'SASL continue',
  'SASL complete',
];

const STATUS: ReadonlyMap<string, string> = new Map([
  ['I', 'Idle'],
  ['T', 'In a transaction'],
  ['E', 'In a failed transaction'],
]);

/** Fields of errors and notices, by their letter. */
const REPORT: ReadonlyMap<string, readonly [filter: string, name: string]> = new Map([
  ['S', ['pgsql.severity', 'Severity']],
  ['V', ['pgsql.text', 'Text']],
  ['C', ['pgsql.code', 'Code']],
  ['M', ['pgsql.message', 'Message']],
  ['D', ['pgsql.detail', 'Detail']],
  ['H', ['pgsql.hint', 'Hint']],
  ['P', ['pgsql.position', 'Position']],
  ['W', ['pgsql.where', 'Context']],
  ['s', ['pgsql.schema_name', 'Schema']],
  ['t', ['pgsql.table_name', 'Table']],
  ['n', ['pgsql.constraint_name', 'Constraint']],
  ['F', ['pgsql.file', 'File']],
  ['L', ['pgsql.line', 'Line']],
  ['R', ['pgsql.routine', 'Routine']],
]);

const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);

/** The one byte that answers a wish for TLS. */
const ANSWER = 'answer';
/** What a password message is, by the authentication that was asked for. */
const PASSWORDS: ReadonlyMap<number, string> = new Map([
  [10, 'SASLInitialResponse message'],
  [11, 'SASLResponse message'],
]);

class PgsqlStream implements StreamReader {
  switchTo: string | null = null;
  private awaitsAnswer = false;
  private authentication = 0;

  /** Who speaks, of the message last asked about. */
  private toServer = true;

  begins(): string {
    return this.toServer ? '>' : '<';
  }

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    this.toServer = toServer;
    if (this.awaitsAnswer && !toServer) return 1;
    const untyped = bytes[at] === 0;
    if (end - at < 5) return ONE_MORE;
    const length = u32(bytes, untyped ? at : at + 1);
    if (length < 4 || length > MAX_MESSAGE) return NOT_MINE;
    return untyped ? length : length + 1;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): string {
    if (this.awaitsAnswer && !toServer) {
      this.awaitsAnswer = false;
      if (bytes[at] === 0x53) this.switchTo = 'tls';
      return ANSWER;
    }
    if (bytes[at] === 0 && end - at === 8) this.awaitsAnswer = u32(bytes, at + 4) === SSL_REQUEST;
    if (!toServer && bytes[at] === 0x52 && end - at >= 9) this.authentication = u32(bytes, at + 5);
    return toServer && bytes[at] === 0x70 ? (PASSWORDS.get(this.authentication) ?? 'message') : 'message';
  }
}

/** A first message of a client, or a type with a length that fits. */
function index(facts: FrameFacts): boolean {
  const { view, at, end } = facts;
  if (at >= end) return false;
  if (at + 5 > end) return true;
  const length = view.getUint32(view.getUint8(at) === 0 ? at : at + 1);
  return length >= 4 && length <= MAX_MESSAGE;
}

function dissect(d: Dissection): void {
  const { at, bytes } = d;
  if (d.left === 0) return;
  const untyped = bytes[at] === 0;
  const isAnswer = d.note === ANSWER;
  const length = d.left < 5 ? 0 : u32(bytes, untyped ? at : at + 1);
  if (!isAnswer && d.left >= 5 && (length < 4 || length > MAX_MESSAGE)) return;
  const toServer = d.nextKey === PORT || d.nextKey2 === PORT ? d.nextKey2 === PORT : d.toServer;
  const before = d.layers.at(-1);
  const layer = d.layer('pgsql', 'PostgreSQL', at, d.left);
  const letter = untyped || isAnswer ? '' : asciiText(bytes, at, at + 1);
  const prefix = d.locked || !d.flow?.prefix ? '' : d.flow.prefix;
  const speaker = toServer ? '>' : '<';
  // As tshark: behind a message out of several segments the list begins anew.
  const goesOn = d.continued && before?.source === layer.source;
  if (goesOn) d.setProtocol('PGSQL', `${d.columns.info}${letter === '' ? '' : '/'}${letter}`);
  else d.setProtocol('PGSQL', `${d.continued ? d.columns.info : prefix}${speaker}${letter}`);
  d.continued = true;
  const size = isAnswer ? 1 : d.left < 5 ? d.left : untyped ? length : length + 1;
  const end = Math.min(d.end, at + size);
  layer.length = end - at;
  d.at = end;
  if (at + size > d.end || d.left + (end - at) < 5) if (d.wireEnd > d.end) d.needAt(at, Math.max(size, 5), 'pgsql');
  if (isAnswer || end - at < 5) return;
  if (untyped) startup(d, layer, at, end);
  else typed(d, layer, letter, toServer, at, end);
}

function typeNode(d: Dissection, layer: FieldNode, name: string, at: number, lengthAt: number): void {
  d.node(layer, 'pgsql.type', `Type: ${name}`, name, at, 1);
  d.field(layer, 'pgsql.length', 'Length', u32(d.bytes, lengthAt), lengthAt, 4);
}

function startup(d: Dissection, layer: FieldNode, at: number, end: number): void {
  const code = end - at >= 8 ? u32(d.bytes, at + 4) : 0;
  const name =
    code === SSL_REQUEST
      ? 'SSL request'
      : code === CANCEL_REQUEST
        ? 'Cancel request'
        : code === GSS_REQUEST
          ? 'GSS encrypt request'
          : 'Startup message';
  typeNode(d, layer, name, at, at);
  if (code === CANCEL_REQUEST && end - at >= 16) {
    d.field(layer, 'pgsql.pid', 'PID', d.view.getUint32(at + 8), at + 8, 4);
    d.field(layer, 'pgsql.key', 'Key', d.view.getUint32(at + 12), at + 12, 4);
  }
  if (code >> 16 !== VERSION_3 >> 16) return;
  d.field(layer, 'pgsql.version_major', 'Protocol major version', code >> 16, at + 4, 2);
  d.field(layer, 'pgsql.version_minor', 'Protocol minor version', code & 0xffff, at + 6, 2);
  for (let p = at + 8; p < end && d.bytes[p] !== 0; ) {
    p = text(d, layer, 'pgsql.parameter_name', 'Parameter name', p, end);
    p = text(d, layer, 'pgsql.parameter_value', 'Parameter value', p, end);
  }
}

/** Adds text that ends with a zero; gives where the next begins. */
function text(d: Dissection, parent: FieldNode, filter: string, name: string, at: number, end: number): number {
  const zero = d.bytes.indexOf(0, at);
  const to = zero < 0 || zero > end ? end : zero;
  if (at < end) d.field(parent, filter, name, asciiText(d.bytes, at, to), at, to + 1 - at);
  return Math.min(end, to + 1);
}

function typed(d: Dissection, layer: FieldNode, letter: string, toServer: boolean, at: number, end: number): void {
  const isSasl = typeof d.note === 'string' && d.note.startsWith('SASL');
  const name = isSasl ? String(d.note) : ((toServer ? FRONTEND : BACKEND).get(letter) ?? 'Unknown');
  typeNode(d, layer, name, at, at + 1);
  const from = at + 5;
  const room = end - from;
  switch (`${toServer ? '>' : '<'}${letter}`) {
    case '>Q':
      text(d, layer, 'pgsql.query', 'Query', from, end);
      return;
    case '>P':
      text(d, layer, 'pgsql.query', 'Query', text(d, layer, 'pgsql.statement', 'Statement', from, end), end);
      return;
    case '>B':
      text(d, layer, 'pgsql.statement', 'Statement', text(d, layer, 'pgsql.portal', 'Portal', from, end), end);
      return;
    case '<S':
      text(
        d,
        layer,
        'pgsql.parameter_value',
        'Parameter value',
        text(d, layer, 'pgsql.parameter_name', 'Parameter name', from, end),
        end,
      );
      return;
    case '<C':
      text(d, layer, 'pgsql.tag', 'Tag', from, end);
      return;
    case '<R':
      if (room >= 4) {
        const kind = d.view.getUint32(from);
        d.node(
          layer,
          'pgsql.authtype',
          `Authentication type: ${AUTHENTICATION[kind] ?? 'Unknown'} (${kind})`,
          String(kind),
          from,
          4,
        );
      }
      return;
    case '<K':
      if (room < 8) return;
      d.field(layer, 'pgsql.pid', 'PID', d.view.getUint32(from), from, 4);
      d.field(layer, 'pgsql.key', 'Key', d.view.getUint32(from + 4), from + 4, 4);
      return;
    case '<Z':
      if (room >= 1) {
        const code = d.bytes[from] ?? 0;
        const state = STATUS.get(String.fromCharCode(code)) ?? 'Unknown';
        d.node(layer, 'pgsql.status', `Status: ${state} (${code})`, String(code), from, 1);
      }
      return;
    case '<T':
    case '<D':
      if (room >= 2) d.field(layer, 'pgsql.field.count', 'Field count', d.view.getUint16(from), from, 2);
      return;
    case '<E':
    case '<N':
      for (let p = from; p + 1 < end && d.bytes[p] !== 0; ) {
        const [filter, label] = REPORT.get(String.fromCharCode(d.bytes[p] ?? 0)) ?? ['pgsql.error', 'Error'];
        p = text(d, layer, filter, label, p + 1, end);
      }
      return;
    default:
  }
}

export const protocol: Protocol = {
  filter: 'pgsql',
  name: 'PostgreSQL',
  attach: { tcpPorts: [PORT] },
  fields: [
    { name: 'pgsql.type', kind: 'text' },
    { name: 'pgsql.length', kind: 'uint' },
    { name: 'pgsql.version_major', kind: 'uint' },
    { name: 'pgsql.version_minor', kind: 'uint' },
    { name: 'pgsql.parameter_name', kind: 'text' },
    { name: 'pgsql.parameter_value', kind: 'text' },
    { name: 'pgsql.query', kind: 'text' },
    { name: 'pgsql.statement', kind: 'text' },
    { name: 'pgsql.portal', kind: 'text' },
    { name: 'pgsql.tag', kind: 'text' },
    { name: 'pgsql.authtype', kind: 'uint' },
    { name: 'pgsql.pid', kind: 'uint' },
    { name: 'pgsql.key', kind: 'uint' },
    { name: 'pgsql.status', kind: 'uint' },
    { name: 'pgsql.field.count', kind: 'uint' },
    { name: 'pgsql.error', kind: 'text' },
    ...[...REPORT.values()].map(([name]) => ({ name, kind: 'text' as const })),
  ],
  index,
  dissect,
  stream: () => new PgsqlStream(),
};
