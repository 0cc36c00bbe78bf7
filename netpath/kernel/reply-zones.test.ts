// The answer to a packet whose connection stands in a conntrack zone: only where rules put it into the same zone does it get the virtual
// address back (test/kernel/zones.test.ts shows it on a kernel).
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { answerBy } from './reply.ts';
import { simulate } from './run.ts';

const NODE = {
  'ip-addr.json':
    '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24}]},{"ifname":"eth1","addr_info":[{"family":"inet","local":"10.1.0.2","prefixlen":24}]}]',
  'ip-route.json': '[{"dst":"10.0.0.0/24","dev":"eth0"},{"dst":"10.1.0.0/24","dev":"eth1"}]',
  'sysctl.txt': 'net.ipv4.ip_forward = 1\n',
};

function answerSource(raw: string): string | undefined {
  const rules = `*raw\n:PREROUTING ACCEPT [0:0]\n${raw}\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 10.1.0.9\nCOMMIT\n`;
  const files = Object.entries({ ...NODE, 'rules.txt': rules }).map(([path, text]) => ({ path, text }));
  const m = new Machine(readSnapshot(files));
  const spec = parsePacketSpec('udp 10.0.0.9:40000 > 10.0.0.2:53 in eth0');
  const result = spec.ok ? simulate(m, spec.value) : spec;
  if (!result.ok) throw new Error(result.message);
  const [trace] = result.simulation.traces;
  if (!trace?.crossing) throw new Error('it does not go through');
  return answerBy(m, trace.crossing, 'eth1')[0]?.reply.source;
}

test.each([
  ['no zone', '', '10.0.0.2:53'],
  ['a zone for one device', '-A PREROUTING -i eth0 -j CT --zone 5', '10.1.0.9:53'],
  ['a zone for both devices', '-A PREROUTING -j CT --zone 5', '10.0.0.2:53'],
  ['a zone of the original direction', '-A PREROUTING -i eth0 -j CT --zone-orig 5', '10.0.0.2:53'],
  ['a zone of replies that the answer does not get', '-A PREROUTING -i eth0 -j CT --zone-reply 5', '10.1.0.9:53'],
])('%s', (_, raw, source) => expect(answerSource(raw)).toBe(source));
