import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './rpfilter.ts';

matchCases(match, {
  yes: [
    '',
    '--loose',
    '--validmark',
    ['--loose', { packet: { from: '10.9.0.1' } }],
    ['--invert', { packet: { from: '10.9.0.1' } }],
  ],
  no: [['', { packet: { from: '10.9.0.1' } }], '--invert', ['', { packet: { from: '10.0.0.2' } }]],
  negated: [],
  noNegation: '--invert stands for it',
  unreadable: ['--nonsense'],
  unknown: [['', { dumps: [] }]],
});
