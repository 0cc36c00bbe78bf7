// Each dump format on a few lines of its own: what is read, and what a bad line gets.
import { describe, expect, test } from 'vitest';
import { ipText, prefixText } from '../core/address.ts';
import { podsOf } from './pods.ts';
import { readSnapshot } from './snapshot.ts';

const read = (text: string, path = 'dump') => readSnapshot([{ path, text }]);
const warningsOf = (text: string) => read(text).files[0]?.warnings.map((w) => `${w.source.line}: ${w.message}`) ?? [];

describe('ipset save', () => {
  const text =
    'create A hash:ip,port family inet hashsize 1024 maxelem 65536\nadd A 10.0.0.1,tcp:80\nadd A 10.0.0.0/8,udp:53 timeout 30 nomatch\n';
  test('sets and entries', () => {
    const set = read(text).ipsets?.get('A');
    expect(set).toMatchObject({ type: 'hash:ip,port', family: 4 });
    expect(set?.entries.map((e) => [e.parts, e.nomatch])).toEqual([
      [['10.0.0.1', 'tcp:80'], false],
      [['10.0.0.0/8', 'udp:53'], true],
    ]);
  });
  test('an entry of a set that was not created', () =>
    expect(warningsOf(`${text}add B 1.2.3.4\n`)).toEqual(['4: set B was not created before this line']));
});

describe('ipvsadm', () => {
  const saved =
    '-A -t 10.96.0.1:443 -s rr -p 600\n-a -t 10.96.0.1:443 -r 10.0.0.1:6443 -m -w 0\n-A -u [fd00::1]:53 -s sh\n-A -f 5 -s wlc\n';
  const listed =
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.96.0.1:443 rr persistent 600\n  -> 10.0.0.1:6443                Masq    0      3          12K       \n';
  test('-Sn', () => {
    const s = read(saved).ipvsServices;
    expect(
      s?.map((x) => [x.protocol, x.address && ipText(x.address), x.port, x.mark, x.scheduler, x.persistence]),
    ).toEqual([
      ['tcp', '10.96.0.1', 443, null, 'rr', 600],
      ['udp', 'fd00::1', 53, null, 'sh', null],
      ['fwm', null, 0, 5, 'wlc', null],
    ]);
    expect(s?.[0]?.servers[0]).toMatchObject({ port: 6443, forward: 'masq', weight: 0 });
  });
  test.each([
    [
      '-Sn',
      '-A -u 10.96.0.1:53 -s rr -p 60 -M 255.255.255.0\n-A -f 7 -6 -s wlc -p 300 -M 64\n-A -u [fd00::1]:53 -s sh -o\n',
    ],
    [
      '-Ln',
      'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\nUDP  10.96.0.1:53 rr persistent 60 mask 255.255.255.0\nFWM  7 IPv6 wlc persistent 300 mask 64\nUDP  [fd00::1]:53 sh ops\n',
    ],
  ])('%s: families of marks, masks of persistence, one-packet scheduling', (_, dump) => {
    const s = read(dump).ipvsServices;
    expect(s?.map((x) => [x.family, x.mark, x.scheduler, x.persistence, x.persistenceBits, x.onePacket])).toEqual([
      [4, null, 'rr', 60, 24, false],
      [6, 7, 'wlc', 300, 64, false],
      [6, null, 'sh', null, 128, true],
    ]);
  });
  test('-Ln alone, and its counts join -Sn in any order', () => {
    expect(read(listed).ipvsServices?.[0]?.servers[0]).toMatchObject({
      activeConnections: 3,
      inactiveConnections: 12000,
    });
    for (const files of [
      [
        { path: 'a', text: saved },
        { path: 'b', text: listed },
      ],
      [
        { path: 'a', text: listed },
        { path: 'b', text: saved },
      ],
    ]) {
      expect(readSnapshot(files).ipvsServices?.[0]?.servers[0]).toMatchObject({ weight: 0, activeConnections: 3 });
    }
  });
  test('--stats and -Lnc', () => {
    const stats =
      'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\nTCP  10.96.0.1:443                       2       10       10      704      952\n';
    expect(read(stats).ipvsStats?.[0]).toMatchObject({ address: '10.96.0.1:443', connections: 2, inPackets: 10 });
    const conns =
      'IPVS connection entries\npro expire state       source             virtual            destination\nTCP 00:33  TIME_WAIT   10.244.1.2:40343   10.96.0.81:9000    10.244.1.3:8080\n';
    expect(read(conns).ipvsConnections?.[0]).toMatchObject({
      protocol: 'tcp',
      state: 'TIME_WAIT',
      clientPort: 40343,
      realPort: 8080,
    });
  });
  test('a kernel without IPVS has no services, which is not the same as no dump', () => {
    expect(read("Can't initialize ipvs: Protocol not available\n").ipvsServices).toEqual([]);
    expect(read('hello').ipvsServices).toBeNull();
  });
  test('a bad line', () => expect(warningsOf(`${saved}-a -t nonsense\n`)[0]).toMatch(/^5: /));
});

describe('conntrack -L', () => {
  const plain =
    'tcp      6 116 TIME_WAIT src=10.0.0.1 dst=10.96.0.80 sport=40580 dport=80 src=10.0.0.5 dst=10.0.0.1 sport=8088 dport=40580 [ASSURED] mark=4 zone=2 use=1';
  test.each([plain, `ipv4     2 ${plain}`])('with and without -o extended', (line) => {
    const e = read(`${line}\n`).conntrack?.[0];
    expect(e).toMatchObject({
      protocol: 6,
      state: 'TIME_WAIT',
      timeout: 116,
      assured: true,
      unreplied: false,
      mark: 4,
      zone: { original: 2, reply: 2 },
    });
    expect(e?.reply).toMatchObject({ sport: 8088, dport: 40580 });
  });
  test('UDP has no state, UNREPLIED stands between the tuples, counters may be there', () => {
    const e = read(
      'udp      17 25 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=53 packets=1 bytes=60 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1 packets=0 bytes=0 mark=0 use=1\n',
    ).conntrack?.[0];
    expect(e).toMatchObject({ protocol: 17, state: null, unreplied: true });
  });
  test('ICMP keeps its id, IPv6 its addresses', () => {
    const e = read(
      'icmpv6   58 29 src=fd00::1 dst=fd00::2 type=128 code=0 id=7 src=fd00::2 dst=fd00::1 type=129 code=0 id=7 mark=0 use=1\n',
    ).conntrack?.[0];
    expect(e?.original.icmpId).toBe(7);
    expect(e && ipText(e.original.src)).toBe('fd00::1');
  });
  test('a bad line', () =>
    expect(warningsOf(`${plain}\ntcp 6 garbage\n`)).toEqual(['2: not a line of conntrack -L: it was not used']));
});

describe('ip -j', () => {
  test('a route with encap keeps its own destination, and the far end of its tunnel', () => {
    // as iproute2 6.1 prints it: two keys "dst" in one object
    const routes = read(
      '[{"type":"unicast","dst":"10.244.2.0/24","encap":"ip","id":7,"src":"0.0.0.0","dst":"192.168.60.12","ttl":0,"tos":0,"gateway":"10.9.9.2","dev":"vx0","flags":[]},{"dst":"fd00:2::/64","encap":"mpls","dst":"100/200","gateway":"fd00::2","dev":"eth0","flags":[]},{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]}]',
    ).host.routes;
    expect(
      routes?.map((r) => [prefixText(r.dst), r.encap?.kind, r.encap?.id, r.encap?.dst && ipText(r.encap.dst)]),
    ).toEqual([
      ['10.244.2.0/24', 'ip', 7, '192.168.60.12'],
      ['fd00:2::/64', 'mpls', null, null],
      ['0.0.0.0/0', undefined, undefined, undefined],
    ]);
    expect(routes?.[0]?.encap?.src).toBeNull();
  });
  test('routes of both families, blackhole and several next hops', () => {
    const routes = read(
      '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]},{"type":"blackhole","dst":"10.1.0.0/16","flags":[]},{"dst":"fd00::/64","dev":"eth0","flags":[],"pref":"medium"},{"dst":"10.2.0.0/16","flags":[],"nexthops":[{"gateway":"10.0.0.2","dev":"eth0","weight":1,"flags":[]},{"gateway":"10.0.0.3","dev":"eth1","weight":2,"flags":[]}]}]',
    ).host.routes;
    expect(routes?.map((r) => [r.type, r.dst.ip.family, r.dst.length, r.nexthops.length])).toEqual([
      ['unicast', 4, 0, 0],
      ['blackhole', 4, 16, 0],
      ['unicast', 6, 64, 0],
      ['unicast', 4, 16, 2],
    ]);
  });
  test('rules in order of priority, with marks printed as hex text', () => {
    const rules = read(
      '[{"priority":32766,"src":"all","table":"main"},{"priority":100,"src":"10.0.0.0","srclen":8,"fwmark":"0x80","fwmask":"0x80","table":"2"},{"priority":0,"src":"all","table":"local"}]',
    ).host.rules;
    expect(rules?.map((r) => [r.priority, r.mark, r.markMask, r.table])).toEqual([
      [0, null, 0xffffffff, 'local'],
      [100, 0x80, 0x80, '2'],
      [32766, null, 0xffffffff, 'main'],
    ]);
  });
  test('a dump cut in the middle gives the items before the cut and says where', () => {
    const state = read('[{"dst":"10.0.0.0/8","dev":"eth0","flags":[]},{"dst":"10.1.0');
    expect(state.host.routes).toHaveLength(1);
    expect(state.files[0]?.warnings[0]?.message).toMatch(/ends inside this item: 1 items before it were used/);
  });
});

describe('ss -lntup', () => {
  const head = 'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n';
  test('address, family, device and process', () => {
    const l = read(
      `${head}tcp   LISTEN 0      4096   127.0.0.53%lo:53   0.0.0.0:*  users:(("systemd-resolve",pid=5,fd=1))\ntcp   LISTEN 0 4096 *:6443 *:* users:(("kube-apiserver",pid=9,fd=7))\nudp   UNCONN 0 0 [::]:68 [::]:*\n`,
    ).host.listeners;
    expect(
      l?.map((x) => [x.protocol, x.address && ipText(x.address), x.family, x.device, x.port, x.process, x.pid]),
    ).toEqual([
      ['tcp', '127.0.0.53', 4, 'lo', 53, 'systemd-resolve', 5],
      ['tcp', null, null, null, 6443, 'kube-apiserver', 9],
      ['udp', null, 6, null, 68, null, null],
    ]);
  });
});

describe('nft list ruleset', () => {
  const text =
    'table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tcounter packets 1 bytes 60 jump X\n\t}\n\tchain X {\n\t\tip daddr { 10.0.0.1, 10.0.0.2 } accept\n\t}\n}\ntable inet mine {\n\tchain early {\n\t\ttype filter hook input priority filter - 5; policy drop;\n\t\tct state { established } accept\n\t\tiif "lo" accept\n\t}\n}\n';
  test('tables, base chains, priorities by name, native rules counted', () => {
    const nft = read(text).nft;
    expect(nft?.tables.map((t) => [t.family, t.name, t.managedByIptables])).toEqual([
      ['ip', 'nat', true],
      ['inet', 'mine', false],
    ]);
    expect(nft?.baseChains.map((c) => [c.table, c.name, c.hook, c.priority, c.policy, c.ruleCount])).toEqual([
      ['nat', 'PREROUTING', 'prerouting', -100, 'accept', 1],
      ['mine', 'early', 'input', -5, 'drop', 2],
    ]);
  });
});

describe('an nftables file by hand', () => {
  test('blocks on one line hide nothing after them', () => {
    const nft = read(
      'table ip t {\n\tset s { type ipv4_addr; flags interval; elements = { 10.0.0.1, 10.0.1.0/24 } }\n\tchain c { type nat hook prerouting priority dstnat; policy accept; ip daddr @s jump d; }\n\tchain d {\n\t\taccept\n\t}\n}\n',
    ).nft;
    const table = nft?.tables[0];
    expect(table?.sets.get('s')).toMatchObject({ types: ['ipv4_addr'] });
    expect(table?.sets.get('s')?.elements).toHaveLength(2);
    expect([...(table?.chains ?? [])].map(([name, c]) => [name, c.rules.map((r) => r.text)])).toEqual([
      ['c', ['ip daddr @s jump d']],
      ['d', ['accept']],
    ]);
    expect(nft?.baseChains.map((b) => [b.name, b.type, b.hook, b.priority, b.policy])).toEqual([
      ['c', 'nat', 'prerouting', -100, 'accept'],
    ]);
  });
});

describe('pods', () => {
  const kube = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    metadata: {},
    items: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'default', name: 'web' },
        spec: { nodeName: 'n1', containers: [{ ports: [{ containerPort: 8080, hostPort: 80 }] }] },
        status: { podIP: '10.0.0.5', phase: 'Running' },
      },
    ],
  });
  const cni = JSON.stringify({
    kind: 'cniCacheV1',
    containerId: 'abc',
    ifName: 'eth0',
    cniArgs: [
      ['K8S_POD_NAMESPACE', 'default'],
      ['K8S_POD_NAME', 'web'],
    ],
    result: {
      cniVersion: '0.4.0',
      interfaces: [
        { name: 'cni0' },
        { name: 'veth1' },
        { name: 'eth0', mac: 'AA:BB:CC:00:00:01', sandbox: '/run/netns/x' },
        { name: 'bwp0a1b2c3d4e5', mac: 'aa:bb:cc:00:00:02' },
      ],
      ips: [{ address: '10.0.0.5/24' }],
    },
  });
  test('facts of several sources make one pod', () => {
    const pods = podsOf(
      readSnapshot([
        { path: 'k', text: kube },
        { path: 'c', text: cni },
        { path: 'p', text: 'netns-x veth1 10.0.0.5/24 web\n' },
      ]),
    );
    expect(pods).toHaveLength(1);
    expect(pods[0]).toMatchObject({
      id: 'default/web',
      hostInterface: 'veth1',
      netns: 'x',
      mac: 'aa:bb:cc:00:00:01',
      node: 'n1',
    });
    expect(pods[0]?.hostPorts).toEqual([{ hostIp: null, hostPort: 80, containerPort: 8080, protocol: 'tcp' }]);
  });
});

test('sysctl, uname, iptables -V', () => {
  const state = readSnapshot([
    { path: 'a', text: 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0/1.rp_filter = 2\n' },
    { path: 'b', text: 'Linux node-1 6.1.0-56-amd64 #1 SMP x86_64 GNU/Linux\n' },
    { path: 'c', text: 'iptables v1.8.9 (nf_tables)\n' },
  ]);
  expect(state.sysctl?.get('net.ipv4.ip_forward')?.value).toBe('1');
  expect(state.kernel).toMatchObject({ hostname: 'node-1', major: 6, minor: 1 });
  expect(state.iptablesBackend).toBe('nf_tables');
});

describe('conntrack -E', () => {
  const text =
    '[1795538703.129018]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT src=10.244.1.2 dst=10.96.0.1 sport=45536 dport=443 [UNREPLIED] src=10.244.1.7 dst=10.244.1.2 sport=6443 dport=45536\n' +
    ' [UPDATE] udp      17 30 src=10.0.0.1 dst=10.0.0.2 sport=5 dport=53 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=5 mark=7\n' +
    '[1795538704.000001]\t[DESTROY] ipv4     2 icmp     1 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=9 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=9\n';
  test('events with their times, and the NAT of each', () => {
    const state = read(text);
    expect(state.files[0]).toMatchObject({ format: 'conntrack-events', warnings: [] });
    expect(state.conntrack).toBeNull();
    expect(
      state.conntrackEvents?.map(({ event, atMs, entry }) => [event, atMs, entry.protocol, entry.state, entry.mark]),
    ).toEqual([
      ['NEW', 1_795_538_703_129.018, 6, 'SYN_SENT', 0],
      ['UPDATE', null, 17, null, 7],
      ['DESTROY', 1_795_538_704_000.001, 1, null, 0],
    ]);
    const reply = state.conntrackEvents?.[0]?.entry.reply;
    expect([reply && ipText(reply.src), reply?.sport]).toEqual(['10.244.1.7', 6443]);
  });
  test('a line that is cut', () =>
    expect(warningsOf(`${text}[1795538705.0000`)).toEqual(['4: not a line of conntrack -E: it was not used']));
});
