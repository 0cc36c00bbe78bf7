// Runs inside a namespace and sends one packet a command: `udp SRCPORT DST DPORT` (with `length` bytes), `tcp SRCPORT DST DPORT`, `icmp DST`. One JSON line in,
// one line out: `done` or `not sent`. TCP connects are given up after 60 ms; only the SYN matters. `await` says how long
// else (milliseconds). `heard` ends the wait and tells the source ports of what was answered by whom it was sent to.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import net from 'node:net';
import readline from 'node:readline';

/** Sockets of datagrams that still wait for an answer, and the source ports of those that got one. */
const waiting = new Set();
const heard = new Set();

const send = {
  /** What was answered since it was last asked, however late. */
  heard: () => {
    const ports = [...heard];
    for (const s of waiting) s.close();
    waiting.clear();
    heard.clear();
    return Promise.resolve(`heard ${ports.join()}`);
  },
  udp: ({ sport, dst, dport, length = 1, await: wait }) =>
    new Promise((resolve) => {
      const s = dgram.createSocket(dst.includes(':') ? 'udp6' : 'udp4');
      const end = (code) => {
        if (wait === undefined && waiting.delete(s)) s.close();
        resolve(code);
      };
      s.on('error', (e) => end(e.code));
      s.on('message', (_, { address, port }) => {
        if (address !== dst || port !== dport) return;
        heard.add(sport);
        end();
      });
      waiting.add(s);
      s.bind(sport, () => s.send('x'.repeat(length), dport, dst, () => setTimeout(end, wait ?? 5)));
    }),
  tcp: ({ sport, dst, dport, await: wait = 60 }) =>
    new Promise((resolve) => {
      const s = net.connect({ host: dst, port: dport, localPort: sport });
      const end = (code) => {
        s.destroy();
        resolve(code);
      };
      s.on('error', (e) => end(e.code));
      s.on('connect', () => {
        heard.add(sport);
        end();
      });
      // the second: what came meanwhile is read before it
      setTimeout(setTimeout, wait, end, 10);
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
  const sent = code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL';
  process.stdout.write(`${!sent ? 'not sent' : command.proto === 'heard' ? code : 'done'}\n`);
}
