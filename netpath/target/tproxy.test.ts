import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './tproxy.ts';

const listening =
  'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\ntcp   LISTEN 0      128    127.0.0.1:50080    0.0.0.0:*\n';

targetCases(target, {
  does: [
    {
      options: '--on-port 50080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0xff',
      given: { packet: { mark: 0x4002 }, dumps: [listening] },
      effect: { kind: 'verdict', verdict: 'ACCEPT' },
      packet: { mark: 0x4001, dport: 80, tproxy: { port: 50080 } },
    },
    {
      options: '--on-port 50081 --on-ip 127.0.0.1 --tproxy-mark 0x1/0xff',
      given: { dumps: [listening] },
      effect: { kind: 'verdict', verdict: 'DROP' },
      packet: { mark: 0, tproxy: null },
    },
  ],
  unreadable: ['--on-port http', '--on-ip host', '--on-port 1 --tproxy-mark x'],
});
