import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './socket.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--transparent'],
});
