import { expect, test } from 'vitest';
import type { Pod, PodInterface, PodList } from '../../api/live.ts';
import { ipText } from '../../parsers/core/address.ts';
import { formatsOf } from '../../parsers/nodestate/detect.ts';
import { DumpFile } from '../../parsers/nodestate/dump-format.ts';
import { podsOf } from '../../parsers/nodestate/pods.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { ClusterObjects } from '../pods/kubernetes.ts';
import { type Script, scriptedSystem } from '../system/scripted.ts';
import type { RunningEvents } from '../system/system.ts';
import { tarEntries } from '../unpack/tar.ts';
import { dumpCommands } from './commands.ts';
import { podNetnsOf, takeSnapshot } from './snapshot.ts';
import { tarOf } from './tar.ts';
import { watchRules } from './watch-rules.ts';

const take = (script: Script, options = {}) =>
  takeSnapshot(scriptedSystem(script), { cniResultFolders: [], ...options });

test('a program that is missing is named with its package, and the rest is taken', async () => {
  const { files, problems } = await take({ programs: { uname: () => 'Linux n 6.1.0 x\n', nft: () => '' } });
  expect(files.map((f) => f.path)).toEqual([
    'uname.txt',
    'nft-ruleset.txt',
    'ipvsadm-Sn.txt',
    'ipvsadm-Ln-stats.txt',
    'ipvsadm-Lnc.txt',
  ]);
  expect(problems).toContain('conntrack is not installed (package conntrack): the snapshot has no conntrack.txt.');
  expect(problems.some((p) => p.includes('-nft-save'))).toBe(false);
});

test('programs that would load a module are not asked where there is nothing', async () => {
  const asked: string[] = [];
  const program = (name: string) => () => {
    asked.push(name);
    return '';
  };
  const programs = Object.fromEntries(
    ['ipvsadm', 'iptables-legacy-save', 'iptables-nft-save'].map((n) => [n, program(n)]),
  );
  const { files } = await take({ programs });
  expect(asked).toEqual(['iptables-nft-save']);
  const sn = files.find((f) => f.path === 'ipvsadm-Sn.txt');
  expect(formatsOf(new DumpFile('x', sn?.text ?? '')).map((f) => f.name)).toEqual(['no-ipvs']);
  await take({ programs, files: { '/proc/net/ip_vs': 'IP Virtual Server\n', '/proc/net/ip_tables_names': 'nat\n' } });
  expect(new Set(asked)).toEqual(new Set(['iptables-nft-save', 'iptables-legacy-save', 'ipvsadm']));
});

test('one backend is dumped once: the plain program only where no other is there', async () => {
  const save = () => '*nat\nCOMMIT\n';
  const names = async (programs: Script['programs'] & object) =>
    (await take({ programs })).files.map((f) => f.path).filter((p) => p.includes('tables-'));
  expect(await names({ 'iptables-save': save, 'iptables-nft-save': save })).toEqual(['iptables-nft-save.txt']);
  expect(await names({ 'iptables-save': save })).toEqual(['iptables-save.txt']);
});

test('an older ss, which does not know the option, is asked without it', async () => {
  const asked: string[] = [];
  const system = scriptedSystem({ programs: { ss: () => '' } });
  const { files, problems } = await takeSnapshot(
    {
      ...system,
      programs: {
        ...system.programs,
        run: async (_, args) => {
          asked.push(args.join(' '));
          const refused = args.includes('--inet-sockopt');
          return {
            status: refused ? 255 : 0,
            end: 'exited',
            stdout: refused ? '' : 'Netid State\n',
            stderr: refused ? "ss: unrecognized option '--inet-sockopt'\n" : '',
          };
        },
      },
    },
    { only: /^ss$/ },
  );
  expect(files.map((f) => f.text)).toEqual(['Netid State\n']);
  expect(problems).toEqual([]);
  expect(asked).toEqual(['-lntupe --inet-sockopt', '-lntup']);
});

test('a command that fails, hangs or floods is a problem, and what it printed is kept', async () => {
  const system = scriptedSystem({ programs: { ss: () => '', conntrack: () => '', sysctl: () => '', tc: () => '' } });
  const results: Record<
    string,
    { status: number; end: 'exited' | 'timed out' | 'too long'; stdout: string; stderr: string }
  > = {
    ss: { status: 1, end: 'timed out', stdout: 'Netid State\n', stderr: '' },
    conntrack: { status: 1, end: 'too long', stdout: 'tcp', stderr: '' },
    sysctl: { status: 255, end: 'exited', stdout: 'net.a = 1\n', stderr: 'warning\nsysctl: permission denied' },
  };
  const { files, problems } = await takeSnapshot(
    {
      ...system,
      programs: {
        ...system.programs,
        run: async (program) => {
          const result = results[program.split('/').at(-1) ?? ''];
          if (result === undefined) throw Object.assign(new Error('x'), { code: 'EACCES' });
          return result;
        },
      },
    },
    { only: /^(?:ss|conntrack|sysctl|tc-qdisc)$/ },
  );
  expect(files.map((f) => f.path)).toEqual(['conntrack.txt', 'sysctl.txt', 'ss.txt']);
  expect(problems).toEqual([
    'conntrack -L -o extended printed more than 60 MiB: its dump is cut.',
    'sysctl net failed: sysctl: permission denied.',
    'ss -lntupe --inet-sockopt did not end within 20 s: its dump is cut.',
    'tc -j -s qdisc may not be used by this user.',
  ]);
});

test('pods are sections, entered by a single argument; hostile names of results become plain file names', async () => {
  const calls: (readonly string[])[] = [];
  const { files, problems } = await take(
    {
      programs: {
        ip: () => '',
        nsenter: (args) => {
          calls.push(args);
          return args.includes('addr') ? '[{"ifname":"eth0","addr_info":[]}]\n' : '[]\n';
        },
      },
      files: { '/cni/..x -z\n;rm': '{}' },
    },
    {
      only: /^(?:cni|pod-netns)$/,
      cniResultFolders: ['/cni'],
      podNetns: [podNetnsOf('a/web', '/var/run/netns/cni-1'), podNetnsOf('a/other', '/proc/7/ns/net')],
    },
  );
  expect(problems).toEqual([]);
  expect(calls[0]).toEqual(['--net=/var/run/netns/cni-1', '/scripted/ip', '-j', 'addr']);
  expect(files).toEqual([
    { path: 'cni/_.x_-z__rm.json', text: '{}' },
    {
      path: 'pod-netns.txt',
      text: '== cni-1\n[{"ifname":"eth0","addr_info":[]}]\n[]\n== a/other\n[{"ifname":"eth0","addr_info":[]}]\n[]\n',
    },
  ]);
});

test('Kubernetes objects, or why there are none; progress counts to the end', async () => {
  const seen: string[] = [];
  const with_ = (answer: string | ClusterObjects) =>
    takeSnapshot(scriptedSystem(), { only: /^(?:kubernetes|uname)$/, kubernetes: async () => answer }, (p) =>
      seen.push(`${p.done}/${p.total} ${p.what}`),
    );
  const some = await with_({ texts: [{ kind: 'pods', text: '{}' }], problems: ['the Kubernetes API: nodes: 403'] });
  expect(some.files).toEqual([{ path: 'kubernetes/pods.json', text: '{}' }]);
  expect(some.problems).toContain('Not taken from the Kubernetes API: nodes: 403.');
  expect((await with_('no credentials')).problems).toContain('No Kubernetes objects: no credentials.');
  expect(seen.slice(0, 2)).toEqual(['1/2 uname', '2/2 kubernetes']);
});

test('pods as they were found are a dump that is read back, each with its line', async () => {
  const pod = (name: string, interfaces: PodInterface[] = []): Pod => ({
    id: `shop/${name}`,
    namespace: 'shop',
    name,
    addresses: name === 'web' ? ['10.244.1.7', 'fd00::7'] : [],
    node: 'n1',
    hostNetwork: name === 'agent',
    state: name === 'done' ? 'finished' : 'running',
    netns: name === 'web' ? '/proc/77/ns/net' : null,
    pid: null,
    interfaces,
    hostPorts: [{ hostIp: null, hostPort: 8080, containerPort: 80, protocol: 'tcp', from: ['rules'] }],
    foundBy: ['cri'],
    disagreements: [],
  });
  const eth = (name: string, addresses: string[]): PodInterface => ({
    name,
    mac: '0a:58:0a:f4:01:07',
    addresses,
    kind: 'veth',
    hostInterface: `h${name}`,
    hostIfindex: 7,
    bridge: 'cni0',
    how: '',
  });
  const web = pod('web', [eth('eth0', ['10.244.1.7']), eth('net1', ['192.0.2.7', 'fe80::7'])]);
  const list: PodList = { node: 'n1', pods: [web, pod('agent'), pod('done')], sources: [], findings: [] };
  const { files } = await takeSnapshot(scriptedSystem(), { only: /^pods$/, pods: async () => list });
  expect(files.map((f) => f.path)).toEqual(['vethscope-pods.json']);
  const printed = { path: 'pods', text: `${JSON.stringify(list)}\n` };
  for (const [dumps, line] of [
    [files, 2],
    [[printed], 1],
  ] as const) {
    const state = readSnapshot([...dumps]);
    expect(state.files.map((f) => [f.format, f.warnings])).toEqual([['vethscope-pods', []]]);
    const [first, ...others] = podsOf(state);
    expect(first).toMatchObject({
      id: 'shop/web',
      node: 'n1',
      netns: 'shop/web',
      hostInterface: 'heth0',
      podInterface: 'eth0',
      hostPorts: [{ hostIp: null, hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
    });
    expect(first?.ips.map(ipText)).toEqual(['10.244.1.7', 'fd00::7', '192.0.2.7']);
    expect(first?.sources[0]?.line).toBe(line);
    expect(others.map((p) => [p.id, p.hostNetwork, p.finished])).toEqual([
      ['shop/agent', true, false],
      ['shop/done', false, true],
    ]);
  }
  const failing = await takeSnapshot(scriptedSystem(), {
    only: /^pods$/,
    pods: () => Promise.reject(new Error('is away')),
  });
  expect(failing.problems).toEqual(['The list of pods is away.']);
});

test('every file has a name of its own', () => {
  expect(new Set(dumpCommands.map((c) => c.name)).size).toBe(dumpCommands.length);
});

test('an archive that our own reader reads back, long and foreign names included', async () => {
  const files = [
    { path: 'empty.txt', text: '' },
    { path: `cni/${'n'.repeat(120)}.json`, text: 'ü'.repeat(400) },
    { path: 'x.txt', text: 'x'.repeat(512) },
  ];
  const tar = tarOf(files, new Date('2026-11-24T00:00:00Z'));
  expect(tar.length % 512).toBe(0);
  const chunks = async function* () {
    for (let at = 0; at < tar.length; at += 700) yield tar.subarray(at, at + 700);
  };
  const read: { path: string; text: string }[] = [];
  for await (const entry of tarEntries(chunks())) {
    const parts: number[] = [];
    for await (const chunk of entry.body) parts.push(...chunk);
    read.push({ path: entry.path, text: new TextDecoder().decode(Uint8Array.from(parts)) });
  }
  expect(read).toEqual(files);
});

test('a burst of rule changes is told once, and nothing after the end', async () => {
  const events: RunningEvents[] = [];
  const signals: string[] = [];
  const system = scriptedSystem({
    programs: { nft: () => '', conntrack: () => '' },
    running: (_program, _args, e) => {
      events.push(e);
      return { ended: new Promise(() => undefined), pause() {}, resume() {}, signal: (s) => void signals.push(s) };
    },
  });
  const told: string[] = [];
  const stop = watchRules(system, (what) => told.push(what), { conntrack: true });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
  await settle();
  expect(events).toHaveLength(2);
  for (let i = 0; i < 100; i++) events[0]?.onOutput(new Uint8Array(1));
  await settle();
  expect(told).toEqual(['the rules changed']);
  stop();
  events[0]?.onOutput(new Uint8Array(1));
  await settle();
  expect([told.length, signals]).toEqual([1, ['SIGTERM', 'SIGTERM']]);
});

test('what has no events is looked at again: a changed rule, set or IPVS server is told, counters and timeouts are not', async () => {
  const dumps = {
    'iptables-legacy-save': '# Generated by x on Mon\n*nat\n:PREROUTING ACCEPT [1:60]\nCOMMIT\n',
    ipset: 'create a hash:ip timeout 300\nadd a 10.0.0.1 timeout 290 packets 1 bytes 60\n',
    ipvsadm: '-A -t 10.96.0.1:443 -s rr\n',
  };
  const scripted = scriptedSystem({
    programs: Object.fromEntries(Object.keys(dumps).map((name) => [name, () => dumps[name as keyof typeof dumps]])),
    files: { '/proc/net/ip_tables_names': 'nat\n', '/proc/net/ip_vs': 'IP Virtual Server\n' },
  });
  let look: () => void = () => undefined;
  let ended = false;
  let nowMs = 0;
  const every = (_ms: number, run: () => void) => {
    look = run;
    return () => {
      ended = true;
    };
  };
  const system = { ...scripted, clock: { ...scripted.clock, every, monotonicMs: () => nowMs } };
  const told: string[] = [];
  const stop = watchRules(system, (what) => told.push(what));
  const looked = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    nowMs += 5000;
    look();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return told.splice(0).length;
  };
  expect(await looked()).toBe(0);
  dumps['iptables-legacy-save'] = dumps['iptables-legacy-save'].replace('Mon', 'Tue').replace('[1:60]', '[2:120]');
  dumps.ipset = dumps.ipset.replace('290', '285').replace('packets 1', 'packets 2');
  expect(await looked()).toBe(0);
  dumps['iptables-legacy-save'] = dumps['iptables-legacy-save'].replace('COMMIT', '-A PREROUTING -j ACCEPT\nCOMMIT');
  expect(await looked()).toBe(1);
  dumps.ipset += 'add a 10.0.0.2 timeout 300\n';
  expect(await looked()).toBe(1);
  dumps.ipvsadm += '-a -t 10.96.0.1:443 -r 10.0.0.7:6443 -m -w 1\n';
  expect(await looked()).toBe(1);
  expect(await looked()).toBe(0);
  stop();
  expect(ended).toBe(true);
});
