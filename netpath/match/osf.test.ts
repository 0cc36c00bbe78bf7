import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './osf.ts';

matchCases(match, {
  yes: [],
  no: [
    ['--genre Linux', { packet: { tcpFlags: 16 } }],
    ['--genre Linux', { packet: { protocol: 17 } }],
  ],
  negated: [],
  noNegation: 'never known for a SYN, and no other packet matches',
  unreadable: ['--ttl 1'],
  unknown: ['--genre Linux'],
});
