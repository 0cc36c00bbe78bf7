// Runs inside a namespace of the guest: takes TCP connections, and gives each datagram back, from the address that it came to (so that each
// address has a socket). `answerer.mjs PORT,PORT… ADDRESS…`; says `listening` when it does.
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

const [ports = '', ...addresses] = process.argv.slice(2);
for (const port of ports.split(',').map(Number)) {
  const server = net.createServer((s) => s.on('error', () => {}));
  server.listen(port, '::');
  await once(server, 'listening');
  for (const address of addresses) {
    const s = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
    s.on('message', (text, from) => s.send(text, from.port, from.address));
    s.on('error', () => {});
    s.bind(port, address);
    await once(s, 'listening');
  }
}
process.stdout.write('listening\n');
