// SMTP (RFC 5321): commands, answers, and the mail between DATA and its lonely dot.
// Surprise: only the commands before say that a segment is part of a mail, so the stream's reader remembers them.
import { type Line, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';
import { ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORTS = [25, 587];
const MAX_LINES = 500;
const LF = 10;
const MAX_LINE = 4096;
/** Note of a segment of a mail. */
const MAIL = 'mail';

class SmtpStream implements StreamReader {
  readonly switchTo = null;
  private inMail = false;

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    if (toServer && this.inMail) return end - at;
    return bytes[end - 1] === LF || end - at > MAX_LINE ? end - at : ONE_MORE;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): typeof MAIL | null {
    if (!toServer) return null;
    const lines = linesOf(bytes, at, end, MAX_LINES);
    if (this.inMail) {
      if (lines.at(-1)?.text === '.' || lines.some(({ text }) => text === '.')) this.inMail = false;
      return MAIL;
    }
    if (lines.some(({ text }) => /^data$/i.test(text.trim()))) this.inMail = true;
    return null;
  }
}

const rest = ({ text }: Line): string => (/^\d{3}[ -]/.test(text) ? text.slice(4) : text);

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
    ['smtp.rsp', 'bool'],
    ['smtp.response.code', 'uint'],
    ['smtp.rsp.parameter', 'text'],
  ],
  stream: () => new SmtpStream(),
  read(d, layer, at) {
    const isRequest = isToPort(d, PORTS);
    if (d.note === MAIL) return `C: DATA fragment, ${d.wireEnd - at} bytes`;
    d.generated(layer, isRequest ? 'smtp.req' : 'smtp.rsp', isRequest ? 'Request: True' : 'Response: True', '1');
    const lines = linesOf(d.bytes, at, d.end, MAX_LINES);
    for (const { text, from, next } of lines) {
      const node = d.node(layer, null, text, null, from, next - from);
      if (isRequest) {
        const command = text.slice(0, 4);
        d.field(node, 'smtp.req.command', 'Command', command, from, command.length);
        if (text.length > 5)
          d.field(node, 'smtp.req.parameter', 'Request parameter', text.slice(5), from + 5, text.length - 5);
      } else if (/^\d{3}/.test(text)) {
        if (from === at) d.field(node, 'smtp.response.code', 'Response code', Number(text.slice(0, 3)), from, 3);
        if (text.length > 4)
          d.field(node, 'smtp.rsp.parameter', 'Response parameter', text.slice(4), from + 4, text.length - 4);
      }
    }
    const [first, ...others] = lines;
    const said = isRequest ? others.map(({ text }) => text) : others.map(rest);
    return [isRequest ? 'C: ' : 'S: ', [first?.text ?? '', ...said].join(' | ')].join('');
  },
});
