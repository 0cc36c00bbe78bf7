import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

function endings(rule: string, spec = 'tcp 10.0.0.1:40000 > 10.0.0.2:80 local'): string[] {
  const rules = `table ip t {\n  chain o {\n    type filter hook output priority 0; policy accept;\n    ${rule}\n  }\n}\n`;
  const state = readSnapshot([
    { path: 'nft', text: rules },
    {
      path: 'ip-addr.json',
      text: '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24}]}]',
    },
    { path: 'ip-route.json', text: '[{"dst":"10.0.0.0/24","dev":"eth0","flags":[]}]' },
  ]);
  const parsed = parsePacketSpec(spec);
  const result = parsed.ok ? simulate(new Machine(state), parsed.value) : parsed;
  if (!result.ok || !('simulation' in result)) throw new Error('not simulated');
  return result.simulation.traces.map((t) => t.disposition.kind).sort();
}

test('two != on fields side by side: certain where both agree, both ways where they do not', () => {
  expect(endings('tcp sport != 1 tcp dport != 2 drop')).toEqual(['dropped']);
  expect(endings('tcp sport != 40000 tcp dport != 80 drop')).toEqual(['leavesNode']);
  expect(endings('tcp sport != 40000 tcp dport != 81 drop')).toEqual(['dropped', 'leavesNode']);
  expect(endings('tcp dport != 81 tcp sport != 40000 drop')).toEqual(['dropped', 'leavesNode']);
  expect(endings('ip ttl != 64 ip protocol != udp drop')).toEqual(['dropped', 'leavesNode']);
});

test('others are compared each for itself', () => {
  expect(endings('ip saddr != 10.0.0.1 ip daddr != 10.0.0.9 drop')).toEqual(['leavesNode']);
  expect(endings('tcp sport != 40000 tcp dport 80 drop')).toEqual(['leavesNode']);
  expect(endings('tcp sport != 1 tcp dport != 2 drop', 'udp 10.0.0.1:40000 > 10.0.0.2:80 local')).toEqual([
    'leavesNode',
  ]);
});
