// Sends UDP at a bounded rate: `node udp-sender.mjs ADDRESS COUNT PER_SECOND BYTES`. Prints how many were handed to the kernel.
import dgram from 'node:dgram';

const [address, count, perSecond, bytes] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const payload = Buffer.alloc(bytes, 'v');
const sockets = Array.from({ length: 16 }, () => dgram.createSocket('udp4'));
for (const socket of sockets) {
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.bind(0, () => resolve(undefined)));
}
let sent = 0;
const started = performance.now();
while (sent < count) {
  const due = Math.min(count, Math.ceil(((performance.now() - started) / 1000) * perSecond));
  for (let burst = 0; sent < due && burst < 64; burst++) sockets[sent++ & 15].send(payload, 9, address);
  await new Promise((resolve) => setImmediate(resolve));
}
const seconds = (performance.now() - started) / 1000;
await new Promise((resolve) => setTimeout(resolve, 200));
for (const socket of sockets) socket.close();
process.stdout.write(`${JSON.stringify({ sent, seconds })}\n`);
