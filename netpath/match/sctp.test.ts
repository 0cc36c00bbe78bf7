import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './sctp.ts';

matchCases(match, {
  yes: [['--dport 80', { packet: { protocol: 132 } }]],
  no: ['--dport 80', ['--dport 81', { packet: { protocol: 132 } }]],
  negated: [['! --dport 81', { packet: { protocol: 132 } }, true]],
  unreadable: ['--chunk-types any INIT'],
});
