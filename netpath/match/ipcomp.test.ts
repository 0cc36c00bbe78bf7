import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ipcomp.ts';

const packet = { protocol: 108 };

matchCases(match, {
  yes: [
    ['', { packet }],
    ['--ipcompspi 0:4294967295', { packet }],
  ],
  no: ['', '--ipcompspi 5'],
  negated: [
    ['! --ipcompspi 0:4294967295', { packet }, false],
    ['! --ipcompspi 5', {}, false],
  ],
  unreadable: ['--ipcompspi many', '--colour 1'],
  unknown: [['--ipcompspi 5', { packet }]],
});
