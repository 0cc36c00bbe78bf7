import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './helper.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--helper ftp'],
});
