// The path engine at 10,000 services × 5 endpoints: reading the rules next to `iptables-nft-restore --test` on the same file, explaining one
// flow, and following 100,000 distinct flows; and the same flow with 100 services, to show that the cost does not grow.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'vitest';
import { diagnose } from '../../netpath/diagnose/diagnose.ts';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';

const ENDPOINTS = 5;
const vip = (i: number) => `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
const name = (kind: string, i: number, e = 0) =>
  `KUBE-${kind}-${(i * 8 + e).toString(36).toUpperCase().padStart(16, 'X')}`;

/** kube-proxy's rules (1.30 shape) for n services of five endpoints each. */
function rules(n: number): string {
  const nat: string[] = [];
  const chains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'];
  for (let i = 0; i < n; i++) {
    const svc = name('SVC', i);
    chains.push(svc);
    nat.push(
      `-A KUBE-SERVICES -d ${vip(i)}/32 -p tcp -m comment --comment "ns/svc-${i}:http cluster IP" -m tcp --dport 80 -j ${svc}`,
    );
    nat.push(
      `-A ${svc} ! -s 10.244.0.0/16 -d ${vip(i)}/32 -p tcp -m comment --comment "ns/svc-${i}:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    );
    for (let e = 0; e < ENDPOINTS; e++) {
      const sep = name('SEP', i, e);
      const ip = `10.244.${(i >> 6) & 255}.${((i & 63) * 4 + e) & 255}`;
      chains.push(sep);
      const p =
        e === ENDPOINTS - 1 ? '' : ` -m statistic --mode random --probability ${(1 / (ENDPOINTS - e)).toFixed(11)}`;
      nat.push(`-A ${svc} -m comment --comment "ns/svc-${i}:http -> ${ip}:8080"${p} -j ${sep}`);
      nat.push(`-A ${sep} -s ${ip}/32 -m comment --comment "ns/svc-${i}:http" -j KUBE-MARK-MASQ`);
      nat.push(`-A ${sep} -p tcp -m comment --comment "ns/svc-${i}:http" -m tcp -j DNAT --to-destination ${ip}:8080`);
    }
  }
  return [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ...chains.map((c) => `:${c} - [0:0]`),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ...nat,
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    'COMMIT',
    '',
  ].join('\n');
}

/** The same in IPVS mode: an ipset, virtual services, and every address on kube-ipvs0. */
function ipvsNode(n: number): { path: string; text: string }[] {
  const set = ['create KUBE-CLUSTER-IP hash:ip,port family inet'];
  const services: string[] = [];
  const owned: string[] = [];
  for (let i = 0; i < n; i++) {
    set.push(`add KUBE-CLUSTER-IP ${vip(i)},tcp:80`);
    services.push(`-A -t ${vip(i)}:80 -s rr`);
    for (let e = 0; e < ENDPOINTS; e++)
      services.push(`-a -t ${vip(i)}:80 -r 10.244.${(i >> 6) & 255}.${((i & 63) * 4 + e) & 255}:8080 -m -w 1`);
    owned.push(`{"type":"local","dst":"${vip(i)}","dev":"kube-ipvs0","table":"local","flags":[]}`);
  }
  const nat = [
    ...['*nat', ':PREROUTING ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]', ':KUBE-MARK-MASQ - [0:0]'],
    '-A PREROUTING ! -s 10.244.0.0/16 -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ',
    '-A PREROUTING -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully',
    'COMMIT',
  ];
  const file = (path: string, lines: readonly string[]) => ({ path, text: `${lines.join('\n')}\n` });
  return [
    file('rules', nat),
    file('set', set),
    file('services', services),
    { path: 'owned', text: `[${owned.join()}]` },
  ];
}

const NODE = [
  {
    path: 'addr',
    text: '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","addr_info":[{"family":"inet","local":"192.168.0.1","prefixlen":24,"scope":"global"}]}]',
  },
  {
    path: 'route',
    text: '[{"dst":"default","gateway":"192.168.0.254","dev":"eth0","flags":[]},{"dst":"192.168.0.0/24","dev":"eth0","flags":[]},{"type":"local","dst":"192.168.0.1","dev":"eth0","table":"local","flags":[]}]',
  },
  { path: 'sysctl', text: 'net.ipv4.ip_forward = 1\n' },
];

const ms = (from: number) => performance.now() - from;
const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;

function follow(m: Machine, n: number, flows: number): { median: number; total: number } {
  const each: number[] = [];
  const start = performance.now();
  for (let i = 0; i < flows; i++) {
    const spec = parsePacketSpec(`tcp 192.168.0.9:${1024 + (i % 60000)} > ${vip((i * 7919) % n)}:80 in eth0`);
    if (!spec.ok) throw new Error(spec.message);
    const t = performance.now();
    const r = simulate(m, spec.value);
    each.push(ms(t));
    if (!r.ok || r.simulation.traces.length !== ENDPOINTS) throw new Error('not five outcomes');
  }
  return { median: median(each), total: ms(start) };
}

test('10,000 services × 5 endpoints', () => {
  const text = rules(10_000);
  const count = text.split('\n').filter((l) => l.startsWith('-A')).length;
  const dir = mkdtempSync(path.join(os.tmpdir(), 'vethscope-bench-'));
  try {
    const file = path.join(dir, 'rules');
    writeFileSync(file, text);
    const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    let machine: Machine | null = null;
    for (let i = 0; i < 3; i++) {
      const t = performance.now();
      machine = new Machine(readSnapshot([{ path: 'rules', text }, ...NODE]));
      times.ours.push(ms(t));
      const u = performance.now();
      // --test loads nothing; in a namespace of its own it cannot even see this machine's rules
      const r = spawnSync('unshare', ['-n', 'iptables-nft-restore', '--test', file], { encoding: 'utf8' });
      if (r.status === 0) times.theirs.push(ms(u));
      else console.log(`iptables-nft-restore --test: ${r.stderr || r.error?.message}`);
    }
    if (!machine) return;
    const ours = median(times.ours);
    const theirs = median(times.theirs);
    console.log(
      `read and compile ${count} rules (${(text.length / 1e6).toFixed(1)} MB): ${ours.toFixed(0)} ms; iptables-nft-restore --test: ${theirs.toFixed(0)} ms; ratio ${(theirs / ours).toFixed(1)}×`,
    );
    follow(machine, 10_000, 2000);
    const large = follow(machine, 10_000, 100_000);
    const small = new Machine(readSnapshot([{ path: 'rules', text: rules(100) }, ...NODE]));
    follow(small, 100, 2000);
    const little = follow(small, 100, 20_000);
    console.log(
      `one flow, all ${ENDPOINTS} outcomes: median ${(large.median * 1000).toFixed(0)} µs at 10,000 services, ${(little.median * 1000).toFixed(0)} µs at 100; 100,000 flows: ${(large.total / 1000).toFixed(1)} s`,
    );
    const inIpvs = [100, 10_000].map((n) => {
      const m = new Machine(readSnapshot([...ipvsNode(n), ...NODE]));
      follow(m, n, 500);
      return follow(m, n, 5000).median;
    });
    console.log(
      `one flow in IPVS mode, all ${ENDPOINTS} outcomes: median ${inIpvs.map((t) => (t * 1000).toFixed(0)).join(' µs at 100 services, ')} µs at 10,000`,
    );
    const mapping = [
      ':CNI-DN-0 - [0:0]',
      '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-DN-0',
      '-A CNI-DN-0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.0.250:80',
      '-A CNI-DN-0 -p tcp -m tcp --dport 30080 -j DNAT --to-destination 10.244.0.250:80',
    ];
    const mapped = text.replace('-A PREROUTING', `${mapping.join('\n')}\n-A PREROUTING`);
    const owned = `[${Array.from({ length: 1000 }, (_, i) => `{"type":"local","dst":"${vip(i)}","dev":"eth0","table":"local","flags":[]}`).join()}]`;
    for (const [what, files] of [
      ['none of 10,000 addresses local', NODE],
      ['1,000 of them local', [...NODE, { path: 'owned', text: owned }]],
    ] as const) {
      const m = new Machine(readSnapshot([{ path: 'rules', text: mapped }, ...files]));
      const t = performance.now();
      const shadows = diagnose(m.state).filter((f) => f.id === 'hostport-shadows').length;
      console.log(`lint of one port mapping, ${what}: ${shadows} shadowed, ${ms(t).toFixed(0)} ms`);
    }
    console.log(`iptables: ${execFileSync('iptables-nft', ['-V'], { encoding: 'utf8' }).trim()}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
