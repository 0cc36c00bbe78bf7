import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './icmp6.ts';

matchCases(match, {
  yes: [
    ['--icmpv6-type 128', { packet: { protocol: 58, icmpType: 128, icmpCode: 0 } }],
    ['--icmpv6-type echo-request', { packet: { protocol: 58, icmpType: 128, icmpCode: 0 } }],
  ],
  no: [['--icmpv6-type 135', { packet: { protocol: 58, icmpType: 128, icmpCode: 0 } }], '--icmpv6-type 128'],
  negated: [['! --icmpv6-type 135', { packet: { protocol: 58, icmpType: 128, icmpCode: 0 } }, true]],
  unreadable: ['--icmpv6-type nonsense'],
});
