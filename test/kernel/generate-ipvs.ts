// Random IPVS services with the rule sets that stand around them: kube-proxy's chains and ipsets in any state of health, hostPort rules
// before and after them, fwmark services, or wholly random rules.
import { IPSETS, packet, type Random, ruleset, type SentPacket } from './generate.ts';
import { ADDRESSES, DEVICES } from './namespaces.ts';

/** Virtual addresses on kube-ipvs0, and one that may be nowhere. */
export const VIRTUAL = ['10.96.0.1', '10.96.0.10', '192.0.2.7'] as const;
export const SERVERS = [ADDRESSES.server, ADDRESSES.server2, '10.77.2.4', '10.77.2.5'] as const;
const PORTS = [53, 80, 443, 30080] as const;
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sh', 'dh', 'sed', 'nq', 'mh', 'lblc', 'lblcr', 'fo', 'ovf'] as const;
const MARKS = [1, 0x4000, 7] as const;

/**
 * `rare`: schedulers with flags, and rules that ask -m ipvs for more than --ipvs. `ways`: persistence by network, one-packet scheduling,
 * direct routing. Each has seeds of its own.
 */
export type Profile = 'common' | 'rare' | 'ways';

export interface Scenario {
  readonly seed: number;
  readonly family: 4 | 6;
  readonly profile: Profile;
  readonly virtual: readonly string[];
  readonly sysctls: readonly (readonly [string, string])[];
  readonly ipsets: string;
  /** For ipvsadm -R. */
  readonly ipvs: string;
  /** For iptables-restore. */
  readonly rules: string;
  readonly packets: readonly SentPacket[];
}

interface Service {
  readonly protocol: 'tcp' | 'udp' | null;
  readonly address: string;
  readonly port: number;
}

/** Flags of schedulers that have some. */
function flagsOf(r: Random, scheduler: string): string {
  if (scheduler !== 'sh' && scheduler !== 'mh') return '';
  const flags = [`${scheduler}-fallback`, `${scheduler}-port`].filter(() => r.chance(0.5));
  return flags.length === 0 ? '' : ` -b ${flags.join(',')}`;
}

/** A mask of persistence, or one-packet scheduling, which only datagrams have. */
function waysOf(r: Random, protocol: Service['protocol'], persistent: boolean): string {
  if (persistent) return r.chance(0.5) ? ' -M 255.255.255.0' : '';
  return protocol !== 'tcp' && r.chance(0.5) ? ' -o' : '';
}

function services(r: Random, profile: Profile): { lines: string[]; list: Service[] } {
  const lines: string[] = [];
  const list: Service[] = [];
  const seen = new Set<string>();
  for (let n = 2 + r.below(5); n > 0; n--) {
    const byMark = r.chance(0.15);
    const protocol = byMark ? null : r.pick(['tcp', 'tcp', 'udp'] as const);
    const persistent = r.chance(0.25);
    const address = byMark
      ? String(r.pick(MARKS))
      : r.pick([...VIRTUAL, ...VIRTUAL, ADDRESSES.nodeInside, ADDRESSES.nodeOutside, ADDRESSES.server]);
    const port = byMark || (persistent && r.chance(0.2)) ? 0 : r.pick(profile === 'ways' ? [...PORTS, 21] : PORTS);
    const where = protocol === null ? `-f ${address}` : `-${protocol === 'tcp' ? 't' : 'u'} ${address}:${port}`;
    if (seen.has(where)) continue;
    seen.add(where);
    list.push({ protocol, address, port });
    const scheduler = profile === 'rare' ? r.pick(['sh', 'sh', 'mh', 'rr'] as const) : r.pick(SCHEDULERS);
    const flags = profile === 'rare' ? flagsOf(r, scheduler) : '';
    const more = profile === 'ways' ? waysOf(r, protocol, persistent) : '';
    lines.push(`-A ${where} -s ${scheduler}${persistent ? ` -p ${r.pick([60, 300])}` : ''}${more}${flags}`);
    const servers = new Set<string>();
    for (let k = r.below(4); k > 0; k--) {
      const to = r.pick([...SERVERS, ...SERVERS, ADDRESSES.nodeInside, ADDRESSES.client]);
      const masq = r.chance(profile === 'ways' ? 0.7 : 0.9);
      const other = profile === 'ways' && masq && r.chance(0.4); // of a service for all ports, or a mark
      const server = `${to}:${port === 0 ? (other ? 8080 : 0) : masq ? r.pick([port, 8080]) : port}`; // only NAT can change the port
      if (servers.has(server)) continue;
      servers.add(server);
      lines.push(`-a ${where} -r ${server} ${masq ? '-m' : '-g'} -w ${r.pick([0, 1, 1, 1, 2, 5])}`);
    }
  }
  return { lines, list };
}

/** kube-proxy's sets, filled from the services, with some entries missing as after a failed sync. */
function kubeSets(r: Random, list: readonly Service[]): string {
  const lines = [
    'create KUBE-CLUSTER-IP hash:ip,port family inet',
    'create KUBE-EXTERNAL-IP hash:ip,port family inet',
    'create KUBE-LOOP-BACK hash:ip,port,ip family inet',
    'create KUBE-NODE-PORT-TCP bitmap:port range 0-65535',
    'create KUBE-NODE-PORT-UDP bitmap:port range 0-65535',
    'create KUBE-IPVS-IPS hash:ip family inet',
  ];
  for (const s of list) {
    if (s.protocol === null || s.port === 0 || r.chance(0.1)) continue;
    const set = s.address.startsWith('10.96') ? 'CLUSTER-IP' : s.address.startsWith('192') ? 'EXTERNAL-IP' : null;
    if (set) lines.push(`add KUBE-${set} ${s.address},${s.protocol}:${s.port} -exist`);
    else lines.push(`add KUBE-NODE-PORT-${s.protocol.toUpperCase()} ${s.port} -exist`);
    if (set) lines.push(`add KUBE-IPVS-IPS ${s.address} -exist`);
  }
  for (const server of SERVERS) lines.push(`add KUBE-LOOP-BACK ${server},tcp:80,${ADDRESSES.client} -exist`);
  return `${lines.join('\n')}\n`;
}

function some<T>(r: Random, p: number, list: readonly T[]): T[] {
  return list.filter(() => r.chance(p));
}

function shuffled<T>(r: Random, list: readonly T[]): T[] {
  return list
    .map((v) => ({ v, at: r.next() }))
    .sort((a, b) => a.at - b.at)
    .map((x) => x.v);
}

const FROM_CLIENT = `-A PREROUTING -i ${DEVICES.inside} -s ${ADDRESSES.client}`;
/** First packets by their source port, and answers, which come from the port of a service. */
const TRACE = [
  `${FROM_CLIENT} -p tcp --sport 40000:49999 --syn -j TRACE`,
  `${FROM_CLIENT} -p udp --sport 40000:49999 -j TRACE`,
  '-A OUTPUT -p tcp --sport 50000:59999 --syn -j TRACE',
  '-A OUTPUT -p udp --sport 50000:59999 -j TRACE',
  ...['PREROUTING', 'OUTPUT'].flatMap((chain) => [
    `-A ${chain} -p tcp --dport 40000:59999 --tcp-flags SYN,ACK SYN,ACK -j TRACE`,
    `-A ${chain} -p udp --sport 1:32767 --dport 40000:59999 -j TRACE`,
  ]),
];

/** The same rules, traced as TRACE says. */
function traced(rules: string): string {
  const lines = rules.split('\n').filter((l) => !/-j TRACE$/.test(l));
  const raw = lines.indexOf('*raw');
  const after = lines.findIndex((l, i) => i > raw && !l.startsWith(':'));
  return [...lines.slice(0, after), ...TRACE, ...lines.slice(after)].join('\n');
}

function marking(r: Random): string[] {
  const out: string[] = [];
  for (const chain of ['PREROUTING', 'OUTPUT'])
    for (const vip of some(r, 0.4, VIRTUAL))
      out.push(`-A ${chain} -d ${vip}/32 -p ${r.pick(['tcp', 'udp'])} -j MARK --set-xmark ${r.pick(MARKS)}/0xffffffff`);
  return out;
}

function nat(r: Random): string[] {
  const port = r.pick(PORTS);
  const jumps = ['-j KUBE-SERVICES', '-m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT'];
  const inOrder = () => some(r, 0.9, shuffled(r, jumps));
  return [
    ...inOrder().map((j) => `-A PREROUTING ${j}`),
    ...inOrder().map((j) => `-A OUTPUT ${j}`),
    ...some(r, 0.9, ['-A POSTROUTING -j KUBE-POSTROUTING']),
    ...some(r, 0.8, [
      '-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN',
      `-A KUBE-SERVICES ${r.chance(0.5) ? '! -s 10.77.1.0/24 ' : ''}-m set --match-set KUBE-CLUSTER-IP ${r.pick(['dst,dst', 'dst,dst', 'src,dst'])} -j KUBE-MARK-MASQ`,
      '-A KUBE-SERVICES -m set --match-set KUBE-EXTERNAL-IP dst,dst -j KUBE-MARK-MASQ',
      '-A KUBE-SERVICES -m set --match-set KUBE-EXTERNAL-IP dst,dst -m addrtype --dst-type LOCAL -j ACCEPT',
      '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
      '-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
    ]),
    ...some(r, 0.8, [
      '-A KUBE-NODE-PORT -p tcp -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ',
      '-A KUBE-NODE-PORT -p udp -m set --match-set KUBE-NODE-PORT-UDP dst -j KUBE-MARK-MASQ',
    ]),
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    ...some(r, 0.9, [
      '-A KUBE-POSTROUTING -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE',
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      '-A KUBE-POSTROUTING -j MASQUERADE',
    ]),
    `-A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports ${port} -j CNI-DN-1`,
    `-A CNI-DN-1 -p tcp -m tcp --dport ${port} -j DNAT --to-destination ${r.pick(SERVERS)}:8080`,
    ...some(r, 0.4, [`-A CNI-HOSTPORT-DNAT -p udp --dport 53 -j DNAT --to-destination ${r.pick(SERVERS)}:5353`]),
    ...some(r, 0.3, ['-A INPUT -m mark --mark 0x4000/0x4000 -j SNAT --to-source 10.77.1.1']),
  ];
}

function filter(r: Random): string[] {
  return [
    ...shuffled(
      r,
      some(r, 0.4, [
        '-A INPUT -m conntrack --ctstate NEW -j KUBE-IPVS-FILTER',
        `-A INPUT -d ${r.pick(VIRTUAL)}/32 -j ${r.pick(['ACCEPT', 'DROP'])}`,
        '-A INPUT -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
        '-A INPUT -m ipvs --ipvs -j ACCEPT',
        '-A OUTPUT -m ipvs --ipvs -j KUBE-IPVS-OUT-FILTER',
        '-A OUTPUT -m ipvs ! --ipvs -j RETURN',
        '-A FORWARD -m conntrack --ctstate NEW,DNAT -j ACCEPT',
        '-A OUTPUT -m conntrack --ctstate DNAT -j ACCEPT',
        `-A OUTPUT -o ${DEVICES.outside} -s ${ADDRESSES.client}/32 -j ACCEPT`,
        `-A OUTPUT -d ${r.pick(SERVERS)}/32 -m mark --mark 0x4000/0x4000 -j DROP`,
        '-A OUTPUT -m ttl --ttl-eq 63 -j ACCEPT',
      ]),
    ),
    '-A KUBE-IPVS-FILTER -m set --match-set KUBE-CLUSTER-IP dst,dst -j RETURN',
    '-A KUBE-IPVS-FILTER -m set --match-set KUBE-EXTERNAL-IP dst,dst -j RETURN',
    '-A KUBE-IPVS-FILTER -m set --match-set KUBE-IPVS-IPS dst -j REJECT --reject-with icmp-port-unreachable',
    `-A KUBE-IPVS-OUT-FILTER -m mark --mark 0x4000/0x4000 -j ${r.pick(['ACCEPT', 'DROP'])}`,
  ];
}

function table(name: string, chains: readonly string[], rules: readonly string[]): string[] {
  return [`*${name}`, ...chains, ...rules, 'COMMIT'];
}

function kubeRules(r: Random): string {
  const user = (names: readonly string[]) => names.map((n) => `:${n} - [0:0]`);
  const lines = [
    ...table('raw', [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'], []),
    ...table(
      'mangle',
      [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'],
      [
        ...marking(r),
        ...some(r, 0.5, [
          '-A OUTPUT -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff',
          '-A POSTROUTING -m mark --mark 0x4000/0x4000',
          '-A INPUT -j TTL --ttl-set 64',
        ]),
      ],
    ),
    ...table(
      'nat',
      user(['KUBE-SERVICES', 'KUBE-NODE-PORT', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING', 'CNI-HOSTPORT-DNAT', 'CNI-DN-1']),
      nat(r),
    ),
    ...table(
      'filter',
      [`:INPUT ${r.chance(0.2) ? 'DROP' : 'ACCEPT'} [0:0]`, ...user(['KUBE-IPVS-FILTER', 'KUBE-IPVS-OUT-FILTER'])],
      filter(r),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function ipvsMatch(r: Random): string {
  const not = r.chance(0.25) ? '! ' : '';
  return r.pick([
    `${not}--vaddr ${r.pick(['10.96.0.1', '10.96.0.0/16', '192.0.2.7'])}`,
    `${not}--vport ${r.pick(PORTS)}`,
    `${not}--vproto ${r.pick([6, 17])}`,
    `${not}--vmethod ${r.pick(['MASQ', 'GATE'])}`,
    `--vdir ${r.pick(['ORIGINAL', 'REPLY'])}`,
    `--vaddr 10.96.0.0/16 ${not}--vport ${r.pick(PORTS)} --vmethod MASQ`,
  ]);
}

/** kube-proxy's rules, with rules before all others of filter that ask what IPVS did. */
function withIpvsMatches(r: Random): string {
  const asked = ['INPUT', 'OUTPUT', 'OUTPUT', 'OUTPUT', 'OUTPUT'].map(
    (chain) =>
      `-A ${chain} -m ipvs ${ipvsMatch(r)} -j ${r.pick(['MARK --set-xmark 0x8/0x8', 'RETURN', 'ACCEPT', 'DROP'])}`,
  );
  const inMangle = ['OUTPUT', 'POSTROUTING'].map(
    (chain) => `-A ${chain} -m ipvs ${ipvsMatch(r)} -j MARK --set-xmark 0x8/0x8`,
  );
  return kubeRules(r)
    .replace(/^\*mangle\n((?::.*\n)*)/m, (all) => `${all}:POSTROUTING ACCEPT [0:0]\n${inMangle.join('\n')}\n`)
    .replace(/^\*filter\n((?::.*\n)*)/m, (all) =>
      `${all}${asked.join('\n')}\n`.replaceAll('-j MARK --set-xmark 0x8/0x8', '-j LOG'),
    );
}

export function scenario(r: Random, seed: number, packets: number, profile: Profile): Scenario {
  const { lines, list } = services(r, profile);
  const aimed = list.filter((s) => s.protocol !== null);
  const sent = (i: number): SentPacket => {
    const p = packet(r, i);
    const proto = p.proto === 'icmp' ? 'tcp' : p.proto;
    if (r.chance(0.2)) return { ...p, proto };
    const to = aimed.length > 0 && r.chance(0.75) ? r.pick(aimed) : null;
    if (!to?.protocol) return { ...p, proto, dst: r.pick(VIRTUAL) };
    return { ...p, proto: to.protocol, dst: to.address, dport: to.port === 0 ? p.dport : to.port };
  };
  return {
    seed,
    family: 4,
    profile,
    virtual: some(r, 0.85, VIRTUAL),
    sysctls: [
      ['net.ipv4.vs.conntrack', r.chance(0.9) ? '1' : '0'],
      ['net.ipv4.vs.expire_nodest_conn', String(r.below(2))],
      ['net.ipv4.vs.conn_reuse_mode', String(r.below(2))],
    ],
    ipsets: IPSETS + kubeSets(r, list),
    ipvs: `${lines.join('\n')}\n`,
    rules: traced(profile === 'rare' ? withIpvsMatches(r) : r.chance(0.7) ? kubeRules(r) : ruleset(r)),
    packets: Array.from({ length: packets }, (_, i) => sent(i)),
  };
}
