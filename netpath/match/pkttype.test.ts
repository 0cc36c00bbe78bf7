import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './pkttype.ts';

matchCases(match, {
  yes: [
    '--pkt-type unicast',
    ['--pkt-type broadcast', { packet: { to: '10.0.0.255' } }],
    ['--pkt-type multicast', { packet: { to: '224.0.0.1' } }],
  ],
  no: ['--pkt-type broadcast'],
  negated: [['! --pkt-type unicast', {}, false]],
  unreadable: ['--nonsense x'],
  unknown: [['--pkt-type unicast', { dumps: [] }]],
});
