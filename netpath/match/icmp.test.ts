import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './icmp.ts';

matchCases(match, {
  yes: [
    ['--icmp-type 8', { packet: { protocol: 1, icmpType: 8, icmpCode: 0 } }],
    ['--icmp-type 8/0', { packet: { protocol: 1, icmpType: 8, icmpCode: 0 } }],
    ['--icmp-type echo-request', { packet: { protocol: 1, icmpType: 8, icmpCode: 0 } }],
    ['--icmp-type any', { packet: { protocol: 1, icmpType: 3, icmpCode: 1 } }],
  ],
  no: ['--icmp-type 8', ['--icmp-type 3/4', { packet: { protocol: 1, icmpType: 3, icmpCode: 1 } }]],
  negated: [
    ['! --icmp-type 8', { packet: { protocol: 1, icmpType: 8, icmpCode: 0 } }, false],
    ['! --icmp-type 0', { packet: { protocol: 1, icmpType: 8, icmpCode: 0 } }, true],
  ],
  unreadable: ['--icmp-type nonsense'],
});
