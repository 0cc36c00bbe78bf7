import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './tcpmss.ts';

matchCases(match, {
  yes: [],
  no: [['--mss 1400:1500', { packet: { protocol: 17 } }]],
  negated: [['! --mss 1400', { packet: { protocol: 17 } }, false]],
  unreadable: ['--mss big', '--colour 1'],
  unknown: ['--mss 1400:1500'],
});
