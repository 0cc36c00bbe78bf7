// SMTP (RFC 5321): commands, answers, and the mail between DATA and its lonely dot.
// Surprise: only the messages before say that a segment is part of a mail or of a login, so the stream's reader remembers them. A line of a client that
// is no command counts as part of a mail, too.
import { IMF_FIELDS, imfMessage } from './imf-message.ts';
import { type Line, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';
import { ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORTS = [25, 587];
const MAX_LINES = 500;
const LF = 10;
const CR = 13;
const DOT = 46;
const MAX_LINE = 4096;
/** Of a mail more than this is not kept for its last segment. */
const MAX_MAIL = 1 << 18;
const COMMAND = /^([A-Za-z]{4})( |$)/;

/** What a segment of the client is: part of a mail, its end with the mail, or a turn of a login. */
interface SmtpNote {
  readonly kind: 'part' | 'mail' | 'user' | 'pass' | 'answer' | 'login';
  readonly mail: Uint8Array | null;
}

function isNote(note: unknown): note is SmtpNote {
  return typeof note === 'object' && note !== null && 'mail' in note;
}

/** Where the lonely dot's line begins, at the start of a line at or behind `at`; -1 without one. */
function endOfMail(bytes: Uint8Array, at: number, end: number): number {
  for (let line = at; line < end; ) {
    if (isDot(bytes, line, end)) return line;
    if (bytes[line] === CR && bytes[line + 1] === LF && isDot(bytes, line + 2, end)) return line;
    const feed = bytes.indexOf(LF, line);
    if (feed < 0 || feed >= end) return -1;
    line = feed + 1;
  }
  return -1;
}

function isDot(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 3 <= end && bytes[at] === DOT && bytes[at + 1] === CR && bytes[at + 2] === LF;
}

class SmtpStream implements StreamReader {
  switchTo: string | null = null;
  private inMail = false;
  private asksTls = false;
  /** What the client's next line is, while it logs in. */
  private login: 'user' | 'pass' | 'answer' | null = null;
  private parts: Uint8Array[] = [];
  private kept = 0;

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    if (end - at > MAX_LINE) return end - at;
    if (toServer && this.inMail) {
      // It may be the beginning of the end.
      const isBegun = bytes[at] === DOT && (end - at === 1 || (end - at === 2 && bytes[at + 1] === CR));
      return isBegun ? ONE_MORE : end - at;
    }
    return bytes[end - 1] === LF ? end - at : ONE_MORE;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): SmtpNote | null {
    if (!toServer) {
      const lines = linesOf(bytes, at, end, MAX_LINES);
      const last = lines.at(-1)?.text ?? '';
      if (this.asksTls && last.startsWith('220')) this.switchTo = 'tls';
      this.asksTls = false;
      if (/^(235|5)/.test(last)) this.login = null;
      return null;
    }
    if (this.login !== null && !this.inMail) {
      const kind = this.login;
      this.login = kind === 'user' ? 'pass' : kind === 'answer' ? 'answer' : null;
      return { kind, mail: null };
    }
    let isPart = this.inMail;
    let isLogin = false;
    for (const { text } of this.inMail ? [] : linesOf(bytes, at, end, MAX_LINES)) {
      const command = COMMAND.exec(text)?.[1]?.toUpperCase();
      if (this.inMail) break;
      const auth = /^AUTH (\S+)(?: +(\S+))?/i.exec(text);
      if (/^STARTTLS *$/i.test(text)) this.asksTls = true;
      else if (auth !== null) {
        const method = auth[1]?.toUpperCase();
        const isGiven = auth[2] !== undefined;
        if (method === 'LOGIN') this.login = isGiven ? 'pass' : 'user';
        else if (method !== 'PLAIN' || !isGiven) this.login = 'answer';
        isLogin = method === 'LOGIN' && isGiven;
      } else if (command === 'DATA') this.inMail = true;
      else if (command === undefined) isPart = true;
    }
    const dataEnds = this.inMail && !isPart && linesOf(bytes, at, end, MAX_LINES).length > 1;
    const isMail = isPart || (dataEnds && !/^data\r?\n?$/i.test(lastLine(bytes, at, end)));
    if (!isMail) return isLogin ? { kind: 'login', mail: null } : null;
    return this.part(bytes, at, end);
  }

  private part(bytes: Uint8Array, at: number, end: number): SmtpNote {
    const stop = this.inMail ? endOfMail(bytes, at, end) : -1;
    const part = bytes.subarray(at, stop < 0 ? end : stop);
    if (this.kept < MAX_MAIL) this.parts.push(part.slice(0, MAX_MAIL - this.kept));
    this.kept += part.length;
    if (stop < 0) return { kind: 'part', mail: null };
    const mail = new Uint8Array(this.parts.reduce((sum, one) => sum + one.length, 0));
    let to = 0;
    for (const one of this.parts) {
      mail.set(one, to);
      to += one.length;
    }
    this.parts = [];
    this.kept = 0;
    this.inMail = false;
    return { kind: 'mail', mail };
  }
}

function lastLine(bytes: Uint8Array, at: number, end: number): string {
  return linesOf(bytes, at, end, MAX_LINES).at(-1)?.text ?? '';
}

/** A line of an answer goes on the one before when that had a dash. */
function saidOf(lines: readonly Line[]): string[] {
  return lines.map(({ text }, i) => {
    const goesOn = /^\d{3}-/.test(lines[i - 1]?.text ?? '');
    return goesOn && /^\d{3}[ -]/.test(text) ? text.slice(4) : text;
  });
}

export const protocol = oneLine({
  filter: 'smtp',
  name: 'Simple Mail Transfer Protocol',
  column: 'SMTP',
  attach: { tcpPorts: PORTS },
  header: 1,
  fields: [
    ['smtp.req', 'bool'],
    ['smtp.req.command', 'text'],
    ['smtp.req.parameter', 'text'],
    ['smtp.auth.username', 'text'],
    ['smtp.auth.password', 'text'],
    ['smtp.rsp', 'bool'],
    ['smtp.response.code', 'uint'],
    ['smtp.rsp.parameter', 'text'],
    ...IMF_FIELDS,
  ],
  stream: () => new SmtpStream(),
  read(d, layer, at) {
    const isRequest = isToPort(d, PORTS);
    const note = isNote(d.note) ? d.note : null;
    if (note?.kind === 'part') return `C: DATA fragment, ${d.wireEnd - at} bytes`;
    if (note?.kind === 'mail' && note.mail !== null) {
      const back = d.enter(`Reassembled DATA (${note.mail.length} bytes)`, note.mail);
      const { column, info } = imfMessage(d, 0, note.mail.length);
      back();
      return [`SMTP/${column}`, info];
    }
    const lines = linesOf(d.bytes, at, d.end, MAX_LINES);
    if (note?.kind === 'user' || note?.kind === 'pass' || note?.kind === 'answer') {
      const { text, from } = lines[0] ?? { text: '', from: at };
      d.generated(layer, 'smtp.req', 'Request: True', '1');
      if (note.kind === 'answer') d.node(layer, null, text, null, from, text.length);
      else if (note.kind === 'user') d.field(layer, 'smtp.auth.username', 'Username', text, from, text.length);
      else d.field(layer, 'smtp.auth.password', 'Password', text, from, text.length);
      return `C: ${note.kind === 'user' ? 'User: ' : note.kind === 'pass' ? 'Pass: ' : ''}${text}`;
    }
    if (!isRequest) d.generated(layer, 'smtp.rsp', 'Response: True', '1');
    for (const [i, { text, from, next }] of lines.entries()) {
      const node = d.node(layer, null, text, null, from, next - from);
      if (isRequest) {
        d.generated(layer, 'smtp.req', 'Request: True', '1');
        const command = /^STARTTLS$/i.test(text) ? text : text.slice(0, 4);
        d.field(node, 'smtp.req.command', 'Command', command, from, command.length);
        if (text.length > 5 && text !== command)
          d.field(node, 'smtp.req.parameter', 'Request parameter', text.slice(5), from + 5, text.length - 5);
        const name = note?.kind === 'login' ? text.split(' ')[2] : undefined;
        if (name !== undefined) d.field(node, 'smtp.auth.username', 'Username', name, from + 11, name.length);
      } else if (/^\d{3}/.test(text)) {
        if (!/^\d{3}-/.test(lines[i - 1]?.text ?? ''))
          d.field(node, 'smtp.response.code', 'Response code', Number(text.slice(0, 3)), from, 3);
        if (text.length > 4)
          d.field(node, 'smtp.rsp.parameter', 'Response parameter', text.slice(4), from + 4, text.length - 4);
      }
    }
    const said = isRequest ? lines.map(({ text }) => text) : saidOf(lines);
    if (note?.kind === 'login' && said[0] !== undefined) said[0] = said[0].replace(/^(\S+ \S+) +/, '$1 User: ');
    return `${isRequest ? 'C: ' : 'S: '}${said.join(' | ')}`;
  },
});
