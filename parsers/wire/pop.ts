// POP3 (RFC 1939): commands, answers, and the mails that are read.
// Surprise: a mail's size stands in the answer to RETR only; what follows counts as mail until so much has come, and what comes later, as the lines
// of a list, as one mail a segment.
import { IMF_FIELDS, imfMessage } from './imf-message.ts';
import { lineAt } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';
import type { StreamReader } from './stream-reading.ts';

const PORTS = [110];
/** Of a mail more than this is not kept for its last segment. */
const MAX_MAIL = 1 << 18;

/** A segment of a mail; with the mail when it is the last one. */
interface PopNote {
  readonly mail: Uint8Array | null;
}

function isNote(note: unknown): note is PopNote {
  return typeof note === 'object' && note !== null && 'mail' in note;
}

class PopStream implements StreamReader {
  switchTo: string | null = null;
  private asked = '';
  private wanted = 0;
  private read = 0;
  private parts: Uint8Array[] = [];
  private kept = 0;

  size(_bytes: Uint8Array, at: number, end: number): number {
    return end - at;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): PopNote | null {
    const { text } = lineAt(bytes, at, end);
    if (toServer) {
      this.asked = (/^[A-Za-z]+/.exec(text)?.[0] ?? '').toUpperCase();
      return null;
    }
    if (/^(\+OK|-ERR)/.test(text)) {
      if (text.startsWith('+OK') && this.asked === 'STLS') this.switchTo = 'tls';
      if (text.startsWith('+OK') && this.asked === 'RETR') {
        this.wanted = Number(/^\S+\s+(\d{1,9})/.exec(text)?.[1] ?? 0);
        this.read = 0;
      }
      this.asked = '';
      return null;
    }
    this.read += end - at;
    if (this.kept < MAX_MAIL) this.parts.push(bytes.slice(at, Math.min(end, at + MAX_MAIL - this.kept)));
    this.kept += end - at;
    if (this.read < this.wanted) return { mail: null };
    const mail = new Uint8Array(this.parts.reduce((sum, one) => sum + one.length, 0));
    let to = 0;
    for (const part of this.parts) {
      mail.set(part, to);
      to += part.length;
    }
    this.parts = [];
    this.kept = 0;
    return { mail };
  }
}

export const protocol = oneLine({
  filter: 'pop',
  name: 'Post Office Protocol',
  column: 'POP',
  attach: { tcpPorts: PORTS },
  header: 1,
  fields: [
    ['pop.request.command', 'text'],
    ['pop.request.parameter', 'text'],
    ['pop.response.indicator', 'text'],
    ['pop.response.description', 'text'],
    ...IMF_FIELDS,
  ],
  stream: () => new PopStream(),
  read(d, layer, at) {
    const { text, next } = lineAt(d.bytes, at, d.end);
    const isRequest = isToPort(d, PORTS);
    const isAnswer = text.startsWith('+OK') || text.startsWith('-ERR');
    if (!isRequest && !isAnswer) {
      const mail = isNote(d.note) ? d.note.mail : null;
      if (mail === null) return `S: DATA fragment, ${d.wireEnd - at} bytes`;
      const back = d.enter(`Reassembled DATA (${mail.length} bytes)`, mail);
      const { column, info } = imfMessage(d, 0, mail.length);
      back();
      return [`POP/${column}`, info];
    }
    const node = d.node(layer, null, text, null, at, next - at);
    const space = text.indexOf(' ');
    const first = space < 0 ? text : text.slice(0, space);
    const kind = isRequest ? 'request.command' : 'response.indicator';
    d.field(node, `pop.${kind}`, isRequest ? 'Request command' : 'Response indicator', first, at, first.length);
    const rest = isRequest ? 'request.parameter' : 'response.description';
    if (space >= 0 && space + 1 < text.length)
      d.field(
        node,
        `pop.${rest}`,
        isRequest ? 'Request parameter' : 'Response description',
        text.slice(space + 1),
        at + space + 1,
        text.length - space - 1,
      );
    return `${isRequest ? 'C' : 'S'}: ${text}`;
  },
});
