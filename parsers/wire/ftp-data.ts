// FTP's data connection on its port 20. Surprise: those of passive mode have ports that only the control connection names.
import { bySegment } from './lines.ts';
import { oneLine } from './one-line.ts';

export const protocol = oneLine({
  filter: 'ftp-data',
  name: 'FTP Data',
  column: 'FTP-DATA',
  attach: { tcpPorts: [20] },
  header: 0,
  fields: [],
  stream: bySegment,
  read: (d, _layer, at) => `FTP Data: ${d.wireEnd - at} bytes`,
});
