import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './realm.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--realm 0x1'],
});
