import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './limit.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--limit 5/sec --limit-burst 10'],
});
