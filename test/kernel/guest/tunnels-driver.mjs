// Runs in the guest: two nodes and a wire, then each tunnel of the plan: set up, one datagram through it, taken down. Writes the dumps that the
// sending node printed, the frame that stood on the wire, and which device of the other node took it out.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const plan = JSON.parse(readFileSync('/out/plan.json', 'utf8'));
const run = (args, input = '') =>
  execFileSync(args[0], args.slice(1), {
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  });
const inside = (netns, ...args) => run(['ip', 'netns', 'exec', netns, ...args]);
const shell = (netns, commands) => commands.length > 0 && inside(netns, 'sh', '-ec', commands.join('\n'));
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

for (const netns of ['a', 'b']) run(['ip', 'netns', 'add', netns]);
for (const netns of ['a', 'b']) shell(netns, plan.setup[netns]);

const wire = spawn(
  'ip',
  ['netns', 'exec', 'a', 'tcpdump', '-i', 'eth0', '-U', '--immediate-mode', '-w', '-', plan.filter],
  {
    stdio: ['ignore', 'pipe', 'pipe'],
  },
);
let bytes = Buffer.alloc(0);
wire.stdout.on('data', (d) => (bytes = Buffer.concat([bytes, d])));
await new Promise((r) => wire.stderr.once('data', r));
while (bytes.length < 24) await sleep(20);

/** Frames so far: after the 24 bytes of the file's header, each has one of 16 with its length. */
function frames() {
  const out = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const end = at + 16 + bytes.readUInt32LE(at + 8);
    if (end > bytes.length) break;
    out.push(bytes.subarray(at + 16, end).toString('base64'));
    at = end;
  }
  return out;
}

const links = () => JSON.parse(inside('b', 'ip', '-s', '-d', '-j', 'link'));
const results = [];
for (const s of plan.scenarios) {
  const r = { refused: null, dumps: [], other: [], frames: [], took: [] };
  try {
    for (const netns of ['a', 'b']) shell(netns, s.up[netns]);
    r.dumps = plan.dumps.map(([path, ...args]) => ({ path, text: inside('a', ...args) }));
    const before = links();
    r.other = [{ path: 'ip-link.json', text: JSON.stringify(before) }];
    const seen = frames().length;
    inside('a', 'bash', '-c', `echo x >/dev/udp/${s.dst}/9`);
    for (let left = 40; left > 0 && frames().length === seen; left--) await sleep(25);
    await sleep(50);
    r.frames = frames().slice(seen);
    const received = new Map(before.map((l) => [l.ifname, l.stats64.rx.packets]));
    r.took = links()
      .filter((l) => l.stats64.rx.packets > (received.get(l.ifname) ?? 0))
      .map((l) => l.ifname);
  } catch (e) {
    r.refused = `${e.message}\n${e.stderr ?? ''}`;
  }
  for (const netns of ['a', 'b']) {
    try {
      shell(netns, s.down);
    } catch {
      // was not made
    }
  }
  results.push(r);
}
writeFileSync('/out/result.json', JSON.stringify(results));
wire.kill();
process.exit(0);
