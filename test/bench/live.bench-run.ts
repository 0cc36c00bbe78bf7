// The whole live chain under load: veths, tcpdump, merge, file, index, HTTP. One sender, one or two points, as root.
// VETHSCOPE_BENCH_SECONDS (60) and VETHSCOPE_BENCH_RATE (100,000 packets a second over all points) set the load.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'vite';
import { it } from 'vitest';
import { captureStatus } from '../../api/live.ts';
import { packetRows } from '../../api/schemas.ts';
import { BridgeWorld } from '../kernel/bridge-world.fixture.ts';

const seconds = Number(process.env['VETHSCOPE_BENCH_SECONDS'] ?? 60);
const rate = Number(process.env['VETHSCOPE_BENCH_RATE'] ?? 100_000);
const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.cache', `live-bench-${process.pid}`);

async function startServer(world: BridgeWorld): Promise<{ child: ChildProcess; origin: string }> {
  const entry = path.join(import.meta.dirname, '../kernel/told-server.fixture.ts');
  const rolldownOptions = { input: entry, output: { entryFileNames: '[name].js' } };
  const outDir = path.join(folder, 'bundle');
  await build({
    configFile: false,
    logLevel: 'silent',
    root,
    build: { ssr: true, target: 'node20', outDir, rolldownOptions },
  });
  const told = { root, dataFolder: path.join(folder, 'data'), pods: world.pods(), points: world.points() };
  const args = [path.join(outDir, 'told-server.fixture.js'), JSON.stringify(told)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  if (child.stdout === null) throw new Error('no stdout');
  for await (const line of readline.createInterface({ input: child.stdout })) {
    return { child, origin: new URL(line.replace('link ', '')).origin };
  }
  throw new Error('the server did not start');
}

/** Seconds of processor time of a process, user and system. */
function cpuOf(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Packets that left the client's interface: what a sender hands over and the kernel refuses is not among them. */
function leftClient(world: BridgeWorld): number {
  return Number(world.in('client', ['cat', '/sys/class/net/eth0/statistics/tx_packets']));
}

async function measure(world: BridgeWorld, server: { child: ChildProcess; origin: string }, points: readonly string[]) {
  const headers = { authorization: 'Bearer token-of-the-tests', 'content-type': 'application/json' };
  const ask = async (at: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${server.origin}${at}`, init)).json();
  };
  const limits = { seconds: seconds * 5 + 60, bytes: 50_000_000_000, packets: 1_000_000_000 };
  const request = { pods: [], points, filter: 'udp port 9', snapshots: false, limits };
  const made = await ask('/api/captures', request);
  const id = typeof made === 'object' && made !== null && 'id' in made ? String(made.id) : '';
  if (id === '') throw new Error(JSON.stringify(made));

  const perSecond = rate / points.length;
  const sender = path.join(import.meta.dirname, 'udp-sender.mjs');
  const args = [process.execPath, sender, '10.88.0.3', String(perSecond * seconds), String(perSecond), '60'];
  const leftBefore = leftClient(world);
  const cpuBefore = cpuOf(server.child.pid ?? 0);
  const sending = spawn('ip', ['netns', 'exec', world.name('client'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  sending.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const over = new Promise((resolve) => sending.once('close', resolve));
  const behind: number[] = [];
  const answers: number[] = [];
  let running = true;
  void over.then(() => {
    running = false;
  });
  await delay(1500);
  while (running) {
    const started = performance.now();
    const { total } = packetRows.parse(await ask(`/api/cases/${id}/packets?count=0`));
    const { rows } = packetRows.parse(await ask(`/api/cases/${id}/packets?count=1&offset=${Math.max(0, total - 1)}`));
    answers.push(performance.now() - started);
    if (rows[0] !== undefined && running) behind.push(Date.now() / 1000 - Number(rows[0].tsNs) / 1e9);
    await delay(250);
  }
  const { seconds: took }: { seconds: number } = JSON.parse(printed);
  const sent = leftClient(world) - leftBefore;
  const status = captureStatus.parse(await ask(`/api/captures/${id}/stop`, {}));
  const cpu = cpuOf(server.child.pid ?? 0) - cpuBefore;
  const { total } = packetRows.parse(await ask(`/api/cases/${id}/packets?count=0`));
  const drops = status.points.reduce((sum, p) => sum + (p.kernelDrops ?? 0), 0);
  behind.sort((x, y) => x - y);
  answers.sort((x, y) => x - y);
  const at = (list: number[], part: number) =>
    list[Math.min(list.length - 1, Math.floor(list.length * part))] ?? Number.NaN;
  const rss = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1024;
  const expected = sent * points.length;
  console.log(
    `\n${points.join(' + ')}: ${Math.round((sent / took) * points.length)} packets/s for ${took.toFixed(1)} s
  sent × points      ${expected}
  captured           ${status.packets} (${expected - status.packets} fewer; ARP is not captured)
  kernel drops       ${drops}
  indexed            ${total}
  seconds behind     median ${at(behind, 0.5).toFixed(2)}, 95 % ${at(behind, 0.95).toFixed(2)}, most ${at(behind, 1).toFixed(2)}
  answer for the last row   median ${at(answers, 0.5).toFixed(0)} ms, most ${at(answers, 1).toFixed(0)} ms
  server             ${((cpu / took) * 100).toFixed(0)} % of one processor, ${rss.toFixed(0)} MB resident
  file               ${(status.bytes / 1e6).toFixed(0)} MB`,
  );
  await fetch(`${server.origin}/api/cases/${id}`, { method: 'DELETE', headers });
}

it('live capture under load', async () => {
  const world = new BridgeWorld();
  let server: Awaited<ReturnType<typeof startServer>> | null = null;
  try {
    // Nobody listens: without this the answers of ICMP are half of the load.
    execFileSync('ip', ['netns', 'exec', world.name('web'), 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=100000']);
    server = await startServer(world);
    await measure(world, server, ['veth:vclient']);
    await measure(world, server, ['pod:client', 'veth:vclient']);
  } finally {
    if (server !== null) {
      const gone = new Promise((resolve) => server?.child.once('exit', resolve));
      server.child.kill('SIGTERM');
      await gone;
    }
    world.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
