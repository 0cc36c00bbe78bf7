// MySQL's and MariaDB's client/server protocol, packet by packet.
// Surprise: what an answer is depends on what was asked and on how much of it has come; one and the same byte begins an OK and a row.
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import { COMMANDS } from './mysql-names.ts';
import type { Protocol } from './protocol.ts';
import { ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORT = 3306;
const HEADER = 4;
const CLIENT_SSL = 0x800;
const CONNECT_WITH_DB = 8;
const SECURE_CONNECTION = 0x8000;
const PLUGIN_AUTH_LENENC = 0x20_0000;
const SSL_REQUEST_SIZE = 32;

const OK = 0;
const EOF = 0xfe;
const ERROR = 0xff;

const QUERY = 3;
const PREPARE = 22;
const EXECUTE = 23;

type Kind = 'greeting' | 'login' | 'ssl' | 'auth request' | 'auth response' | 'request' | 'response';

interface MysqlNote {
  readonly kind: Kind;
  readonly outcome: 'ok' | 'error' | 'tabular' | null;
}

function isNote(note: unknown): note is MysqlNote {
  return typeof note === 'object' && note !== null && 'outcome' in note;
}

const lengthAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
const u16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** What the next answer may be: nothing said of it, any outcome, columns, rows, or a packet of which only its end matters. */
type Expects = 'anything' | 'outcome' | 'fields' | 'rows' | 'rest';

class MysqlStream implements StreamReader {
  switchTo: string | null = null;
  private isFirst = true;
  private expectsLogin = false;
  private inLogin = false;
  private switching = false;
  private expects: Expects = 'anything';

  size(bytes: Uint8Array, at: number, end: number): number {
    return end - at < HEADER ? ONE_MORE : HEADER + lengthAt(bytes, at);
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): MysqlNote {
    const number = bytes[at + 3] ?? 0;
    const first = bytes[at + HEADER] ?? 0;
    const isGreeting = this.isFirst && !toServer && number === 0;
    this.isFirst = false;
    if (isGreeting) {
      this.expectsLogin = first !== ERROR;
      return { kind: 'greeting', outcome: first === ERROR ? 'error' : null };
    }
    return toServer ? this.request(bytes, at, end, number) : this.response(bytes, at, end);
  }

  private request(bytes: Uint8Array, at: number, end: number, number: number): MysqlNote {
    if (this.expectsLogin && number >= 1) {
      this.expectsLogin = false;
      const isSsl = (u16(bytes, at + HEADER) & CLIENT_SSL) !== 0 && end - at === HEADER + SSL_REQUEST_SIZE;
      if (isSsl) this.switchTo = 'tls';
      this.inLogin = !isSsl;
      this.expects = 'outcome';
      return { kind: isSsl ? 'ssl' : 'login', outcome: null };
    }
    if (this.switching) {
      this.switching = false;
      return { kind: 'auth response', outcome: null };
    }
    this.inLogin = false;
    const command = bytes[at + HEADER] ?? 0;
    this.expects = command === QUERY || command === EXECUTE ? 'outcome' : command === PREPARE ? 'rest' : 'anything';
    return { kind: 'request', outcome: null };
  }

  private response(bytes: Uint8Array, at: number, end: number): MysqlNote {
    const first = bytes[at + HEADER] ?? 0;
    const size = end - at - HEADER;
    const note = (outcome: MysqlNote['outcome']): MysqlNote => ({ kind: 'response', outcome });
    if (this.inLogin && first === EOF) {
      this.switching = true;
      return { kind: 'auth request', outcome: null };
    }
    if (first === ERROR && size >= 3) {
      this.expects = 'anything';
      return note('error');
    }
    if (this.expects === 'rest') return note(null);
    if (this.expects === 'fields' || this.expects === 'rows') {
      if (first !== EOF || size >= 9) return note(null);
      // An OK that stands where older servers put an end of file.
      const isOk = size > 5;
      this.expects = this.expects === 'fields' && !isOk ? 'rows' : 'anything';
      return note(isOk ? 'ok' : null);
    }
    if (first === OK && size >= 3) {
      this.expects = 'anything';
      return note('ok');
    }
    if (this.expects !== 'outcome' || this.inLogin) return note(null);
    this.expects = 'fields';
    return note('tabular');
  }
}

/** Without the conversation: a greeting by its number and version, otherwise who speaks is all that is certain. */
function guess(d: Dissection): MysqlNote {
  const first = d.bytes[d.at + HEADER] ?? 0;
  if (d.nextKey2 === PORT) return { kind: 'request', outcome: null };
  if (d.bytes[d.at + 3] === 0 && first === 10) return { kind: 'greeting', outcome: null };
  return { kind: 'response', outcome: first === ERROR ? 'error' : null };
}

const index = (facts: FrameFacts): boolean => facts.at + HEADER + 1 <= facts.end;

function dissect(d: Dissection): void {
  const { at, bytes } = d;
  if (d.left < HEADER + 1 && d.note === null) return;
  const note = isNote(d.note) ? d.note : guess(d);
  const size = HEADER + lengthAt(bytes, at);
  const end = Math.min(d.end, at + size);
  const layer = d.layer('mysql', 'MySQL Protocol', at, end - at);
  d.at = end;
  if (at + size > d.end && d.wireEnd > d.end) d.needAt(at, size, 'mysql');
  d.field(layer, 'mysql.packet_length', 'Packet Length', lengthAt(bytes, at), at, 3);
  d.field(layer, 'mysql.packet_number', 'Packet Number', bytes[at + 3] ?? 0, at + 3, 1);
  const text = content(d, layer, note, at + HEADER, end);
  const before = d.continued ? d.columns.info : d.locked ? '' : (d.flow?.prefix ?? '');
  // As tshark: an outcome stays in the list, anything else gives way to what comes after it in the segment.
  const kept = d.continued ? before.replace(/(Response |Request [A-Z][a-zA-Z ]*)$/, '') : before;
  d.setProtocol('MySQL', kept + text);
  d.continued = true;
}

/** Adds what the packet says; gives its text for the list. */
function content(d: Dissection, layer: FieldNode, { kind, outcome }: MysqlNote, from: number, end: number): string {
  const { bytes } = d;
  switch (kind) {
    case 'greeting': {
      if (outcome === 'error') return `Server Greeting ${errorNodes(d, layer, from, end)}`;
      const node = d.node(layer, 'mysql.server_greeting', 'Server Greeting', null, from, end - from);
      const zero = bytes.indexOf(0, from + 1);
      const to = zero < 0 || zero > end ? end : zero;
      const version = asciiText(bytes, from + 1, to);
      d.field(node, 'mysql.protocol', 'Protocol', bytes[from] ?? 0, from, 1);
      d.field(node, 'mysql.version', 'Version', version, from + 1, to - from);
      // MariaDB calls itself 5.5.5 in front, so that old replicas take it.
      const shown = /^5\.5\.5-.*MariaDB/.test(version) ? version.slice(6) : version;
      return `Server Greeting  proto=${bytes[from] ?? 0} version=${shown} `;
    }
    case 'ssl':
      d.node(layer, 'mysql.login_request', 'Login Request: wish for TLS', null, from, end - from);
      return 'Response: SSL Handshake user= ';
    case 'login':
      return login(d, layer, from, end);
    case 'auth request':
      return 'Auth Switch Request ';
    case 'auth response':
      return 'Auth Switch Response ';
    case 'request': {
      const command = bytes[from] ?? 0;
      const name = COMMANDS.get(command) ?? `Unknown (${command})`;
      const node = d.node(layer, null, 'Request Command', null, from, end - from);
      d.node(node, 'mysql.command', `Command: ${name} (${command})`, String(command), from, 1);
      if (command === QUERY || command === PREPARE) {
        const statement = asciiText(bytes, from + 1, end);
        d.field(node, 'mysql.query', 'Statement', statement, from + 1, end - from - 1);
      } else if (command === 2)
        d.field(node, 'mysql.schema', 'Schema', asciiText(bytes, from + 1, end), from + 1, end - from - 1);
      return `Request ${name}`;
    }
    default:
      if (outcome === 'error') return `Response ${errorNodes(d, layer, from, end)}`;
      if (outcome === 'ok') return 'Response  OK ';
      return outcome === 'tabular' ? 'Response TABULAR ' : 'Response ';
  }
}

function errorNodes(d: Dissection, node: FieldNode, from: number, end: number): string {
  const code = u16(d.bytes, from + 1);
  d.field(node, 'mysql.error_code', 'Error Code', code, from + 1, 2);
  const hasState = d.bytes[from + 3] === 0x23;
  if (hasState)
    d.field(node, 'mysql.sqlstate', 'SQL state', asciiText(d.bytes, from + 4, Math.min(end, from + 9)), from + 4, 5);
  const at = from + (hasState ? 9 : 3);
  if (at < end) d.field(node, 'mysql.error.message', 'Error message', asciiText(d.bytes, at, end), at, end - at);
  return ` Error ${code} `;
}

function login(d: Dissection, layer: FieldNode, from: number, end: number): string {
  const { bytes } = d;
  const node = d.node(layer, 'mysql.login_request', 'Login Request', null, from, end - from);
  const flags = u16(bytes, from) | (u16(bytes, from + 2) << 16);
  const name = (at: number): number => {
    const zero = bytes.indexOf(0, at);
    return zero < 0 || zero > end ? end : zero;
  };
  const userAt = from + 32;
  const userEnd = Math.min(end, name(userAt));
  const user = asciiText(bytes, Math.min(userAt, end), userEnd);
  d.field(node, 'mysql.user', 'Username', user, userAt, userEnd - userAt);
  let text = `Login Request user=${user} `;
  if ((flags & CONNECT_WITH_DB) === 0 || (flags & SECURE_CONNECTION) === 0) return text;
  const size = bytes[userEnd + 1] ?? 0;
  // A longer length than one byte holds is none that a password hash has.
  if ((flags & PLUGIN_AUTH_LENENC) !== 0 && size > 250) return text;
  const schemaAt = userEnd + 2 + size;
  if (schemaAt >= end) return text;
  const schema = asciiText(bytes, schemaAt, name(schemaAt));
  d.field(node, 'mysql.schema', 'Schema', schema, schemaAt, schema.length);
  text += `db=${schema} `;
  return text;
}

export const protocol: Protocol = {
  filter: 'mysql',
  name: 'MySQL Protocol',
  attach: { tcpPorts: [PORT] },
  fields: [
    { name: 'mysql.packet_length', kind: 'uint' },
    { name: 'mysql.packet_number', kind: 'uint' },
    { name: 'mysql.server_greeting', kind: 'none' },
    { name: 'mysql.protocol', kind: 'uint' },
    { name: 'mysql.version', kind: 'text' },
    { name: 'mysql.login_request', kind: 'none' },
    { name: 'mysql.user', kind: 'text' },
    { name: 'mysql.schema', kind: 'text' },
    { name: 'mysql.command', kind: 'uint' },
    { name: 'mysql.query', kind: 'text' },
    { name: 'mysql.error_code', kind: 'uint' },
    { name: 'mysql.sqlstate', kind: 'text' },
    { name: 'mysql.error.message', kind: 'text' },
  ],
  index,
  dissect,
  stream: () => new MysqlStream(),
};
