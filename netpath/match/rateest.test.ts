import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './rateest.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--rateest x --rateest-lt --rateest-bps 1000bit'],
});
