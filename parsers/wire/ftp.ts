// FTP (RFC 959, 2428): the control connection; of an answer in several lines the list shows the first.
// Surprise: the hot decoder reads lines too, for those that say where a transfer will be.
import { parseIp } from '../core/address.ts';
import type { End } from './announcements.ts';
import type { FrameFacts } from './facts.ts';
import { formatText } from './format-text.ts';
import { type FtpTransfer, isTransfer } from './ftp-transfer.ts';
import { byLines, lineAt, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';

const PORTS = [21];
const MAX_LINES = 200;

const MAX_LINE = 200;
const FTP = 'ftp-data';
/** A server's end of a transfer that it begins itself. */
const DATA_PORT = 20;

/** Says where a transfer will be, when this line does; the next command is shown with it. */
function announce(facts: FrameFacts): void {
  const { announcements, view, at, end } = facts;
  if (announcements === null || at >= end) return;
  const isRequest = PORTS.includes(facts.dport);
  const [source, destination] = facts.ends();
  const control = isRequest ? source : destination;
  const first = view.getUint8(at);
  // 227, 229 and PORT; what EPRT names is not followed, as in Wireshark.
  if (!isRequest && first !== 0x32) return;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const text = formatText(bytes, at, Math.min(end, at + MAX_LINE));
  const line = text.split('\\r')[0] ?? '';
  if (isRequest) announcements.tellPending(control, (note) => named(note, line));
  const where = isRequest ? activeEnd(line, source) : passiveEnd(line, source);
  if (where === null) return;
  const note: FtpTransfer = { method: where.method, command: '' };
  announcements.announce(FTP, where.end, note, isRequest ? DATA_PORT : 0);
  announcements.keepPending(control, note);
}

function named(note: unknown, line: string): void {
  if (isTransfer(note)) note.command = line;
}

/** The end that a PORT command names. */
function activeEnd(line: string, { transport }: End): { readonly method: string; readonly end: End } | null {
  const port = /^PORT +(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/i.exec(line);
  return port === null ? null : sixNumbers('PORT', port, transport);
}

/** The end that the answer to PASV or EPSV names. */
function passiveEnd(line: string, { transport, ip }: End): { readonly method: string; readonly end: End } | null {
  const short = /^227 .*?(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(line);
  if (short !== null) return sixNumbers('PASV', short, transport);
  const long = /^229 .*\(\|\|\|(\d{1,5})\|\)/.exec(line);
  return long === null ? null : { method: 'EPASV', end: { transport, ip, port: Number(long[1]) & 0xffff } };
}

function sixNumbers(method: string, [, ...numbers]: RegExpExecArray, transport: number) {
  const ip = parseIp(numbers.slice(0, 4).join('.'));
  const port = (Number(numbers[4]) & 255) * 256 + (Number(numbers[5]) & 255);
  return ip === null ? null : { method, end: { transport, ip, port } };
}

const spec = oneLine({
  filter: 'ftp',
  name: 'File Transfer Protocol (FTP)',
  column: 'FTP',
  attach: { tcpPorts: PORTS },
  header: 1,
  fields: [
    ['ftp.request', 'bool'],
    ['ftp.request.command', 'text'],
    ['ftp.request.arg', 'text'],
    ['ftp.response', 'bool'],
    ['ftp.response.code', 'uint'],
    ['ftp.response.arg', 'text'],
  ],
  stream: byLines,
  read(d, layer, at) {
    const isRequest = isToPort(d, PORTS);
    d.generated(layer, 'ftp.request', `Request: ${isRequest ? 'True' : 'False'}`, isRequest ? '1' : '0');
    d.generated(layer, 'ftp.response', `Response: ${isRequest ? 'False' : 'True'}`, isRequest ? '0' : '1');
    for (const { text, from, next } of linesOf(d.bytes, at, d.end, MAX_LINES)) {
      const node = d.node(layer, null, text, null, from, next - from);
      if (isRequest) {
        const [command = '', ...rest] = text.split(' ');
        d.field(node, 'ftp.request.command', 'Request command', command, from, command.length);
        if (rest.length > 0)
          d.field(
            node,
            'ftp.request.arg',
            'Request arg',
            rest.join(' '),
            from + command.length + 1,
            rest.join(' ').length,
          );
      } else if (from === at && /^\d{3}[ -]/.test(text)) {
        d.field(node, 'ftp.response.code', 'Response code', Number(text.slice(0, 3)), from, 3);
        d.field(node, 'ftp.response.arg', 'Response arg', text.slice(4), from + 4, text.length - 4);
      }
    }
    return `${isRequest ? 'Request' : 'Response'}: ${lineAt(d.bytes, at, d.end).text}`;
  },
});

export const protocol: Protocol = {
  ...spec,
  index(facts) {
    announce(facts);
    return spec.index(facts);
  },
};
