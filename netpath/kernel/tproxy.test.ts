// TPROXY with its policy route: the packet is delivered to the socket with its addresses unchanged. Tried by hand on kernel 6.18: a transparent
// listener accepts 192.0.2.9:80, a plain one on the same address leaves the client waiting.
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

const SS =
  'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\ntcp   LISTEN 0      128    127.0.0.1:50080    0.0.0.0:*    users:(("envoy",pid=7,fd=3))\n';
const RULES =
  '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 50080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1\nCOMMIT\n';

function outcomes(ss: string) {
  const state = readSnapshot([
    { path: 'rules', text: RULES },
    { path: 'ss.txt', text: ss },
    {
      path: 'addr',
      text: '[{"ifindex":2,"ifname":"v","flags":["UP"],"mtu":1500,"link_type":"ether","addr_info":[{"family":"inet","local":"10.9.0.1","prefixlen":24,"scope":"global"}]}]',
    },
    {
      path: 'route',
      text: '[{"dst":"10.9.0.0/24","dev":"v","flags":[]},{"type":"local","dst":"10.9.0.1","dev":"v","table":"local","flags":[]},{"type":"local","dst":"default","dev":"lo","table":"100","flags":[]}]',
    },
    {
      path: 'rule',
      text: '[{"priority":0,"src":"all","table":"local"},{"priority":32765,"src":"all","fwmark":"0x1","table":"100"},{"priority":32766,"src":"all","table":"main"}]',
    },
    { path: 'sysctl', text: 'net.ipv4.ip_forward = 1\n' },
  ]);
  const p = parsePacketSpec('tcp 10.9.0.2:40000 > 192.0.2.9:80 in v');
  const r = p.ok ? simulate(new Machine(state), p.value) : null;
  if (!r?.ok) throw new Error('not simulated');
  return r.simulation.traces;
}

test('a transparent socket takes it, a plain one does not: both are followed', () => {
  const [taken, dropped] = outcomes(SS);
  expect(taken).toMatchObject({
    disposition: { kind: 'delivered' },
    to: { process: 'envoy' },
    finalDestination: '192.0.2.9:80',
  });
  expect(dropped).toMatchObject({ disposition: { kind: 'dropped' } });
});

test('without a socket there it is dropped for sure', () => {
  expect(outcomes(SS.replace('50080', '50081')).map((t) => t.disposition.kind)).toEqual(['dropped']);
});
