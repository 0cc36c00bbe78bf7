// Runs inside a namespace. `serve NAME PROTO:PORT…` answers every connection or datagram with NAME and prints `ready`; `ask PROTO HOST PORT
// [LOCALPORT [LOCALADDRESS]]` prints what the other side says: a name, `refused`, `timeout` or `unreachable`.
import dgram from 'node:dgram';
import net from 'node:net';

const [command, ...args] = process.argv.slice(2);

async function serve([name, ...ports]) {
  for (const p of ports) {
    const [proto, port] = p.split(':');
    if (proto === 'udp') {
      const s = dgram.createSocket('udp4');
      s.on('message', (_, from) => s.send(name, from.port, from.address));
      await new Promise((r) => s.bind(Number(port), '0.0.0.0', r));
    } else {
      const s = net.createServer((c) => {
        c.on('error', () => {});
        c.end(name);
      });
      await new Promise((r) => s.listen(Number(port), '0.0.0.0', r));
    }
  }
  process.stdout.write('ready\n');
}

const REASONS = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
};

function ask([proto, host, port, localPort, localAddress]) {
  return new Promise((resolve) => {
    // a refusal by ICMP reaches a connecting socket of the same host only with the second SYN, after 1 s
    setTimeout(() => resolve('timeout'), 1600);
    const failed = (e) => resolve(REASONS[e.code] ?? e.code);
    if (proto === 'udp') {
      const s = dgram.createSocket('udp4');
      s.on('error', failed);
      s.on('message', (m) => resolve(String(m)));
      s.bind(Number(localPort ?? 0), localAddress, () => s.connect(Number(port), host, () => s.send('?')));
    } else {
      const s = net.connect({ host, port: Number(port), localPort: Number(localPort ?? 0), localAddress });
      s.on('error', failed);
      s.on('data', (d) => resolve(String(d)));
    }
  });
}

if (command === 'serve') await serve(args);
else {
  process.stdout.write(`${await ask(args)}\n`);
  process.exit(0);
}
