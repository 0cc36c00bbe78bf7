import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './socket.ts';

const ss = (address: string) => ({
  dumps: [
    `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\ntcp   LISTEN 0      128    ${address}:80    0.0.0.0:*    users:(("nginx",pid=7,fd=3))\n`,
  ],
});

matchCases(match, {
  yes: [
    ['', ss('10.0.0.2')],
    ['--nowildcard', ss('0.0.0.0')],
  ],
  no: [
    ['', ss('0.0.0.0')],
    ['', ss('10.0.0.3')],
    ['', { packet: { protocol: 1, sport: null, dport: null } }],
  ],
  negated: [],
  noNegation: 'its options take none',
  unreadable: ['--colour 1'],
  unknown: ['', ['--transparent', ss('10.0.0.2')], ['', { ...ss('10.0.0.2'), connection: { state: 'established' } }]],
});
