import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './quota.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--quota 1000'],
});
