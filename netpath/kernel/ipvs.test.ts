// What IPVS does at LOCAL_IN, in small; test/kernel/ipvs.test.ts holds it against a kernel.
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

const ADDRESSES =
  '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24}]},{"ifname":"kube-ipvs0","addr_info":[{"family":"inet","local":"10.96.0.1","prefixlen":32}]}]';
const ROUTES =
  '[{"dst":"10.0.0.0/24","dev":"eth0"},{"type":"local","dst":"10.0.0.2","dev":"eth0","table":"local"},{"type":"local","dst":"10.96.0.1","dev":"kube-ipvs0","table":"local"}]';

function outcomes(
  services: string,
  packet = 'udp 10.0.0.9:4000 > 10.96.0.1:53 in eth0',
  more: Record<string, string> = {},
) {
  const files = {
    'ip-addr.json': ADDRESSES,
    'ip-route.json': ROUTES,
    'ipvsadm-Sn.txt': services,
    'sysctl.txt': 'net.ipv4.ip_forward = 1\nnet.ipv4.vs.conntrack = 1\n',
    ...more,
  };
  const machine = new Machine(readSnapshot(Object.entries(files).map(([path, text]) => ({ path, text }))));
  const spec = parsePacketSpec(packet);
  const result = spec.ok ? simulate(machine, spec.value) : spec;
  if (!result.ok) throw new Error(result.message);
  return result.simulation.traces.map((t) => `${t.disposition.kind} ${t.finalDestination}`);
}

test('a real server of port 0 keeps the port that the packet came for', () => {
  expect(outcomes('-A -u 10.96.0.1:0 -s rr -p 300\n-a -u 10.96.0.1:0 -r 10.0.0.5:0 -m -w 1\n')).toEqual([
    'leavesNode 10.0.0.5:53',
  ]);
});

test.each([
  ['rr', ['10.0.0.6:53', '10.0.0.7:53'], false],
  ['sh', ['10.0.0.6:53', '10.0.0.7:53'], true],
  ['fo', ['10.0.0.7:53'], false],
  ['ovf', ['10.0.0.6:53', '10.0.0.7:53'], true],
])(
  '%s picks from those with weight; sh and ovf may also fall on one that takes nothing',
  (scheduler, servers, refused) => {
    const service = '-u 10.96.0.1:53';
    const lines = [0, 1, 3].map((w, i) => `-a ${service} -r 10.0.0.${5 + i}:53 -m -w ${w}\n`).join('');
    const got = outcomes(`-A ${service} -s ${scheduler}\n${lines}`);
    const wanted = servers.map((s) => `leavesNode ${s}`);
    expect(got).toEqual(refused ? [...wanted, 'rejected 10.96.0.1:53'] : wanted);
  },
);

const LNC = (state: string, real: string, proto = 'UDP') =>
  `IPVS connection entries\npro expire state       source             virtual            destination\n${proto} 04:00  ${state}        10.0.0.9:4000      10.96.0.1:53       ${real}:53\n`;
const ONE = (proto: string) => `-A -${proto} 10.96.0.1:53 -s rr\n-a -${proto} 10.96.0.1:53 -r 10.0.0.5:53 -m -w 1\n`;

test('a connection to a real server that was removed is dropped silently', () => {
  expect(outcomes(ONE('u'), undefined, { 'ipvsadm-Lnc.txt': LNC('UDP', '10.0.0.6') })).toEqual([
    'dropped 10.96.0.1:53',
  ]);
  expect(outcomes(ONE('u'), undefined, { 'ipvsadm-Lnc.txt': LNC('UDP', '10.0.0.5') })).toEqual([
    'leavesNode 10.0.0.5:53',
  ]);
});

test('a SYN for a closed connection is scheduled anew, unless conn_reuse_mode is 0', () => {
  const syn = 'tcp 10.0.0.9:4000 > 10.96.0.1:53 in eth0';
  const closed = { 'ipvsadm-Lnc.txt': LNC('CLOSE', '10.0.0.6', 'TCP') };
  expect(outcomes(ONE('t'), syn, closed)).toEqual(['leavesNode 10.0.0.5:53']);
  const sysctl = 'net.ipv4.ip_forward = 1\nnet.ipv4.vs.conntrack = 1\nnet.ipv4.vs.conn_reuse_mode = 0\n';
  expect(outcomes(ONE('t'), syn, { ...closed, 'sysctl.txt': sysctl })).toEqual(['dropped 10.96.0.1:53']);
});

test('a real server of another service does not keep the connection of a removed one alive', () => {
  const gone = { 'ipvsadm-Lnc.txt': LNC('UDP', '10.0.0.6').replace('10.0.0.6:53', '10.0.0.6:8080') };
  const dropped = ['dropped 10.96.0.1:53'];
  const other = (service: string, port: number) => `-A ${service} -s rr\n-a ${service} -r 10.0.0.6:${port} -m -w 1\n`;
  expect(outcomes(ONE('u') + other('-f 7', 0), undefined, gone)).toEqual(dropped);
  expect(outcomes(ONE('u') + other('-u 10.96.0.9:53', 8080), undefined, gone)).toEqual(dropped);
  expect(outcomes(ONE('u') + other('-f 7', 8080), undefined, gone)).toEqual(['leavesNode 10.0.0.6:8080']);
});

const persistent = (where: string, more = '') =>
  `-A ${where} -s rr -p 300${more}\n-a ${where} -r 10.0.0.5:0 -m -w 1\n-a ${where} -r 10.0.0.6:8053 -m -w 1\n`;
const template = (proto: string, client: string, virtual: string, real: string) => ({
  'ipvsadm-Lnc.txt': `IPVS connection entries\npro expire state       source             virtual            destination\n${proto} 04:00  NONE        ${client}:0      ${virtual}       ${real}\n`,
});

test.each([
  ['of its network', '-u 10.96.0.1:0', ' -M 255.255.255.0', template('UDP', '10.0.0.0', '10.96.0.1:0', '10.0.0.5:0')],
  ['of a mark, which stands as an address', '-f 7', '', template('IP', '10.0.0.9', '0.0.0.7:0', '10.0.0.5:0')],
])('a persistence template %s pins the client', (_, where, mask, table) => {
  const packet = 'udp 10.0.0.9:4000 > 10.96.0.1:53 in eth0 mark 7';
  expect(outcomes(persistent(where, mask), packet, table)).toEqual(['leavesNode 10.0.0.5:53']);
  // one of another network pins nothing; a server with a port of its own gets that only for the service's port
  const other = { 'ipvsadm-Lnc.txt': table['ipvsadm-Lnc.txt'].replace(/10\.0\.0\.[09]:0/, '10.0.9.0:0') };
  expect(outcomes(persistent(where, mask), packet, other)).toEqual([
    'leavesNode 10.0.0.5:53',
    'leavesNode 10.0.0.6:53',
  ]);
});

test('a template does not pin to a server without weight where expire_quiescent_template says so', () => {
  const services = persistent('-u 10.96.0.1:0').replace('10.0.0.5:0 -m -w 1', '10.0.0.5:0 -m -w 0');
  const table = template('UDP', '10.0.0.9', '10.96.0.1:0', '10.0.0.5:0');
  expect(outcomes(services, undefined, table)).toEqual(['leavesNode 10.0.0.5:53']);
  const sysctl = { 'sysctl.txt': 'net.ipv4.ip_forward = 1\nnet.ipv4.vs.expire_quiescent_template = 1\n' };
  expect(outcomes(services, undefined, { ...table, ...sysctl })).toEqual(['leavesNode 10.0.0.6:53']);
});

test('a mark of IPv4 and the same of IPv6 are two services', () => {
  const services =
    '-A -f 7 -6 -s rr\n-a -f 7 -6 -r [fd00::5]:0 -m -w 1\n-A -f 7 -s rr\n-a -f 7 -r 10.0.0.5:0 -m -w 1\n';
  expect(outcomes(services, 'udp 10.0.0.9:4000 > 10.96.0.1:53 in eth0 mark 7')).toEqual(['leavesNode 10.0.0.5:53']);
});

test('what may be data of FTP goes with its service, if that is persistent', () => {
  const ftp = (more: string) => `-A -t 10.96.0.1:21 -s rr${more}\n-a -t 10.96.0.1:21 -r 10.0.0.5:21 -m -w 1\n`;
  const packet = (port: number) => `tcp 10.0.0.9:4000 > 10.96.0.1:${port} in eth0`;
  expect(outcomes(ftp(' -p 300'), packet(2000))).toEqual(['leavesNode 10.0.0.5:2000']);
  expect(outcomes(ftp(''), packet(2000))).toEqual(['delivered 10.96.0.1:2000']);
  expect(outcomes(ftp(' -p 300'), packet(80))).toEqual(['delivered 10.96.0.1:80']);
  expect(outcomes(ftp(''), packet(21))).toEqual(['leavesNode 10.0.0.5:21']);
});

test('a packet from a real server gets the virtual address of the connection that the table has for it', () => {
  const services = '-A -u 10.96.0.1:53 -s rr\n-a -u 10.96.0.1:53 -r 10.0.0.5:53 -m -w 1\n';
  const files = {
    'ip-addr.json': ADDRESSES,
    'ip-route.json': ROUTES,
    'ipvsadm-Sn.txt': services,
    'sysctl.txt': 'net.ipv4.ip_forward = 1\n',
    'ipvsadm-Lnc.txt': LNC('UDP', '10.0.0.5'),
  };
  const machine = new Machine(readSnapshot(Object.entries(files).map(([path, text]) => ({ path, text }))));
  const source = (packet: string) => {
    const spec = parsePacketSpec(packet);
    const result = spec.ok ? simulate(machine, spec.value) : spec;
    return result.ok ? result.simulation.traces.map((t) => t.source) : result.message;
  };
  expect(source('udp 10.0.0.5:53 > 10.0.0.9:4000 in eth0')).toEqual(['10.96.0.1:53']);
  expect(source('udp 10.0.0.5:53 > 10.0.0.9:4001 in eth0')).toEqual(['10.0.0.5:53']);
});
