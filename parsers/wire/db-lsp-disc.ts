// Dropbox LAN sync discovery: a JSON text to everybody on the network, every half minute.
import { readTypedBody } from './media/read-body.ts';
import { oneLine } from './one-line.ts';

export const protocol = oneLine({
  filter: 'db-lsp-disc',
  name: 'Dropbox LAN sync Discovery Protocol',
  column: 'DB-LSP-DISC/JSON',
  attach: { udpPorts: [17500], bodies: true },
  header: 1,
  fields: [],
  read(d, layer, at) {
    readTypedBody(d, { type: 'application/json', parameters: '', from: at, to: d.end, isPacked: false, parent: layer });
    return 'Dropbox LAN sync Discovery Protocol, JavaScript Object Notation';
  },
});
