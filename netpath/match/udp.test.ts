import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './udp.ts';

matchCases(match, {
  yes: [
    ['--dport 53', { packet: { protocol: 17, dport: 53 } }],
    ['--sport 1:65535', { packet: { protocol: 17 } }],
  ],
  no: ['--dport 80', ['--dport 54', { packet: { protocol: 17, dport: 53 } }]],
  negated: [
    ['! --dport 53', { packet: { protocol: 17, dport: 53 } }, false],
    ['! --dport 54', { packet: { protocol: 17, dport: 53 } }, true],
  ],
  unreadable: ['--dport domain', '--tcp-flags SYN SYN'],
});
