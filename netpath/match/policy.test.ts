import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './policy.ts';

matchCases(match, {
  yes: ['--dir in --pol none'],
  no: ['--dir in --pol ipsec', '--dir in --pol ipsec --proto esp'],
  negated: [],
  unreadable: ['--pol none', '--dir in', '--dir in ! --pol none', '--dir up --pol none'],
  noNegation: '--dir and --pol cannot be negated, and details of a policy need one',
});
