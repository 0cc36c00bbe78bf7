// FTP's data connections: on port 20, and those that a control connection announces (ftp.ts).
// Surprise: the command that is shown is the first one after the port was named, which is often TYPE.
import { isTransfer } from './ftp-transfer.ts';
import { bySegment } from './lines.ts';
import { oneLine } from './one-line.ts';

export const protocol = oneLine({
  filter: 'ftp-data',
  name: 'FTP Data',
  column: 'FTP-DATA',
  attach: { tcpPorts: [20], announced: true },
  header: 0,
  fields: [
    ['ftp-data.setup-method', 'text'],
    ['ftp-data.command', 'text'],
  ],
  stream: bySegment,
  read(d, layer, at) {
    const note = d.flow?.announced?.note;
    const info = `FTP Data: ${d.wireEnd - at} bytes`;
    if (!isTransfer(note)) return info;
    d.generated(layer, 'ftp-data.setup-method', `Setup method: ${note.method}`, note.method);
    d.generated(layer, 'ftp-data.command', `Command: ${note.command}`, note.command);
    return `${info} (${note.method}) (${note.command})`;
  },
});
