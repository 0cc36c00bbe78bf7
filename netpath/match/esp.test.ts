import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './esp.ts';

const packet = { protocol: 50 };

matchCases(match, {
  yes: [
    ['', { packet }],
    ['--espspi 0:4294967295', { packet }],
  ],
  no: ['', '--espspi 5'],
  negated: [
    ['! --espspi 0:4294967295', { packet }, false],
    ['! --espspi 5', {}, false],
  ],
  unreadable: ['--espspi many', '--colour 1'],
  unknown: [['--espspi 5', { packet }]],
});
