// Random rules of frames: tables of the families bridge and netdev, ingress chains of family inet, beside a table of IP whose DNAT and mark
// they meet; and packets between the places of frame-world.fixture.ts.
import { BRIDGE, PLACES, type Place } from './frame-world.fixture.ts';
import type { Random } from './generate.ts';

export interface Frame {
  readonly from: Place | 'node';
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

const PORTS = ['pa', 'pb'] as const;
const DEVICES = [...PORTS, BRIDGE, 'vout', 'lo'] as const;
const SEED = '0xdeadbeef';
const not = (r: Random) => (r.chance(0.25) ? '!= ' : '');

type Kind = 'bridge' | 'ingress' | 'inet' | 'egress' | 'ip';

function match(r: Random, kind: Kind, hook: string, macs: Readonly<Record<string, string>>): string {
  const mac = () => r.pick([macs['a'], macs['b'], macs['server'], macs[BRIDGE], macs['vout']]);
  const options = [
    `ip saddr ${not(r)}${r.pick(['10.77.1.2', '10.77.1.0/24', '10.77.2.0/24'])}`,
    `ip daddr ${not(r)}${r.pick(['10.77.1.3', '10.77.1.1', '10.77.2.2', '10.77.1.0/24'])}`,
    `ip daddr ${not(r)}{ 10.77.1.3, 10.77.2.0/24 }`,
    `tcp dport ${not(r)}{ 80, 443 }`,
    `udp dport ${not(r)}53`,
    `meta l4proto ${not(r)}tcp`,
    `ip protocol ${not(r)}udp`,
    `meta mark ${not(r)}0x1`,
    `ip ttl ${r.pick(['64', '63', '!= 64'])}`,
    `ip length ${r.pick(['< 100', '> 50'])}`,
    `meta length ${r.pick(['< 60', '29', '60', '84', '> 80', '43'])}`,
    `tcp flags ${not(r)}syn`,
    `icmp type ${not(r)}echo-request`,
    `jhash ip saddr . ip daddr mod 4 seed ${SEED} ${not(r)}1`,
    `jhash ip saddr mod 3 seed 0x${r.below(9)} ${r.pick(['0', '1'])}`,
    `meta l4proto { tcp, udp } jhash ip saddr . th sport . ip daddr . th dport mod 2 seed 0x7 ${r.pick(['0', '1'])}`,
    `jhash th sport mod 7 seed 0x${r.below(99)} offset 2 < ${3 + r.below(6)}`,
  ];
  if (kind !== 'ip') {
    options.push(
      `meta protocol ${not(r)}ip`,
      `ether type ${not(r)}ip`,
      `ether type arp`,
      'vlan id 5',
      'arp operation request',
    );
    options.push(`ether saddr ${not(r)}${mac()}`, `ether daddr ${not(r)}${mac()}`);
    options.push(`ether saddr . ip saddr ${not(r)}{ ${macs['a']} . 10.77.1.2, ${macs['b']} . 10.77.2.2 }`);
    options.push(`meta pkttype ${not(r)}${r.pick(['host', 'other', 'broadcast'])}`);
  }
  const from = kind === 'ingress' || kind === 'inet' || /prerouting|input|forward/.test(hook);
  const to = kind === 'egress' || /output|forward|postrouting/.test(hook);
  const known = kind === 'ip' ? [BRIDGE, 'vout', 'lo'] : [...DEVICES, 'p*'];
  if (from) options.push(`iifname ${not(r)}"${r.pick(known)}"`, `iifname ${not(r)}"${r.pick(known)}"`);
  if (to) options.push(`oifname ${not(r)}"${r.pick(known)}"`, `oifname ${not(r)}"${r.pick(known)}"`);
  if (kind === 'ip')
    options.push(`ether saddr ${not(r)}${mac()}`, `ct state ${not(r)}new`, `fib daddr type ${not(r)}local`);
  if (kind === 'ingress') options.push(`fib daddr type ${not(r)}local`);
  return r.pick(kind === 'inet' ? options.filter((o) => !/^(?:arp|vlan|ether type arp)/.test(o)) : options);
}

function statement(r: Random, kind: Kind, hook: string, later: readonly string[]): string {
  const options = ['accept', 'counter', 'continue', 'return', 'meta mark set 0x1', 'meta mark set meta mark ^ 0x1'];
  for (const c of later)
    options.push(`jump ${c}`, `goto ${c}`, `ip daddr vmap { 10.77.1.3 : jump ${c}, 10.77.2.2 : goto ${c} }`);
  for (const c of later) options.push(`jhash ip daddr mod 2 seed 0x${r.below(5)} vmap { 0 : jump ${c}, 1 : continue }`);
  if (r.chance(0.2)) options.push('drop');
  if (kind === 'ingress' && r.chance(0.15)) options.push(`fwd to "${r.pick(['pb', 'vout'])}"`);
  if (kind === 'ingress' && r.chance(0.1)) options.push('reject with icmp type host-unreachable');
  if (kind === 'ip' && hook === 'prerouting nat')
    options.push('dnat to 10.77.1.3', 'dnat to 10.77.2.2', 'meta l4proto tcp dnat to 10.77.1.3:8080');
  if (kind === 'ip' && hook === 'postrouting nat') options.push('masquerade');
  return r.pick(options);
}

function rules(r: Random, kind: Kind, hook: string, later: readonly string[], macs: Readonly<Record<string, string>>) {
  return Array.from({ length: r.below(4) }, () => {
    const clauses = Array.from({ length: r.pick([0, 1, 1, 2]) }, () => match(r, kind, hook, macs));
    const end = statement(r, kind, hook, later);
    // nft refuses rules that name two protocols, or one twice
    const protocol = /(?:^|\s)(?:tcp|udp|icmp|th|meta l4proto|ip protocol|ether|vlan|arp|meta protocol)\b/;
    const foreign = /^(?:vlan|arp|ether type arp)/;
    const kept: string[] = [];
    for (const c of clauses) {
      const twice = kept.some((k) => k.slice(0, 9) === c.slice(0, 9));
      const two = protocol.test(c) && (protocol.test(end) || kept.some((k) => protocol.test(k)));
      const alone = foreign.test(c) && (kept.length > 0 || /\b(?:ip|jhash|reject|l4proto)\b/.test(end));
      if (!twice && !two && !alone && !kept.some((k) => foreign.test(k))) kept.push(c);
    }
    return `    ${[...kept, end].join(' ')}`;
  });
}

interface Base {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
}

function chains(
  r: Random,
  prefix: string,
  kind: Kind,
  bases: readonly (Base & { readonly device?: string })[],
  macs: Readonly<Record<string, string>>,
): string[] {
  const out: string[] = [];
  bases
    .filter(() => r.chance(0.65))
    .forEach((b, i) => {
      const users = Array.from({ length: r.below(2) }, (_, k) => `${prefix}u${i}x${k}`);
      const hook = b.type === 'nat' ? `${b.hook} nat` : b.hook;
      for (const u of users) out.push(`  chain ${u} {`, ...rules(r, kind, hook, [], macs), '  }');
      out.push(
        `  chain ${prefix}${i} {`,
        `    type ${b.type} hook ${b.hook}${b.device === undefined ? '' : ` ${b.device}`} priority ${b.priority}; policy ${b.type === 'filter' && r.chance(0.05) ? 'drop' : 'accept'};`,
        ...rules(r, kind, hook, users, macs),
        '  }',
      );
    });
  return out;
}

/** Priorities around those of br_netfilter (0), never tied: no dump tells the order of a tie. */
const BRIDGE_BASES: readonly Base[] = [
  { type: 'filter', hook: 'prerouting', priority: -300 },
  { type: 'filter', hook: 'prerouting', priority: 0 },
  { type: 'filter', hook: 'prerouting', priority: 10 },
  { type: 'filter', hook: 'input', priority: -200 },
  { type: 'filter', hook: 'input', priority: 10 },
  { type: 'filter', hook: 'forward', priority: -200 },
  { type: 'filter', hook: 'forward', priority: 0 },
  { type: 'filter', hook: 'forward', priority: 5 },
  { type: 'filter', hook: 'output', priority: 100 },
  { type: 'filter', hook: 'postrouting', priority: -5 },
  { type: 'filter', hook: 'postrouting', priority: 300 },
];
const IP_BASES: readonly Base[] = [
  { type: 'filter', hook: 'prerouting', priority: -150 },
  { type: 'nat', hook: 'prerouting', priority: -100 },
  { type: 'filter', hook: 'input', priority: 0 },
  { type: 'filter', hook: 'forward', priority: 0 },
  { type: 'filter', hook: 'output', priority: 0 },
  { type: 'filter', hook: 'postrouting', priority: 0 },
  { type: 'nat', hook: 'postrouting', priority: 100 },
];

export function frameRuleset(r: Random, macs: Readonly<Record<string, string>>): string {
  const device = (hook: string, priority: number) => ({
    type: 'filter',
    hook,
    priority,
    device: r.chance(0.3)
      ? `devices = { ${[...new Set([r.pick(DEVICES), r.pick(DEVICES)])].join(', ')} }`
      : `device "${r.pick(DEVICES)}"`,
  });
  const traced = (hook: string, sports: string) => [
    `    type filter hook ${hook} priority -1000; policy accept;`,
    `    tcp sport ${sports} meta nftrace set 1`,
    `    udp sport ${sports} meta nftrace set 1`,
    '    icmp type echo-request meta nftrace set 1',
  ];
  return `${[
    'table netdev tracing {',
    '  chain pre {',
    ...traced('ingress devices = { pa, pb, vout }', '40000-49999'),
    '  }',
    '}',
    'table ip tracing {',
    '  chain out {',
    ...traced('output', '50000-59999').slice(0, 3),
    '  }',
    '}',
    'table bridge brt {',
    ...chains(r, 'b', 'bridge', BRIDGE_BASES, macs),
    '}',
    'table netdev ndt {',
    ...chains(r, 'i', 'ingress', [device('ingress', -300), device('ingress', 0), device('ingress', 200)], macs),
    ...chains(r, 'e', 'egress', [device('egress', -300), device('egress', 1)], macs),
    '}',
    'table inet ing {',
    ...chains(r, 'n', 'inet', [device('ingress', -100)], macs),
    '}',
    'table ip ipt {',
    ...chains(r, 'p', 'ip', IP_BASES, macs),
    '}',
  ].join('\n')}\n`;
}

export function frame(r: Random, index: number): Frame {
  const from = r.pick(['a', 'a', 'a', 'b', 'server', 'node'] as const);
  const proto =
    from === 'node' ? r.pick(['tcp', 'udp'] as const) : r.pick(['tcp', 'tcp', 'udp', 'udp', 'icmp'] as const);
  const all = {
    a: PLACES.a.address,
    b: PLACES.b.address,
    server: PLACES.server.address,
    own: '10.77.1.1',
    out: '10.77.2.1',
  };
  const dst = r.pick(Object.entries(all).filter(([name]) => name !== from))[1];
  return { from, proto, sport: (from === 'node' ? 50000 : 40000) + index, dst, dport: r.pick([53, 80, 443, 8080]) };
}
