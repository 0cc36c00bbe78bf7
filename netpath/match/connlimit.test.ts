import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './connlimit.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--connlimit-above 5 --connlimit-mask 32 --connlimit-saddr'],
});
