// What a rule of a table of family inet means to packets of the other family: settled on kernel 6.18 by test/kernel/nft.test.ts, "both".
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

const NODE = [
  {
    path: 'addr',
    text: '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","addr_info":[{"family":"inet","local":"192.168.0.1","prefixlen":24,"scope":"global"},{"family":"inet6","local":"fd00::1","prefixlen":64,"scope":"global"}]}]',
  },
  {
    path: 'route',
    text: '[{"dst":"10.0.0.0/8","dev":"eth0","flags":[]},{"dst":"fd01::/64","dev":"eth0","flags":[]},{"dst":"fd00::/64","dev":"eth0","flags":[]},{"dst":"192.168.0.0/24","dev":"eth0","flags":[]}]',
  },
  { path: 'sysctl', text: 'net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n' },
];

/** What the one rule of a prerouting chain does to a packet of each family. */
function verdicts(rule: string, type = 'filter', set = ''): (string | null)[] {
  const text = `table inet t {\n${set}\tchain c {\n\t\ttype ${type} hook prerouting priority ${type === 'nat' ? 'dstnat' : 'raw'}; policy accept;\n\t\t${rule}\n\t}\n}\n`;
  const m = new Machine(readSnapshot([{ path: 'nft-ruleset.txt', text }, ...NODE]));
  return ['tcp 192.168.0.9:40000 > 10.0.0.1:80 in eth0', 'tcp [fd00::9]:40000 > [fd01::1]:80 in eth0'].map((spec) => {
    const p = parsePacketSpec(spec);
    const r = p.ok ? simulate(m, p.value) : null;
    if (!r?.ok) throw new Error('not simulated');
    const step = r.simulation.traces[0]?.steps.find((s) => s.kind === 'rule');
    return step ? (step.verdict ?? 'unknown') : null;
  });
}

describe('a table of family inet', () => {
  test('a reject with a message of one family does not match the other; icmpx and the bare one match both', () => {
    expect(verdicts('reject with icmp host-unreachable')).toEqual(['DROP', null]);
    expect(verdicts('reject with icmpv6 addr-unreachable')).toEqual([null, 'DROP']);
    expect(verdicts('reject with icmpx admin-prohibited')).toEqual(['DROP', 'DROP']);
    expect(verdicts('reject')).toEqual(['DROP', 'DROP']);
  });

  test('nat of one family lets the other pass on; a map that it asks first may end the rule', () => {
    expect(verdicts('dnat ip to 10.0.0.2', 'nat')).toEqual(['ACCEPT', 'CONTINUE']);
    expect(verdicts('dnat ip6 to fd01::2', 'nat')).toEqual(['CONTINUE', 'ACCEPT']);
    expect(verdicts('dnat ip to tcp dport map { 80 : 10.0.0.2 }', 'nat')).toEqual(['ACCEPT', 'CONTINUE']);
    expect(verdicts('dnat ip to tcp dport map { 81 : 10.0.0.2 }', 'nat')).toEqual([null, null]);
  });

  test('adding to a set ends the rule where the packet has no such key', () => {
    const set = '\tset s {\n\t\ttype ipv6_addr\n\t\tflags dynamic\n\t}\n';
    expect(verdicts('add @s { ip6 saddr } accept', 'filter', set)).toEqual([null, 'ACCEPT']);
  });

  test('addresses of a connection are those of one family', () => {
    expect(verdicts('ct original ip daddr != 10.9.9.9 accept', 'nat')).toEqual(['ACCEPT', null]);
    expect(verdicts('ct original ip6 daddr != fd09::9 accept', 'nat')).toEqual([null, 'ACCEPT']);
  });
});
