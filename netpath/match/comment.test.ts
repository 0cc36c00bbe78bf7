import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './comment.ts';

matchCases(match, {
  yes: ['--comment "anything at all"', ''],
  no: [],
  negated: [],
  noNegation: 'a comment is always true',
  unreadable: [],
});
