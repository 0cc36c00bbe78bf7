// IMAP 4 (RFC 3501), and the messages that it fetches.
// Surprise: of several lines the list shows the first with a tag; a fetched message takes its place.
import { IMF_FIELDS, imfMessage } from './imf-message.ts';
import { type Line, lineAt, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';
import { ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORTS = [143];
const MAX_LINES = 500;
const MAX_LINE = 4096;
const LF = 10;
const LITERAL = /^\* \d+ FETCH .*\{(\d{1,9})\}$/i;

interface Reply {
  readonly lines: readonly Line[];
  /** Fetched messages: where each begins and ends. */
  readonly messages: readonly { readonly from: number; readonly to: number }[];
  /** Where it ends by what is known of it; beyond `end` when a literal goes on. */
  readonly size: number;
}

/** Lines and literals of what a server sends. */
function replyAt(bytes: Uint8Array, at: number, end: number): Reply {
  const lines: Line[] = [];
  const messages: { from: number; to: number }[] = [];
  let next = at;
  while (next < end && lines.length < MAX_LINES) {
    const line = lineAt(bytes, next, end);
    lines.push(line);
    next = line.next;
    const size = Number(LITERAL.exec(line.text)?.[1] ?? 0);
    if (size === 0) continue;
    if (next + size > end) return { lines, messages, size: next + size - at };
    messages.push({ from: next, to: next + size });
    next += size;
  }
  return { lines, messages, size: end - at };
}

class ImapStream implements StreamReader {
  switchTo: string | null = null;
  private tlsTag: string | null = null;

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    if (toServer) return bytes[end - 1] === LF || end - at > MAX_LINE ? end - at : ONE_MORE;
    const { size, lines, messages } = replyAt(bytes, at, end);
    if (size > end - at || messages.at(-1)?.to === end) return size;
    const last = lines.at(-1);
    return bytes[end - 1] === LF || last === undefined || end - last.from > MAX_LINE ? size : ONE_MORE;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): null {
    const { text } = lineAt(bytes, at, end);
    if (toServer) this.tlsTag = /^(\S+) STARTTLS *$/i.exec(text)?.[1] ?? null;
    else if (this.tlsTag !== null && text.startsWith(`${this.tlsTag} OK`)) this.switchTo = 'tls';
    return null;
  }
}

export const protocol = oneLine({
  filter: 'imap',
  name: 'Internet Message Access Protocol',
  column: 'IMAP',
  attach: { tcpPorts: PORTS },
  header: 1,
  separator: '',
  fields: [['imap.request', 'text'], ['imap.response', 'text'], ...IMF_FIELDS],
  stream: () => new ImapStream(),
  read(d, layer, at) {
    const isRequest = isToPort(d, PORTS);
    const isFirst = !d.continued;
    const kind = isRequest ? 'Request' : 'Response';
    const { lines, messages } = isRequest
      ? { lines: linesOf(d.bytes, at, d.end, MAX_LINES), messages: [] }
      : replyAt(d.bytes, at, d.end);
    for (const { text, from, next } of lines) {
      // What comes unasked for (`*`) is a line, but no response.
      const isOwn = text !== '' && (isRequest || !text.startsWith('*'));
      if (isOwn) d.field(layer, `imap.${kind.toLowerCase()}`, kind, text, from, next - from);
      else d.node(layer, null, text, null, from, next - from);
    }
    const mails = messages.map(({ from, to }) => imfMessage(d, from, to));
    const mail = mails.at(-1);
    if (mail !== undefined) return [['IMAP', ...mails.map(({ column }) => column)].join('/'), mail.info];
    if (!isFirst) return [d.columns.protocol, ''];
    const shown = isRequest ? lines[0] : (lines.find(({ text }) => !text.startsWith('*')) ?? lines[0]);
    return `${kind}: ${shown?.text ?? ''}`;
  },
});
