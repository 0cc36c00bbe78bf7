import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './set.ts';

matchCases(match, {
  yes: [
    '--match-set hip dst',
    '--match-set hnet src',
    '--match-set ports dst',
    ['--match-set ports dst', { packet: { protocol: 17 } }],
    '--match-set hipport dst,dst',
    '--match-set hip dst --update-counters',
  ],
  no: [
    '--match-set hip src',
    '--match-set hnet dst',
    ['--match-set ports dst', { packet: { protocol: 1, sport: null, dport: null } }],
    '--match-set hipport dst',
    ['--match-set hipport dst,dst', { packet: { protocol: 17 } }],
    ['--match-set hip dst', { packet: { family: 6, from: 'fd00::1', to: 'fd00::2' } }],
  ],
  negated: [
    ['! --match-set hip dst', {}, false],
    ['! --match-set hip src', {}, true],
  ],
  unreadable: [
    '--match-set hip',
    '--match-set hip up',
    '--match-set hip dst --return-nomatch',
    '--match-set hip dst --packets-gt 1',
  ],
  unknown: ['--match-set missing dst', ['--match-set hip dst', { dumps: [] }]],
});
