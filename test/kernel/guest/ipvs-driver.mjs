// Runs in the guest: client — node — server as namespaces, then each rule set of the plan with its packets. Writes what the dump
// commands printed before the packets, and what the kernel said while they went: rule traces and new connections.
//
// Surprise: starting a program takes 50 ms under emulation, so they are few: everything of the node runs in its namespace, this included.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

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
    return (await answers.next()).value === 'done';
  };
}

/** A program that prints what it sees, into `text`. */
function watch(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const w = { text: '', end: () => child.kill() };
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

/** Waits until so many programs have joined a group of netfilter's netlink: before that they are told nothing. */
async function listening(programs) {
  for (;;) {
    const sockets = readFileSync('/proc/net/netlink', 'utf8')
      .split('\n')
      .map((l) => l.trim().split(/\s+/));
    if (sockets.filter(([, protocol, , groups]) => protocol === '12' && !/^0*$/.test(groups)).length >= programs)
      return;
    await sleep(20);
  }
}

const dump = ([name, program, ...args]) => ({ path: name, text: run(program, args) });

function load(s) {
  run(
    'nft',
    ['-f', '-'],
    lines(['raw', 'mangle', 'nat', 'filter'].flatMap((t) => [`add table ip ${t}`, `delete table ip ${t}`])),
  );
  // a list of sets holds its members until it is emptied
  run('ipset', ['restore'], `flush\ndestroy\n${s.ipsets}`);
  run(
    'ip',
    ['-batch', '-'],
    lines(['addr flush dev kube-ipvs0', ...s.virtual.map((a) => `addr add ${a}/32 dev kube-ipvs0`)]),
  );
  for (const [name, value] of s.sysctls) writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, value);
  run('ipvsadm', ['-R'], `-C\n${s.ipvs}`);
  run('iptables-nft-restore', [], s.rules);
  run('conntrack', ['-F']);
}

async function scenarios() {
  const send = { client: sender('client'), node: sender('node') };
  const fixed = plan.fixedDumps.map(dump);
  const results = [];
  for (const s of plan.scenarios) {
    const r = { dumps: [], sent: [], refused: null, trace: '', connections: '' };
    results.push(r);
    try {
      load(s);
    } catch (e) {
      r.refused = `${e.message}\n${e.stderr ?? ''}`;
      continue;
    }
    const sysctls = s.sysctls.map(([name, value]) => `${name} = ${value}\n`).join('');
    r.dumps = [...fixed, { path: 'sysctl-vs.txt', text: sysctls }, ...plan.dumps.map(dump)];
    const trace = watch('xtables-monitor', ['--trace']);
    const connections = watch('conntrack', ['-E', '-e', 'NEW']);
    await listening(2);
    for (const p of s.packets) r.sent.push(await send[p.from](p));
    await quiet(trace, 100);
    trace.end();
    connections.end();
    r.trace = trace.text;
    r.connections = connections.text;
  }
  return results;
}

if (process.argv[2] === 'inside') {
  writeFileSync('/out/result.json', JSON.stringify(await scenarios()));
} else {
  for (const netns of plan.namespaces) {
    run('ip', ['netns', 'add', netns]);
    run('ip', ['-n', netns, 'link', 'set', 'lo', 'up']);
  }
  for (const [netns, command] of plan.setup) run('ip', ['netns', 'exec', netns, 'sh', '-c', command]);
  const again = ['netns', 'exec', 'node', process.execPath, import.meta.filename, 'inside'];
  spawnSync('ip', again, { stdio: 'inherit' });
}
process.exit(0);
