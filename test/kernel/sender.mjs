// Runs inside a namespace and sends one packet a command: `udp SRCPORT DST DPORT` (with `length` bytes), `tcp SRCPORT DST DPORT`, `icmp DST`. One JSON line in,
// one line out: `done` or `not sent`. TCP connects are given up after 60 ms; only the SYN matters.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import net from 'node:net';
import readline from 'node:readline';

const send = {
  udp: ({ sport, dst, dport, length = 1 }) =>
    new Promise((resolve) => {
      const s = dgram.createSocket(dst.includes(':') ? 'udp6' : 'udp4');
      const end = (e) => {
        s.close();
        resolve(e?.code);
      };
      s.on('error', end);
      s.bind(sport, () => s.send('x'.repeat(length), dport, dst, () => setTimeout(() => end(), 5)));
    }),
  tcp: ({ sport, dst, dport }) =>
    new Promise((resolve) => {
      const s = net.connect({ host: dst, port: dport, localPort: sport });
      const end = (e) => {
        s.destroy();
        resolve(e?.code);
      };
      s.on('error', end);
      s.on('connect', () => end());
      setTimeout(() => end(), 60);
    }),
  icmp: ({ dst }) =>
    new Promise((resolve) => {
      spawn('ping', ['-c', '1', '-W', '0.05', '-q', dst], { stdio: 'ignore' }).on('exit', () => resolve());
    }),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const code = await send[command.proto]?.(command);
  // A source port that is still taken means that no packet went out.
  process.stdout.write(code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL' ? 'not sent\n' : 'done\n');
}
