import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { hostPortsInRules } from './host-ports.ts';
import { nftDnats } from './nft-dnat.ts';

const folder = path.resolve(import.meta.dirname, '../../fixtures/nft');
const stateOf = (text: string, name = 'nft-ruleset.txt') => readSnapshot([{ path: name, text }]);
const printed = (name: string) => stateOf(fs.readFileSync(path.join(folder, name), 'utf8'), name);

test.each(['services.txt', 'services.json'])('%s: services, node ports and hostPorts are found', (name) => {
  const said = nftDnats(printed(name)).map(
    (d) => `${d.table}: ${d.protocol} ${d.address}:${d.port} ${d.to.address}:${d.to.port}`,
  );
  expect(said.sort()).toEqual([
    'ip cni_hostport: tcp 192.168.60.11:8081 10.244.1.5:81',
    'ip cni_hostport: tcp null:8080 10.244.1.5:80',
    'ip cni_hostport: tcp null:8500 10.244.1.9:500',
    'ip cni_hostport: udp null:53 10.244.1.6:5353',
    'ip kube-proxy: tcp 10.96.0.80:80 10.244.1.3:8080',
    'ip kube-proxy: tcp 10.96.0.80:80 10.244.1.4:8080',
    'ip kube-proxy: tcp null:30080 10.244.1.3:8080',
    'ip kube-proxy: tcp null:30080 10.244.1.4:8080',
    'ip kube-proxy: udp 10.96.0.10:53 10.244.1.6:5353',
  ]);
});

test('hostPorts are those of no service', () => {
  const ports = hostPortsInRules(printed('services.txt'));
  expect(ports.map((p) => `${p.protocol} ${p.hostIp} ${p.hostPort} ${p.to}:${p.containerPort}`).sort()).toEqual([
    'tcp 192.168.60.11 8081 10.244.1.5:81',
    'tcp null 8080 10.244.1.5:80',
    'tcp null 8500 10.244.1.9:500',
    'udp null 53 10.244.1.6:5353',
  ]);
});

const table = (chain: string, rest = '') => `table ip t {
${rest}	chain c {
		type nat hook prerouting priority dstnat; policy accept;
${chain}
	}
}
`;

test.each([
  ['a set of ports is several', '\t\ttcp dport { 80, 81 } dnat to 10.0.0.1', ['80 80', '81 81']],
  ['what is refused narrows nothing', '\t\ttcp dport != 80 dnat to 10.0.0.1:1', []],
  ['another port than before is no packet', '\t\ttcp dport 80 tcp dport 81 dnat to 10.0.0.1:1', []],
  ['another protocol is none either', '\t\tmeta l4proto udp tcp dport 81 dnat to 10.0.0.1:1', []],
  ['without a port there is no front', '\t\tmeta l4proto tcp dnat to 10.0.0.1:1', []],
  ['chains that lead in circles end', '\t\tjump c\n\t\ttcp dport 80 dnat to 10.0.0.1:1', ['80 1']],
])('%s', (_name, rules, expected) => {
  expect(nftDnats(stateOf(table(rules))).map((d) => `${d.port} ${d.to.port}`)).toEqual(expected);
});

test('what iptables-nft manages is not read twice, and other families have no hostPorts', () => {
  const rule = '\t\ttcp dport 80 dnat to 10.0.0.1:1';
  const managed = `# Warning: table ip nat is managed by iptables-nft, do not touch!\n${table(rule).replace('ip t', 'ip nat')}`;
  expect(nftDnats(stateOf(managed))).toEqual([]);
  expect(nftDnats(stateOf(table(rule).replace('ip t', 'bridge t')))).toEqual([]);
});
