import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './eui64.ts';

const from = 'fd00::abcd:1ff:fe02:304';

matchCases(match, {
  yes: [['', { packet: { family: 6, from, mac: 'a9:cd:01:02:03:04' } }]],
  no: [['', { packet: { family: 6, from, mac: 'aa:cd:01:02:03:04' } }], ''],
  negated: [],
  noNegation: 'it has no options',
  unreadable: ['--colour 1'],
  unknown: [['', { packet: { family: 6, from } }]],
});
