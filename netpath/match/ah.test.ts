import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ah.ts';

const packet = { protocol: 51 };

matchCases(match, {
  yes: [
    ['', { packet }],
    ['--ahspi 0:4294967295', { packet }],
  ],
  no: ['', '--ahspi 5'],
  negated: [
    ['! --ahspi 0:4294967295', { packet }, false],
    ['! --ahspi 5', {}, false],
  ],
  unreadable: ['--ahspi many', '--colour 1'],
  unknown: [['--ahspi 5', { packet }]],
});
