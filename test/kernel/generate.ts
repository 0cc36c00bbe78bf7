// Random rule sets and packets that meet often: values are drawn from the few that the network uses, so that about half the clauses hold.
import { rareClause, rareTarget } from './generate-rare.ts';
import { ADDRESSES, DEVICES } from './namespaces.ts';

/** mulberry32: small, seeded, good enough to make the same rules again from a seed. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  chance(p: number): boolean {
    return this.next() < p;
  }
  pick<T>(list: readonly T[]): T {
    const v = list[this.below(list.length)];
    if (v === undefined) throw new Error('nothing to pick from');
    return v;
  }
}

export interface SentPacket {
  readonly from: 'client' | 'node';
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

const PORTS = [53, 80, 443, 8080, 30080] as const;
const PREFIXES = [
  '10.77.1.0/24',
  '10.77.2.0/24',
  '10.77.1.2/32',
  '10.77.2.2/32',
  '10.77.0.0/16',
  '10.77.2.2/31',
  '127.0.0.0/8',
  '0.0.0.0/1',
] as const;

export const IPSETS = [
  'create s_ip hash:ip family inet',
  'add s_ip 10.77.2.2',
  'add s_ip 10.77.1.1',
  'create s_ipport hash:ip,port family inet',
  'add s_ipport 10.77.2.2,tcp:80',
  'add s_ipport 10.77.2.2,udp:53',
  'add s_ipport 10.77.1.1,tcp:30080',
  'create s_net hash:net family inet',
  'add s_net 10.77.0.0/16',
  'add s_net 10.77.2.2 nomatch',
  'create s_port bitmap:port range 0-65535',
  'add s_port 53',
  'add s_port 8080',
  'create s_ipportip hash:ip,port,ip family inet',
  'add s_ipportip 10.77.2.2,tcp:80,10.77.1.2',
  'create s_list list:set size 8',
  'add s_list s_port',
  '',
].join('\n');

type Side = 'dst' | 'src';

function clause(r: Random, base: string): string {
  const not = () => (r.chance(0.25) ? '! ' : '');
  const flags = () => r.pick<Side>(['dst', 'src']);
  const options: (() => string)[] = [
    () => `${not()}-s ${r.pick(PREFIXES)}`,
    () => `${not()}-d ${r.pick(PREFIXES)}`,
    () => `${not()}-p ${r.pick(['tcp', 'udp', 'icmp'])}`,
    () => `-p tcp -m tcp ${not()}--dport ${r.pick(PORTS)}`,
    () => `-p udp -m udp ${not()}--dport ${r.pick(['53', '50:100', '8000:9000'])}`,
    () => `-p tcp -m tcp ${not()}--sport ${r.pick(['40000:49999', '50000:', ':1023'])}`,
    () => `-p tcp -m multiport ${not()}--dports ${r.pick(['80,443', '53,8080', '1:100,30080'])}`,
    () => `-p udp -m multiport ${not()}--ports ${r.pick(['53,80', '8080'])}`,
    () => `-p tcp -m tcp ${not()}--tcp-flags FIN,SYN,RST,ACK ${r.pick(['SYN', 'ACK', 'SYN,ACK'])}`,
    () => `-p icmp -m icmp ${not()}--icmp-type ${r.pick(['8', '0', '8/0', '3/1'])}`,
    () => `-m mark ${not()}--mark ${r.pick(['0x1', '0x4000/0x4000', '0x0/0x4000', '0x2000/0x2000'])}`,
    () => `-m connmark ${not()}--mark ${r.pick(['0x1/0x1', '0x0'])}`,
    () =>
      `-m conntrack ${not()}--ctstate ${r.pick(['NEW', 'ESTABLISHED', 'RELATED,ESTABLISHED', 'INVALID', 'DNAT', 'SNAT', 'NEW,UNTRACKED'])}`,
    () => `-m conntrack ${not()}--ctorigdst ${r.pick(['10.77.2.2', '10.77.1.1', '10.77.2.0/24'])}`,
    () => `-m addrtype ${not()}--dst-type ${r.pick(['LOCAL', 'UNICAST', 'BROADCAST'])}`,
    () => `-m addrtype ${not()}--src-type ${r.pick(['LOCAL', 'UNICAST'])}`,
    () => `-m set ${not()}--match-set s_ip ${flags()}`,
    () => `-m set ${not()}--match-set s_ipport ${flags()},dst`,
    () => `-m set ${not()}--match-set s_net ${flags()}`,
    () => `-m set ${not()}--match-set s_port ${flags()}`,
    () => `-m set ${not()}--match-set s_ipportip dst,dst,src`,
    () => `-m set ${not()}--match-set s_list dst`,
    () => `-m set ${not()}--match-set s_ipport dst`,
    () => `-m iprange ${not()}--dst-range 10.77.1.1-10.77.2.2`,
    () => `-m ttl --ttl-${r.pick(['eq', 'gt', 'lt'])} ${r.pick(['63', '64'])}`,
    () => `-m comment --comment "a 'quoted' \\"remark\\" # ${r.below(9)}"`,
    () => `-m statistic --mode random --probability 0.5`,
    () => `-m physdev ${not()}--physdev-is-in`,
    () => `-m dscp ${not()}--dscp ${r.pick(['0x00', '0x08'])}`,
    () => `-m pkttype ${not()}--pkt-type unicast`,
  ];
  if (!/POSTROUTING|OUTPUT|^post/.test(base))
    options.push(() => `${not()}-i ${r.pick([DEVICES.inside, DEVICES.outside, 'v+', 'lo'])}`);
  if (!/PREROUTING|INPUT|^pre/.test(base))
    options.push(() => `${not()}-o ${r.pick([DEVICES.inside, DEVICES.outside, 'vo+', 'lo'])}`);
  return r.pick(options)();
}

function target(r: Random, table: string, group: string, later: readonly string[]): string {
  const options: string[] = [
    '',
    '',
    '-j RETURN',
    '-j MARK --set-xmark 0x4000/0x4000',
    '-j MARK --set-xmark 0x1/0xffffffff',
    '-j CONNMARK --set-xmark 0x1/0x1',
  ];
  for (const c of later) options.push(`-j ${c}`, `-j ${c}`, `-g ${c}`);
  if (table !== 'nat') options.push('-j ACCEPT', ...(r.chance(0.4) ? ['-j DROP'] : []));
  else options.push('-j ACCEPT');
  if (table === 'filter' && r.chance(0.4))
    options.push('-j REJECT --reject-with icmp-port-unreachable', '-p tcp -j REJECT --reject-with tcp-reset');
  if (table === 'mangle')
    options.push(
      '-j TTL --ttl-set 60',
      '-j TTL --ttl-inc 1',
      '-j DSCP --set-dscp 0x08',
      '-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff',
      '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
    );
  if (table === 'raw' && r.chance(0.15)) options.push('-j CT --notrack');
  if (table === 'nat' && group === 'pre') {
    options.push(
      `-j DNAT --to-destination ${ADDRESSES.server}`,
      `-p tcp -j DNAT --to-destination ${ADDRESSES.server2}:8080`,
      `-p udp -j DNAT --to-destination ${ADDRESSES.server}:5353`,
      '-p tcp -j REDIRECT --to-ports 8080',
    );
  }
  if (table === 'nat' && group === 'post')
    options.push(`-j SNAT --to-source ${ADDRESSES.nodeOutside}`, '-j MASQUERADE', '-j MASQUERADE');
  if (table === 'nat' && group === 'in') options.push(`-j SNAT --to-source ${ADDRESSES.nodeInside}`);
  return r.pick(options);
}

/** How a clause's own `-p` and a target's `-p` are kept from contradicting syntax: iptables takes one -p a rule. */
function ruleText(
  r: Random,
  table: string,
  chain: string,
  group: string,
  later: readonly string[],
  rare: boolean,
): string {
  const parts: string[] = [];
  const count = r.pick([0, 1, 1, 1, 2, 2]);
  for (let i = 0; i < count; i++) {
    const c = rare && r.chance(0.6) ? rareClause(r, chain) : clause(r, chain);
    const option = (text: string) => [...text.matchAll(/(?:^| )(-[spdio]|-m \S+) /g)].map((m) => m[1]);
    if (option(c).some((o) => parts.some((p) => option(p).includes(o)))) continue;
    parts.push(c);
  }
  let t = rare && r.chance(0.4) ? rareTarget(r, table, group) : target(r, table, group, later);
  const own = /^-p (tcp|udp) /.exec(t);
  if (own) {
    const has = parts.find((p) => / ?-p /.test(` ${p}`));
    if (has && !new RegExp(`(^|[^!] )-p ${own[1]}`).test(has)) t = '';
    else if (has) t = t.slice(own[0].length);
  }
  return ['-A', chain, ...parts, ...(t === '' ? [] : [t])].join(' ');
}

const TABLES: Readonly<Record<string, readonly { chain: string; group: string }[]>> = {
  raw: [
    { chain: 'PREROUTING', group: 'pre' },
    { chain: 'OUTPUT', group: 'out' },
  ],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((chain) => ({
    chain,
    group: chain.toLowerCase(),
  })),
  nat: [
    { chain: 'PREROUTING', group: 'pre' },
    { chain: 'INPUT', group: 'in' },
    { chain: 'OUTPUT', group: 'pre' },
    { chain: 'POSTROUTING', group: 'post' },
  ],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => ({ chain, group: 'filter' })),
};

/** A whole rule set for iptables-restore, with the TRACE rules that make the kernel tell. */
export function ruleset(r: Random, rare = false): string {
  const out: string[] = [];
  for (const [table, bases] of Object.entries(TABLES)) {
    if (table !== 'raw' && r.chance(0.15)) continue;
    const groups = [...new Set(bases.map((b) => b.group))];
    const user = new Map(groups.map((g) => [g, Array.from({ length: r.below(4) }, (_, i) => `${g}-${i}`)]));
    out.push(`*${table}`);
    for (const b of bases) out.push(`:${b.chain} ${table === 'filter' && r.chance(0.1) ? 'DROP' : 'ACCEPT'} [0:0]`);
    for (const names of user.values()) for (const n of names) out.push(`:${n} - [0:0]`);
    if (table === 'raw') {
      const fromClient = `-A PREROUTING -i ${DEVICES.inside} -s ${ADDRESSES.client}`;
      out.push(
        `${fromClient} -p tcp --sport 40000:49999 -j TRACE`,
        `${fromClient} -p udp --sport 40000:49999 -j TRACE`,
        `${fromClient} -p icmp --icmp-type 8 -j TRACE`,
      );
      out.push('-A OUTPUT -p tcp --sport 50000:59999 -j TRACE', '-A OUTPUT -p udp --sport 50000:59999 -j TRACE');
    }
    for (const b of bases)
      for (let i = r.below(5); i > 0; i--)
        out.push(ruleText(r, table, b.chain, b.group, user.get(b.group) ?? [], rare));
    for (const [group, names] of user) {
      names.forEach((name, i) => {
        for (let k = r.below(4); k > 0; k--) out.push(ruleText(r, table, name, group, names.slice(i + 1), rare));
      });
    }
    out.push('COMMIT');
  }
  return `${out.join('\n')}\n`;
}

export function packet(r: Random, index: number): SentPacket {
  const from = r.chance(0.75) ? 'client' : 'node';
  // ping picks its own id and cannot be told apart by a source port: only from the client, where everything is traced.
  const proto =
    from === 'client' ? r.pick(['tcp', 'tcp', 'udp', 'udp', 'icmp'] as const) : r.pick(['tcp', 'udp'] as const);
  const dst =
    from === 'client'
      ? r.pick([ADDRESSES.server, ADDRESSES.server, ADDRESSES.server2, ADDRESSES.nodeInside, ADDRESSES.nodeOutside])
      : r.pick([ADDRESSES.server, ADDRESSES.server2, ADDRESSES.client, ADDRESSES.nodeInside, '127.0.0.1']);
  return { from, proto, sport: (from === 'client' ? 40000 : 50000) + index, dst, dport: r.pick(PORTS) };
}
