// A packet of the node whose mark changes on the way out: which hooks make the kernel look for a route again.
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

const NODE = {
  'ip-addr.json':
    '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24}]},{"ifname":"eth1","addr_info":[{"family":"inet","local":"10.1.0.2","prefixlen":24}]}]',
  'ip-rule.json':
    '[{"priority":0,"src":"all","table":"local"},{"priority":10,"src":"all","fwmark":"0x1","table":"100"},{"priority":32766,"src":"all","table":"main"}]',
  'ip-route.json':
    '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0"},{"dst":"10.0.0.0/24","dev":"eth0"},{"dst":"10.1.0.0/24","dev":"eth1"},{"dst":"default","gateway":"10.1.0.1","dev":"eth1","table":"100"}]',
  'sysctl.txt': 'net.ipv4.ip_forward = 1\n',
};

function leavesBy(rules: string): (string | null)[] {
  const files = Object.entries({ ...NODE, 'rules.txt': rules }).map(([path, text]) => ({ path, text }));
  const spec = parsePacketSpec('tcp 10.0.0.2:40000 > 192.0.2.9:80 local');
  const result = spec.ok ? simulate(new Machine(readSnapshot(files)), spec.value) : spec;
  if (!result.ok) throw new Error(result.message);
  return result.simulation.traces.map((t) => t.to.interface);
}

const iptables = (table: string) =>
  `*${table}\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n`;
const nft = (type: string, priority: number) =>
  `table ip t {\n\tchain out {\n\t\ttype ${type} hook output priority ${priority}; policy accept;\n\t\tmeta mark set 0x1\n\t}\n}\n`;

test.each([
  ['mangle', iptables('mangle'), 'eth1'],
  ['raw', iptables('raw'), 'eth0'],
  ['raw, with a mangle that changes nothing more', iptables('raw') + iptables('mangle'), 'eth0'],
  ['a chain of type route', nft('route', -150), 'eth1'],
  ['a chain of type filter', nft('filter', -150), 'eth0'],
])('a mark of %s', (_, rules, device) => expect(leavesBy(rules)).toEqual([device]));
