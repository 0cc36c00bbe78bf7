// FTP (RFC 959): the control connection; of an answer in several lines the list shows the first.
import { byLines, lineAt, linesOf } from './lines.ts';
import { isToPort, oneLine } from './one-line.ts';

const PORTS = [21];
const MAX_LINES = 200;

export const protocol = oneLine({
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
