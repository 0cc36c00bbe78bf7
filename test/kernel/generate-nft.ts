// Random native nftables rule sets, in the words of nft(8): every expression, statement, set and chain shape that the simulator knows.
import type { Random } from './generate.ts';
import { rareMatch, rareStatement } from './generate-nft-rare.ts';
import { ADDRESSES, DEVICES } from './namespaces.ts';

const PREFIXES = ['10.77.1.0/24', '10.77.2.2', '10.77.0.0/16', '127.0.0.0/8', '10.77.1.0-10.77.2.2'] as const;
const not = (r: Random) => (r.chance(0.25) ? '!= ' : '');

function match(r: Random, hook: string, nat: boolean, family: string): string {
  if (r.chance(0.3)) return rareMatch(r, hook, family);
  const options: string[] = [
    `ip saddr ${not(r)}${r.pick(PREFIXES)}`,
    `ip daddr ${not(r)}${r.pick(PREFIXES)}`,
    `ip daddr ${not(r)}{ 10.77.2.2, 10.77.1.0/24 }`,
    `ip daddr ${not(r)}@ips`,
    `ip daddr ${not(r)}@nets`,
    `ip daddr . meta l4proto . th dport ${not(r)}@ipports`,
    `ip saddr . ip daddr ${not(r)}{ 10.77.1.2 . 10.77.2.2, 10.77.1.2 . 10.77.1.1 }`,
    `tcp dport ${not(r)}{ 80, 443, 8000-9000 }`,
    `tcp dport ${not(r)}80`,
    `udp dport ${not(r)}50-100`,
    `udp sport 40000-49999`,
    `th dport ${not(r)}53`,
    `meta l4proto ${not(r)}{ tcp, icmp }`,
    `meta l4proto ${not(r)}udp`,
    `ip protocol ${not(r)}tcp`,
    `icmp type ${not(r)}echo-request`,
    `tcp flags & (fin | syn | rst | ack) == syn`,
    `tcp flags ${not(r)}syn`,
    `tcp flags syn,ack`,
    `meta mark ${not(r)}0x1`,
    `meta mark & 0x4000 == 0x4000`,
    `meta mark & 0x4000 != 0x4000`,
    `ct state ${not(r)}new`,
    `ct state established,related`,
    `ct state invalid,untracked`,
    `ct mark ${not(r)}0x0`,
    `ct direction ${not(r)}original`,
    `ct status ${not(r)}dnat`,
    `ct original ip daddr ${not(r)}10.77.2.2`,
    `meta l4proto { tcp, udp } ct original proto-dst ${not(r)}80`,
    `fib daddr type ${not(r)}local`,
    `fib saddr type ${not(r)}{ local, unicast }`,
    `ip ttl ${r.pick(['64', '!= 64', '< 64', '> 63'])}`,
    `ip dscp ${not(r)}cs0`,
    `meta pkttype ${not(r)}host`,
  ];
  if (hook === 'prerouting' || hook === 'input' || hook === 'forward')
    options.push(`iifname ${not(r)}"${r.pick([DEVICES.inside, 'v*', 'lo'])}"`, `iif ${not(r)}"lo"`);
  if (hook === 'prerouting') options.push('fib daddr . iif type local', 'fib saddr . iif oif exists');
  if (hook === 'output' || hook === 'postrouting' || hook === 'forward')
    options.push(
      `oifname ${not(r)}"${r.pick([DEVICES.outside, 'vo*', 'lo'])}"`,
      `oifname { "${DEVICES.outside}", "lo" }`,
    );
  if (nat) return r.pick(options.filter((o) => !o.includes('untracked')));
  return r.pick(options);
}

function statement(r: Random, hook: string, type: string, chains: readonly string[]): string {
  if (r.chance(0.3)) return rareStatement(r, hook, type, chains);
  const options = [
    'accept',
    'return',
    'continue',
    'meta mark set 0x1',
    'meta mark set meta mark | 0x4000',
    'meta mark set meta mark ^ 0x4000',
    'ct mark set 0x1',
    'meta mark set ct mark',
    'ct mark set meta mark',
    'counter',
    'add @seen { ip saddr }',
  ];
  for (const c of chains) {
    options.push(`jump ${c}`, `jump ${c}`, `goto ${c}`);
    options.push(`ip daddr vmap { 10.77.2.2 : jump ${c}, 10.77.1.1 : goto ${c}, 10.77.2.3 : continue }`);
    options.push(`meta l4proto . th dport vmap { tcp . 80 : goto ${c}, udp . 53 : accept, tcp . 443 : return }`);
    options.push(`numgen random mod 2 vmap { 0 : jump ${c}, 1 : return }`);
    options.push(`ct state vmap { new : jump ${c}, established : accept }`);
  }
  if (type === 'filter') options.push(...(r.chance(0.5) ? ['drop'] : []), 'ip daddr . th dport vmap @verdicts');
  if (type === 'filter' && hook !== 'postrouting' && r.chance(0.5))
    options.push('reject', 'reject with icmp type host-unreachable', 'meta l4proto tcp reject with tcp reset');
  if (type === 'nat' && (hook === 'prerouting' || hook === 'output')) {
    options.push(
      `dnat to ${ADDRESSES.server}`,
      `meta l4proto tcp dnat to ${ADDRESSES.server2}:8080`,
      `dnat to tcp dport map { 80 : ${ADDRESSES.server}, 443 : ${ADDRESSES.server2} }`,
      `dnat to tcp dport map { 80 : ${ADDRESSES.server} . 8080, 53 : ${ADDRESSES.server2} . 443 }`.replace(
        'dnat to',
        'dnat ip to',
      ),
      'meta l4proto udp redirect to :5353',
    );
  }
  if (type === 'nat' && hook === 'postrouting') options.push('masquerade', `snat to ${ADDRESSES.nodeOutside}`);
  if (type === 'nat' && hook === 'input') options.push(`snat to ${ADDRESSES.nodeInside}`);
  if (type === 'filter' && hook === 'prerouting' && r.chance(0.1)) options.push('notrack');
  return r.pick(options);
}

const SETS = `
  set ips { type ipv4_addr; elements = { 10.77.2.2, 10.77.1.1 } ; }
  set nets { type ipv4_addr; flags interval; elements = { 10.77.2.0/24, 10.77.1.1-10.77.1.9 } ; }
  set ipports { type ipv4_addr . inet_proto . inet_service; elements = { 10.77.2.2 . tcp . 80, 10.77.2.2 . udp . 53, 10.77.1.1 . tcp . 30080 } ; }
  map verdicts { type ipv4_addr . inet_service : verdict; elements = { 10.77.2.2 . 80 : accept, 10.77.2.3 . 443 : drop } ; }
  map verdicts2 { type ipv4_addr . inet_service : verdict; elements = { 10.77.2.2 . 80 : accept, * : continue } ; }
  set seen { type ipv4_addr; flags dynamic; }
`;

interface Base {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
}

/** The base chains that a table may have; priorities never tie across tables, because no dump tells the order of a tie. */
const BASES: readonly Base[] = [
  { type: 'filter', hook: 'prerouting', priority: -290 },
  { type: 'filter', hook: 'prerouting', priority: -150 },
  { type: 'nat', hook: 'prerouting', priority: -100 },
  { type: 'filter', hook: 'input', priority: 0 },
  { type: 'nat', hook: 'input', priority: 100 },
  { type: 'filter', hook: 'forward', priority: -10 },
  { type: 'filter', hook: 'output', priority: -150 },
  { type: 'nat', hook: 'output', priority: -100 },
  { type: 'filter', hook: 'output', priority: 5 },
  { type: 'filter', hook: 'postrouting', priority: -1 },
  { type: 'nat', hook: 'postrouting', priority: 100 },
];

function chainBody(r: Random, family: string, { hook, type }: Base, later: readonly string[]): string[] {
  return Array.from({ length: r.below(5) }, () => {
    const parts = Array.from({ length: r.pick([0, 1, 1, 2]) }, () => match(r, hook, type === 'nat', family));
    const end = statement(r, hook, type, later);
    // nft refuses rules that name two protocols: one clause a rule may, and none beside a statement that does.
    const protocol = /(?:^|\s)(?:tcp|udp|icmp|th|@th|@ih|osf|meta l4proto|ip protocol)\b/;
    const six = /^(?:exthdr|frag) /;
    const four = /\bip (?!protocol\b)|10\.77|\bicmp\b|ipv4/;
    const unique: string[] = [];
    for (const p of parts) {
      const begins = p.split(' ').slice(0, 2).join();
      if (unique.some((o) => o.split(' ').slice(0, 2).join() === begins)) continue;
      // a rule is of one family
      if (six.test(p) ? [...unique, end].some((o) => four.test(o)) : four.test(p) && unique.some((o) => six.test(o)))
        continue;
      if (protocol.test(p) && (protocol.test(end) || unique.some((o) => protocol.test(o)))) continue;
      unique.push(p);
    }
    return `    ${[...unique, end].join(' ')}`;
  });
}

/** A rule set for `nft -f`. */
export function nftRuleset(r: Random): string {
  const out: string[] = [];
  const tables = r.chance(0.4) ? ['ip a', 'inet b'] : [r.pick(['ip a', 'inet b'])];
  tables.forEach((name, t) => {
    const family = name.split(' ')[0] ?? '';
    out.push(`table ${name} {`, SETS);
    BASES.filter(() => r.chance(0.7)).forEach((b, i) => {
      const user = Array.from({ length: r.below(3) }, (_, k) => `u${i}x${k}`);
      for (const u of user) {
        const body = chainBody(r, family, b, []);
        out.push(
          `  chain ${u} {`,
          ...(name.startsWith('inet') ? body.map((l) => l.replace(/\b(dnat|snat)( ip)? to /, '$1 ip to ')) : body),
          '  }',
        );
      }
      const inFamily = (line: string) =>
        name.startsWith('inet') ? line.replace(/\b(dnat|snat)( ip)? to /, '$1 ip to ') : line;
      out.push(
        `  chain c${i} {`,
        `    type ${b.type} hook ${b.hook} priority ${b.priority + t}; policy ${b.type === 'filter' && r.chance(0.08) ? 'drop' : 'accept'};`,
        ...chainBody(r, family, b, user).map(inFamily),
        '  }',
      );
    });
    out.push('}');
  });
  // The first chain of all switches the kernel's trace on for the packets that are sent.
  const trace = (chain: string, hook: string, sports: string, icmp: boolean) => [
    `  chain ${chain} {`,
    `    type filter hook ${hook} priority -400; policy accept;`,
    // of a connection that a listener takes, only the SYN
    `    tcp sport ${sports} tcp flags & (syn | ack | rst | fin) == syn meta nftrace set 1`,
    `    udp sport ${sports} meta nftrace set 1`,
    ...(icmp ? ['    icmp type echo-request meta nftrace set 1'] : []),
    '  }',
  ];
  out.push(
    'table ip tracing {',
    ...trace('pre', 'prerouting', '40000-49999', true).map((l) =>
      l
        .replace('tcp sport', `iifname "${DEVICES.inside}" tcp sport`)
        .replace('udp sport', `iifname "${DEVICES.inside}" udp sport`)
        .replace('icmp type', `iifname "${DEVICES.inside}" icmp type`),
    ),
    ...trace('out', 'output', '50000-59999', false),
    '}',
  );
  return `${out.join('\n')}\n`;
}
