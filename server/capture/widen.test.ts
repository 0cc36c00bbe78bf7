import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { bpfText, parseBpf } from './bpf.ts';
import { type NatPair, natPairs } from './nat-pairs.ts';
import { widen } from './widen.ts';

const rules = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SVC-WEB - [0:0]
:KUBE-SEP-A - [0:0]
:KUBE-SEP-B - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-DN-1 - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A OUTPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.80/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-SVC-WEB
-A KUBE-SVC-WEB -m statistic --mode random --probability 0.5 -j KUBE-SEP-A
-A KUBE-SVC-WEB -j KUBE-SEP-B
-A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 10.244.1.3:8080
-A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 10.244.1.4:8080
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"6c435da9d055db0a477ff6bb35f67ea9af7dbf9a8c1a72919638afbae09b561b\\"" -m multiport --dports 81 -j CNI-DN-1
-A CNI-DN-1 -p tcp -m tcp --dport 81 -j DNAT --to-destination 10.244.1.5:8088
COMMIT
`;
const ipvs = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
UDP  10.96.0.10:53 rr
  -> 10.244.1.6:5353              Masq    1      0          0
`;
const pairs: NatPair[] = natPairs(
  readSnapshot([
    { path: 'iptables-save.txt', text: rules },
    { path: 'ipvsadm-Ln.txt', text: ipvs },
  ]),
);
const uplink = { kind: 'uplink' } as const;
const at = (filter: string, point: { kind: 'uplink' | 'pod' | 'veth' } = uplink, own: string[] = []) =>
  widen(filter, pairs, point, own).filter;

test('rules, node ports, host ports and IPVS give their pairs', () => {
  const said = pairs.map((p) => `${p.protocol} ${p.front.address}:${p.front.port} ${p.back.address}:${p.back.port}`);
  expect(said.sort()).toEqual([
    'tcp 10.96.0.80:80 10.244.1.3:8080',
    'tcp 10.96.0.80:80 10.244.1.4:8080',
    'tcp null:30080 10.244.1.3:8080',
    'tcp null:30080 10.244.1.4:8080',
    'tcp null:81 10.244.1.5:8088',
    'udp 10.96.0.10:53 10.244.1.6:5353',
  ]);
});

test.each([
  ['', ''],
  ['icmp and host 10.244.1.3', 'icmp and host 10.244.1.3'],
  ['host 192.0.2.1', 'host 192.0.2.1'],
  ['host 10.244.1.3', 'host 10.244.1.3 or (host 10.96.0.80 and tcp port 80) or tcp port 30080'],
  [
    'host 10.244.1.3 and tcp port 8080',
    '(host 10.244.1.3 and tcp port 8080) or (host 10.96.0.80 and tcp port 80) or tcp port 30080',
  ],
  ['dst host 10.244.1.5 and dst port 8088', '(dst host 10.244.1.5 and dst port 8088) or tcp dst port 81'],
  ['dst host 10.244.1.5 and dst port 22', 'dst host 10.244.1.5 and dst port 22'],
  ['host 10.244.1.5 and udp', 'host 10.244.1.5 and udp'],
  [
    'src 10.244.1.5 and host 10.244.1.2',
    '(src host 10.244.1.5 and host 10.244.1.2) or (tcp src port 81 and host 10.244.1.2)',
  ],
  ['udp port 53', 'udp port 53 or udp port 5353'],
  ['host 10.244.1.2 and port 81', '(host 10.244.1.2 and port 81) or (tcp port 8088 and host 10.244.1.2)'],
  ['host 10.96.0.80', 'host 10.96.0.80 or (host 10.244.1.3 and tcp port 8080) or (host 10.244.1.4 and tcp port 8080)'],
  ['net 10.244.1.5/32', 'net 10.244.1.5/32 or tcp port 81'],
  ['not port 81', 'not port 81'],
  ['tcp port 81 or arp', '(tcp port 81 or tcp port 8088) or arp'.replace(/[()]/g, '')],
  ['host 10.244.1.2 and not port 53', 'host 10.244.1.2 and not port 53'],
  ['tcp[13] & 2 != 0 and host 10.244.1.3', 'tcp[13] & 2 != 0 and host 10.244.1.3'],
  ['host example.org', 'host example.org'],
  ['port 81 or 53', 'port 81 or tcp port 8088 or port 53 or udp port 5353'],
])('%s on the uplink', (filter, expected) => {
  expect(at(filter)).toBe(expected);
});

test('a pod sees itself by its own address', () => {
  expect(at('host 10.244.1.3', { kind: 'veth' }, ['10.244.1.3'])).toBe('host 10.244.1.3');
  expect(at('host 10.244.1.3', { kind: 'veth' }, ['10.244.1.2'])).toContain('10.96.0.80');
  expect(at('host 10.96.0.80', { kind: 'pod' }, ['10.244.1.3'])).toContain('host 10.244.1.3 and tcp port 8080');
});

test('the note says why, or why nothing changed', () => {
  expect(widen('dst host 10.244.1.5', pairs, uplink).note).toContain(
    '10.244.1.5:8088 is port 81 of the node (dnat name: "cbr0" id: "6c435da9d055…"',
  );
  expect(widen('port 22', pairs, uplink).note).toContain('looks the same');
  expect(widen('ether host 0:0:0:0:0:1', pairs, uplink).note).toContain('Passed on as it is');
  expect(widen('port 22', [], uplink).note).toContain('no NAT of this node is known');
});

test('operators bind as in tcpdump: equally, from the left', () => {
  const parsed = parseBpf('port 1 or port 2 and port 3');
  expect(parsed === null ? null : bpfText(parsed)).toBe('(port 1 or port 2) and port 3');
  for (const hostile of [
    '-z /evil.sh',
    '$(id)',
    'port 80; id',
    '((port 80)',
    'port',
    'not',
    '('.repeat(5000),
    'host 1.2.3.4 1.2.3.4',
  ]) {
    expect(parseBpf(hostile)).toBeNull();
  }
});

const tcpdump = spawnSync('tcpdump', ['--version']).status === 0;
describe.skipIf(!tcpdump && process.env['CI'] === undefined)('tcpdump', () => {
  const compiled = (filter: string) => {
    const { status, stdout, stderr } = spawnSync('tcpdump', ['-d', '-n', '-y', 'EN10MB', '--', filter], {
      encoding: 'utf8',
    });
    expect(status, `${filter}: ${stderr}`).toBe(0);
    return stdout;
  };
  test.each([
    'port 1 or port 2 and port 3',
    'host 10.244.1.2 and (tcp port 80 or udp port 53) and not src port 22',
    'port 80 or 443',
    '!icmp && dst 10.0.0.1 || src net 10.0.0.0/8',
    'src or dst host 10.0.0.1',
  ])('reads what we print of %s as it reads the original', (filter) => {
    const parsed = parseBpf(filter);
    if (parsed === null) throw new Error(filter);
    expect(compiled(bpfText(parsed))).toBe(compiled(filter));
  });
  test('compiles what is widened', () => {
    for (const filter of ['host 10.244.1.3', 'net 10.244.0.0/16', 'dst host 10.244.1.3 and dst port 8080'])
      compiled(at(filter));
  });
});

test('nftables of kube-proxy and hostPorts give pairs as well', () => {
  const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../fixtures/nft/services.txt'), 'utf8');
  const found = natPairs(readSnapshot([{ path: 'nft-ruleset.txt', text }]));
  expect(widen('host 10.244.1.3', found, uplink).filter).toBe(
    'host 10.244.1.3 or (host 10.96.0.80 and tcp port 80) or tcp port 30080',
  );
  expect(widen('dst host 10.244.1.5 and dst port 80', found, uplink).filter).toContain('tcp dst port 8080');
});

test('what leaves the node masqueraded is looked for by that address, when more than the address is named', () => {
  const leaving = (filter: string) =>
    widen(filter, [], uplink, [], (address, peer) =>
      address === '10.244.1.3' && peer !== '10.244.2.9' ? '192.0.2.11' : null,
    );
  expect(leaving('host 10.244.1.3 and host 198.51.100.7').filter).toBe(
    '(host 10.244.1.3 and host 198.51.100.7) or (host 192.0.2.11 and host 198.51.100.7)',
  );
  expect(leaving('src host 10.244.1.3 and tcp dst port 443').filter).toBe(
    '(src host 10.244.1.3 and tcp dst port 443) or (src host 192.0.2.11 and tcp dst port 443)',
  );
  expect(leaving('host 10.244.1.3 and host 10.244.2.9').filter).toBe('host 10.244.1.3 and host 10.244.2.9');
  expect(leaving('not host 10.244.1.3 and port 1').filter).toBe('not host 10.244.1.3 and port 1');
  const alone = leaving('host 10.244.1.3');
  expect([alone.filter, alone.note.includes('192.0.2.11')]).toEqual(['host 10.244.1.3', true]);
});
