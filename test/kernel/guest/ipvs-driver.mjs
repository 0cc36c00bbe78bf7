// Runs in the guest: client — node — server as namespaces, then each rule set of the plan with its packets. Writes what the dump
// commands printed before the packets, and what the kernel said while they went: rule traces and new connections.
//
// Surprise: starting a program takes 50 ms under emulation, so they are few: everything of the node runs in its namespace, this included.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

const ATTEMPTS = 3;

const plan = JSON.parse(readFileSync('/out/plan.json', 'utf8'));
const run = (program, args, input = '') =>
  execFileSync(program, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const lines = (list) => list.map((l) => `${l}\n`).join('');

function sender(netns) {
  const child = spawn(
    'ip',
    ['netns', 'exec', netns, process.execPath, path.join(import.meta.dirname, '../sender.mjs')],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (packet) => {
    child.stdin.write(`${JSON.stringify(packet)}\n`);
    return (await answers.next()).value;
  };
}

/** A program that prints what it sees, into `text`. One that ends by itself has lost what came after: both end when their socket is full. */
function watch(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const w = { text: '', ended: false, end: () => child.kill() };
  child.on('exit', () => (w.ended = true));
  child.stdout.on('data', (d) => (w.text += d));
  return w;
}

/** Waits until nothing more comes. */
async function quiet(w, ms) {
  for (let seen = -1; seen !== w.text.length; ) {
    seen = w.text.length;
    await sleep(ms);
  }
}

/** Sockets that have joined a group of netfilter's netlink, as /proc/net/netlink lists them. */
function joined() {
  const sockets = readFileSync('/proc/net/netlink', 'utf8')
    .split('\n')
    .map((l) => l.trim().split(/\s+/));
  return sockets.filter(([, protocol, , groups]) => protocol === '12' && !/^0*$/.test(groups));
}

/** Waits until so many programs have joined: before that they are told nothing. */
async function listening(programs) {
  while (joined().length < programs) await sleep(20);
}

/** What the kernel could not tell them for want of room. */
const dropped = () => joined().reduce((sum, [, , , , , , , , drops]) => sum + Number(drops), 0);

const dump = ([name, program, ...args]) => ({ path: name, text: run(program, args) });

function load(s) {
  const tables = ['ip', 'ip6'].flatMap((f) => ['raw', 'mangle', 'nat', 'filter'].map((t) => `${f} ${t}`));
  run('nft', ['-f', '-'], lines(tables.flatMap((t) => [`add table ${t}`, `delete table ${t}`])));
  // a list of sets holds its members until it is emptied
  run('ipset', ['restore'], `flush\ndestroy\n${s.ipsets}`);
  run(
    'ip',
    ['-batch', '-'],
    lines([
      'addr flush dev kube-ipvs0',
      ...s.virtual.map((a) => `addr add ${a}/${s.family === 4 ? '32' : '128 nodad'} dev kube-ipvs0`),
    ]),
  );
  run('ipvsadm', ['-R'], `-C\n${s.ipvs}`);
  // after: with expire_nodest_conn removed servers would take their connections along
  for (const [name, value] of s.sysctls) writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, value);
  run(s.family === 4 ? 'iptables-nft-restore' : 'ip6tables-nft-restore', [], s.rules);
  run('conntrack', ['-F', '-f', `ipv${s.family}`]);
}

/** One rule set with its packets. `lost` says why what was seen is not all; then it is no answer and is asked again. */
async function attempt(s, send, fixed) {
  const r = { dumps: [], sent: [], refused: null, lost: null, again: 0, trace: '', connections: '', table: '' };
  try {
    load(s);
  } catch (e) {
    r.refused = `${e.message}\n${e.stderr ?? ''}`;
    return r;
  }
  const sysctls = s.sysctls.map(([name, value]) => `${name} = ${value}\n`).join('');
  r.dumps = [...fixed, { path: 'sysctl-vs.txt', text: sysctls }, ...plan.dumps[s.family].map(dump)];
  const trace = s.family === 4 ? watch('xtables-monitor', ['--trace']) : watch('nft', ['-a', 'monitor', 'trace']);
  const connections = watch('conntrack', ['-E', '-e', 'NEW', '-f', `ipv${s.family}`]);
  await listening(2);
  for (const p of s.packets) {
    const began = Date.now();
    r.sent.push(await send[p.from]({ ...p, await: plan.awaitMs }));
    // TCP sends again after a second; half of it may pass before this process runs again.
    if (Date.now() - began > 500) r.lost = 'the guest was so slow that TCP may have sent twice';
  }
  // the monitors may lag: what they say of a last packet they say last
  await send.node({ proto: 'udp', sport: plan.last, dst: s.family === 4 ? '127.0.0.1' : '::1', dport: 9 });
  for (let left = 200; left > 0 && !new RegExp(`sport.${plan.last}\\b`, 'i').test(trace.text); left--) await sleep(50);
  await quiet(trace, 100);
  const heard = new Set();
  for (const who of Object.values(send))
    for (const port of (await who({ proto: 'heard' })).replace('heard ', '').split(',')) heard.add(Number(port));
  r.sent = r.sent.map((said, i) => (heard.has(s.packets[i].sport) ? 'answered' : said));
  const drops = dropped();
  if (!new RegExp(`sport.${plan.last}\\b`, 'i').test(trace.text)) r.lost = 'the monitor of the trace lags';
  else if (drops > 0) r.lost = `the kernel dropped ${drops} messages of its trace or its connections`;
  else if (trace.ended) r.lost = 'the monitor of the trace ended by itself';
  else if (connections.ended) r.lost = 'conntrack -E ended by itself';
  trace.end();
  connections.end();
  r.trace = trace.text;
  r.table = run('ipvsadm', ['-Lnc']);
  r.connections = connections.text;
  return r;
}

/** Who answers in a namespace, listening before this returns. */
async function answering([netns, addresses]) {
  const script = path.join(import.meta.dirname, 'answerer.mjs');
  const args = ['netns', 'exec', netns, process.execPath, script, plan.ports.join(), ...addresses];
  const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((r) => child.stdout.once('data', r));
}

async function scenarios() {
  for (const who of plan.answering) await answering(who);
  const send = { client: sender('client'), node: sender('node') };
  const fixed = plan.fixedDumps.map(dump);
  const results = [];
  for (const s of plan.scenarios) {
    let r = await attempt(s, send, fixed);
    for (let again = 1; again < ATTEMPTS && r.lost !== null; again++) r = { ...(await attempt(s, send, fixed)), again };
    results.push(r);
  }
  return results;
}

if (process.argv[2] === 'inside') {
  writeFileSync('/out/result.json', JSON.stringify(await scenarios()));
} else {
  // Traces come faster than a program under emulation reads them.
  writeFileSync('/proc/sys/net/core/rmem_default', String(plan.socketBytes));
  for (const netns of plan.namespaces) {
    run('ip', ['netns', 'add', netns]);
    run('ip', ['-n', netns, 'link', 'set', 'lo', 'up']);
  }
  for (const [netns, command] of plan.setup) run('ip', ['netns', 'exec', netns, 'sh', '-c', command]);
  const again = ['netns', 'exec', 'node', process.execPath, import.meta.filename, 'inside'];
  spawnSync('ip', again, { stdio: 'inherit' });
}
process.exit(0);
