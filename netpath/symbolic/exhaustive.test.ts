// The lint without packets against packets without a lint: every target from every sender, simulated, must give what the lint finds.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { endpointText, ipText, isLoopback } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { diagnosis } from '../diagnose/rules/hostport-shadows.ts';
import { decisionOf } from '../explain/decision.ts';
import { destinationOf } from '../explain/destination.ts';
import { Machine } from '../kernel/machine.ts';
import { simulate } from '../kernel/run.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { meantFor } from './meant-for.ts';

const lab = path.resolve(import.meta.dirname, '../../fixtures/lab');

function filesOf(scenario: string): { path: string; text: string }[] {
  const bundle = path.join(lab, scenario, 'bundle');
  const below = (dir: string): string[] =>
    fs
      .readdirSync(dir, { withFileTypes: true })
      .flatMap((e) => (e.isDirectory() ? below(path.join(dir, e.name)) : [path.join(dir, e.name)]));
  return below(bundle).map((p) => ({ path: path.relative(bundle, p), text: fs.readFileSync(p, 'utf8') }));
}

/** Mulberry32. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What the lint would have to say, by trying every sender on every target: `what port from sender`, `what address port`. */
function byPackets(m: Machine): Set<string> {
  const out = new Set<string>();
  const senders = [{ spec: '*:40000', where: 'local', family: 0, from: 'the node' }];
  for (const pod of m.pods) {
    const port = pod.hostNetwork ? null : m.hostInterfaceOf(pod);
    for (const ip of pod.ips)
      if (port !== null)
        senders.push({ spec: endpointText(ip, 40000), where: `in ${port}`, family: ip.family, from: 'pods' });
  }
  for (const a of m.fib.addresses) {
    if (a.ip.family !== 4 || a.scope !== 'global' || a.device === 'kube-ipvs0' || m.isBridge(a.device)) continue;
    for (const last of [1, 77])
      senders.push({
        spec: endpointText({ ...a.ip, d: ((a.ip.d & 0xffffff00) | last) >>> 0 }, 40000),
        where: `in ${a.device}`,
        family: 4,
        from: 'elsewhere',
      });
    for (const far of ['198.51.100.200', '10.244.9.9', '10.1.2.3', '200.1.1.1', '10.96.0.200'])
      senders.push({ spec: `${far}:40000`, where: `in ${a.device}`, family: 4, from: 'elsewhere' });
  }
  for (const t of meantFor(m)) {
    if (/docker-proxy/.test(t.what)) continue;
    for (const s of senders) {
      if ((s.family !== 0 && s.family !== t.ip.family) || (s.family !== 0 && isLoopback(t.ip))) continue;
      const spec = parsePacketSpec(`${protocolName(t.protocol)} ${s.spec} > ${endpointText(t.ip, t.port)} ${s.where}`);
      const r = spec.ok ? simulate(m, spec.value) : null;
      if (!r?.ok || !spec.ok) continue;
      const { service } = destinationOf(m, t.protocol, t.ip, t.port);
      for (const trace of r.simulation.traces) {
        const { dnat } = decisionOf(trace);
        if (!dnat?.rule || dnat.rule.owner === 'kube-proxy') continue;
        if (service?.endpoints.some((e) => e.address === trace.finalDestination)) continue;
        out.add(`${t.what} ${ipText(t.ip)} ${t.port}`);
        out.add(`${t.what} ${t.port} from ${s.from}`);
      }
    }
  }
  return out;
}

function byLint(m: Machine): Set<string> {
  const out = new Set<string>();
  for (const f of diagnosis.inState?.(m) ?? []) {
    const what = / takes (.*)$/.exec(f.title)?.[1] ?? '';
    const port = / > .*?:(\d+) (?:in|local)/.exec(f.packet ?? '')?.[1] ?? '';
    const addresses = / for (.*) on this port/.exec(f.summary)?.[1] ?? '';
    for (const ip of addresses.split(/, | and /)) out.add(`${what} ${ip} ${port}`);
    const senders = /^Packets from (.*?) for /.exec(f.summary)?.[1] ?? '';
    for (const from of senders.split(/, | and /))
      out.add(`${what} ${port} from ${/^(?:pods|the node)$/.test(from) ? from : 'elsewhere'}`);
  }
  return out;
}

const ADDRESSES = ['10.96.0.0/12', '192.168.60.0/24', '10.96.0.80/32', '10.96.0.10/32', '127.0.0.0/8'];
const SOURCES = ['10.244.0.0/16', '10.244.1.2/32', '192.168.60.0/24', '0.0.0.0/1', '198.51.100.0/24'];
const PORTS = ['80', '53', '81:9000', '30000:32767', '8080', '443'];

/** Rules by hand that take some of the traffic: some before, some after what is there. */
function iptablesByHand(rnd: () => number): string[] {
  const pick = <T>(xs: readonly T[]): T => xs[Math.floor(rnd() * xs.length)] as T;
  const not = () => (rnd() < 0.3 ? '! ' : '');
  return Array.from({ length: 1 + Math.floor(rnd() * 3) }, () => {
    const hook = pick(['PREROUTING', 'OUTPUT']);
    const parts = [
      rnd() < 0.4 ? `${not()}-s ${pick(SOURCES)}` : '',
      rnd() < 0.5 ? `${not()}-d ${pick(ADDRESSES)}` : '',
      rnd() < 0.3 && hook === 'PREROUTING' ? `${not()}-i ${pick(['cni0', 'eth1', 'eth+'])}` : '',
      `-p ${pick(['tcp', 'udp'])}`,
      rnd() < 0.4 ? `-m addrtype ${not()}--dst-type LOCAL` : '',
    ];
    const proto = parts[3]?.slice(3) ?? 'tcp';
    parts.push(
      rnd() < 0.3
        ? `-m multiport ${not()}--dports ${pick(PORTS)},${pick(PORTS)}`
        : `-m ${proto} ${not()}--dport ${pick(PORTS)}`,
    );
    const target =
      rnd() < 0.8 ? '-j DNAT --to-destination 10.244.1.5:8088' : pick(['-j ACCEPT', '-j REDIRECT --to-ports 9999']);
    return `-A ${hook} ${parts.filter(Boolean).join(' ')} ${target}`;
  });
}

function nftByHand(rnd: () => number): string {
  const pick = <T>(xs: readonly T[]): T => xs[Math.floor(rnd() * xs.length)] as T;
  const guard = pick([
    'fib daddr type local ',
    'ip saddr 10.244.0.0/16 ',
    'ip daddr != 127.0.0.0/8 ',
    'iifname "cni0" ',
    '',
  ]);
  return `table ip cni_hostport {
	map ports { type inet_proto . inet_service : verdict; elements = { tcp . 80 : jump takes, udp . 53 : goto takes, tcp . 30090 : jump takes } }
	map pods { type inet_service : ipv4_addr; elements = { 80 : 10.244.1.5, 53 : 10.244.1.5 } }
	chain takes {
		meta l4proto { tcp, udp } dnat to th dport map @pods
		tcp dport { 443, 30000-30100 } dnat to 10.244.1.5:8088
	}
	chain pre {
		type nat hook prerouting priority ${pick(['dstnat', '-101', '-99'])}; policy accept;
		${guard}meta l4proto . th dport vmap @ports
	}
	chain out {
		type nat hook output priority -100; policy accept;
		${guard.includes('iifname') ? '' : guard}${pick(['jump takes', 'meta l4proto . th dport vmap @ports'])}
	}
}
`;
}

function edited(scenario: string, seed: number): { path: string; text: string }[] {
  const rnd = random(seed);
  const files = filesOf(scenario).map((f) => {
    if (!/iptables.*save/.test(f.path) || /ip6/.test(f.path) || !f.text.includes('*nat')) return f;
    const lines = f.text.split('\n');
    const nat = lines.indexOf('*nat');
    const first = lines.findIndex((l, i) => i > nat && l.startsWith('-A '));
    const end = lines.indexOf('COMMIT', nat);
    if (first < 0 || first > end) return f;
    const body = lines.slice(first, end);
    if (rnd() < 0.5) body.sort(() => rnd() - 0.5);
    for (const rule of iptablesByHand(rnd)) body.splice(rnd() < 0.6 ? 0 : body.length, 0, rule);
    return { ...f, text: [...lines.slice(0, first), ...body, ...lines.slice(end)].join('\n') };
  });
  if (rnd() < 0.6) return files;
  const byHand = nftByHand(rnd);
  return files.map((f) => (f.path === 'nft-ruleset.txt' ? { ...f, text: `${f.text}\n${byHand}` } : f));
}

const scenarios = fs.readdirSync(lab).filter((s) => fs.existsSync(path.join(lab, s, 'bundle')));

describe('the lint finds what packets would find, and nothing else', () => {
  test.each(scenarios)('%s as it was recorded', (scenario) => {
    const m = new Machine({ ...readSnapshot(filesOf(scenario)), conntrack: null, ipvsConnections: null });
    expect([...byLint(m)].sort()).toEqual([...byPackets(m)].sort());
  });

  test('with rules by hand, in any order', () => {
    let shadows = 0;
    const runs = Number(process.env['VETHSCOPE_LINT_RUNS'] ?? 60);
    for (let seed = 1; seed <= runs; seed++) {
      const scenario = scenarios[seed % scenarios.length] ?? '';
      const m = new Machine({ ...readSnapshot(edited(scenario, seed)), conntrack: null, ipvsConnections: null });
      const [lint, packets] = [byLint(m), byPackets(m)];
      shadows += packets.size;
      expect({ seed, scenario, found: [...lint].sort() }).toEqual({ seed, scenario, found: [...packets].sort() });
    }
    expect(shadows).toBeGreaterThan(runs);
  });
});
