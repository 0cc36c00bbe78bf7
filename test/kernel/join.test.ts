// The same packet at five points of a real node that rewrites it: DNAT, masquerade, IPv4 and IPv6, fragments; and what the kernel drops is lost
// on the stretch where it dropped it. What tcpdump saw is compared with what was sent, and with the kernel's own counters.
//   pod eth0 — vpod ┐ br0 10.87.0.1/24 · node · wan 10.86.0.1/24 — eth0 ext 10.86.0.2
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinCaptures } from '../../netpath/join/captures.fixture.ts';
import { lossesOf } from '../../netpath/join/losses.ts';

const missing = ['tcpdump', 'ip', 'nft', 'ping'].filter((program) => spawnSync('which', [program]).status !== 0);
const unable = missing.length > 0 || process.getuid?.() !== 0;
if (unable && process.env['CI']) throw new Error(`join tests need root and ${missing.join(', ')}`);

const id = `vj${randomBytes(3).toString('hex')}`;
const points = [
  ['pod', 'eth0', 'pod'],
  ['node', 'vpod', 'veth'],
  ['node', 'br0', 'br0'],
  ['node', 'wan', 'uplink'],
  ['ext', 'eth0', 'ext'],
] as const;

const run = (...args: string[]) => execFileSync(args[0] ?? '', args.slice(1), { encoding: 'utf8', stdio: 'pipe' });
const inside = (n: string, ...args: string[]) => run('ip', 'netns', 'exec', `${id}-${n}`, ...args);

const rules = `
table inet natted {
  chain pre { type nat hook prerouting priority dstnat;
    ip daddr 10.96.0.1 tcp dport 80 dnat ip to 10.86.0.2:8080
    ip daddr 10.96.0.1 udp dport 53 dnat ip to 10.86.0.2:5353
    ip6 daddr fd96::1 tcp dport 80 dnat ip6 to [fd86::2]:8080
  }
  chain post { type nat hook postrouting priority srcnat;
    oifname "wan" masquerade
  }
}
table inet lossy {
  counter dropped {
  }
  chain forwarded { type filter hook forward priority 0;
    icmp type echo-request numgen inc mod 4 == 3 counter name dropped drop
  }
}`;

const server = `
const net = require('node:net'), dgram = require('node:dgram');
net.createServer((s) => { s.on('data', (d) => s.end(Buffer.alloc(200000, d))); s.on('error', () => {}); }).listen(8080, '::');
const u = dgram.createSocket('udp4'); u.on('message', (m, r) => u.send(m, r.port, r.address)); u.bind(5353, () => console.log('ready'));`;

const client = `
const net = require('node:net'), dgram = require('node:dgram');
const get = (host) => new Promise((done) => { let n = 0; const s = net.connect(80, host, () => s.write('hello')); s.on('data', (d) => (n += d.length)); s.on('close', () => done(n)); s.on('error', () => done(-1)); });
const ask = (i) => new Promise((done) => { const u = dgram.createSocket('udp4'); u.on('message', () => { u.close(); done(1); }); u.send('question ' + i, 53, '10.96.0.1'); });
(async () => { const got = [await get('10.96.0.1'), await get('fd96::1')]; for (let i = 0; i < 5; i++) got.push(await ask(i)); console.log(JSON.stringify(got)); })();`;

function makeWorld(): void {
  for (const n of ['pod', 'node', 'ext']) {
    run('ip', 'netns', 'add', `${id}-${n}`);
    run('ip', '-n', `${id}-${n}`, 'link', 'set', 'lo', 'up');
  }
  const ip = (n: string, ...args: string[]) => run('ip', '-n', `${id}-${n}`, ...args);
  ip('node', 'link', 'add', 'br0', 'type', 'bridge');
  ip('node', 'link', 'add', 'vpod', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${id}-pod`);
  ip('node', 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${id}-ext`);
  ip('node', 'link', 'set', 'vpod', 'master', 'br0', 'up');
  for (const [n, device, v4, v6] of [
    ['node', 'br0', '10.87.0.1', 'fd87::1'],
    ['node', 'wan', '10.86.0.1', 'fd86::1'],
    ['pod', 'eth0', '10.87.0.2', 'fd87::2'],
    ['ext', 'eth0', '10.86.0.2', 'fd86::2'],
  ] as const) {
    ip(n, 'addr', 'add', `${v4}/24`, 'dev', device);
    ip(n, 'addr', 'add', `${v6}/64`, 'dev', device, 'nodad');
    ip(n, 'link', 'set', device, 'up');
  }
  ip('pod', 'route', 'add', 'default', 'via', '10.87.0.1');
  ip('pod', '-6', 'route', 'add', 'default', 'via', 'fd87::1');
  inside('node', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  execFileSync('ip', ['netns', 'exec', `${id}-node`, 'nft', '-f', '-'], { input: rules });
}

function bridgeNf(family: string): boolean {
  const asked = spawnSync('ip', [
    'netns',
    'exec',
    `${id}-node`,
    'cat',
    `/proc/sys/net/bridge/bridge-nf-call-${family}`,
  ]);
  return asked.stdout.toString().trim() === '1';
}

describe.skipIf(unable)('joining what a kernel forwards', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-join-'));
  let serving: ChildProcess | null = null;
  let joined: ReturnType<typeof joinCaptures>;
  let got: number[] = [];

  beforeAll(async () => {
    makeWorld();
    serving = spawn('ip', ['netns', 'exec', `${id}-ext`, process.execPath, '-e', server], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (serving.stdout !== null) await once(serving.stdout, 'data');
    const dumps = points.map(([n, device, name]) => {
      const file = path.join(folder, `${name}.pcap`);
      const args = [
        '-p',
        '-U',
        '-n',
        '-i',
        device,
        '--time-stamp-precision=nano',
        '--immediate-mode',
        '-Z',
        'root',
        '-w',
        file,
      ];
      const child = spawn(
        'ip',
        ['netns', 'exec', `${id}-${n}`, 'tcpdump', ...args, 'tcp or udp or icmp or (ip[6:2] & 0x3fff != 0)'],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      return { child, ready: once(child.stderr, 'data') };
    });
    await Promise.all(dumps.map(({ ready }) => ready));
    await delay(300);
    got = JSON.parse(inside('pod', process.execPath, '-e', client));
    spawnSync('ip', ['netns', 'exec', `${id}-pod`, 'ping', '-q', '-c', '20', '-i', '0.02', '-W', '1', '10.86.0.2']);
    spawnSync('ip', [
      'netns',
      'exec',
      `${id}-pod`,
      'ping',
      '-q',
      '-c',
      '3',
      '-i',
      '0.02',
      '-W',
      '1',
      '-s',
      '3000',
      '10.86.0.2',
    ]);
    await delay(500);
    await Promise.all(
      dumps.map(({ child }) => {
        child.kill('SIGINT');
        return once(child, 'exit');
      }),
    );
    joined = joinCaptures(
      points.map(([, , name]) => ({ name, bytes: fs.readFileSync(path.join(folder, `${name}.pcap`)) })),
    );
  });
  afterAll(() => {
    serving?.kill('SIGKILL');
    for (const n of ['pod', 'node', 'ext']) spawnSync('ip', ['netns', 'del', `${id}-${n}`], { stdio: 'ignore' });
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('the traffic was as meant', () => expect(got).toEqual([200_000, 200_000, 1, 1, 1, 1, 1]));

  test('every TCP and UDP packet is one packet at all five points', () => {
    const whole = points.map(([, , name]) => name);
    const strays = joined.packets.filter(
      (seen, i) =>
        /:(80|8080|53|5353) /.test(seen[0] ?? '') &&
        joined.paths[i]?.join() !== whole.join() &&
        joined.paths[i]?.join() !== [...whole].reverse().join(),
    );
    expect(strays).toEqual([]);
    expect(joined.packets.filter((seen) => / 10\.96\.0\.1:80 /.test(seen[0] ?? '')).length).toBeGreaterThan(5);
    expect(joined.packets.filter((seen) => / \[fd96::1\]:80 /.test(seen[0] ?? '')).length).toBeGreaterThan(5);
  });

  test('the rewrites that were seen are those of the rules', () => {
    const { join, points: names } = joined;
    const pairs = [...join.conversations.pairs].map(([text, { from, to }]) => `${text} ${names[from]} ${names[to]}`);
    // Where the bridge runs the rules, DNAT is done before the bridge itself is passed.
    const dnatAt = (family: string) => (bridgeNf(family) ? 'veth br0' : 'br0 uplink');
    expect(pairs.sort()).toEqual([
      `destination 17 10.96.0.1:53 10.86.0.2:5353 ${dnatAt('iptables')}`,
      `destination 6 10.96.0.1:80 10.86.0.2:8080 ${dnatAt('iptables')}`,
      `destination 6 [fd96::1]:80 [fd86::2]:8080 ${dnatAt('ip6tables')}`,
      'source 1 10.87.0.2 10.86.0.1 br0 uplink',
      'source 17 10.87.0.2 10.86.0.1 br0 uplink',
      'source 6 10.87.0.2 10.86.0.1 br0 uplink',
      'source 6 fd87::2 fd86::1 br0 uplink',
    ]);
  });

  test('packets that the kernel dropped are lost between bridge and uplink, as many as it counted', () => {
    const counted = /packets (\d+)/.exec(inside('node', 'nft', 'list', 'counter', 'inet', 'lossy', 'dropped'))?.[1];
    const { join, points: names } = joined;
    const lost = new Map<string, number>();
    for (const conversation of join.conversations.list()) {
      for (const loss of lossesOf(conversation, join.conversations, () => ({ dropped: 0 }))) {
        const key = `${names[loss.from]} > ${names[loss.to]} ${loss.verdict}`;
        lost.set(key, (lost.get(key) ?? 0) + loss.packets);
      }
    }
    expect([...lost]).toEqual([['br0 > uplink proved', expect.any(Number)]]);
    // A dropped datagram is one packet to the rule; on the bridge it may be three fragments.
    const frames = lost.get('br0 > uplink proved') ?? 0;
    expect(frames).toBeGreaterThanOrEqual(Number(counted) - 1);
    expect(frames).toBeLessThanOrEqual(Number(counted) + 2);
    expect(Number(counted)).toBeGreaterThanOrEqual(5);
  });

  test('fragments of a ping are joined, the later ones too', () => {
    // Three pings of three fragments, of which the rule may have dropped one. A bridge that runs the rules shows them put together.
    const cut = joined.paths.filter(
      (path, i) => / 10\.87\.0\.2 > 10\.86\.0\.2 /.test(joined.packets[i]?.[0] ?? '') && path.at(-1) === 'ext',
    );
    expect(cut.filter((path) => path.join() === 'pod,veth,br0,uplink,ext').length).toBeGreaterThanOrEqual(15);
    expect(cut.length).toBeGreaterThanOrEqual(15 + 6);
  });
});
