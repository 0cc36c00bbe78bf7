import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './connlabel.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--label 40'],
});
