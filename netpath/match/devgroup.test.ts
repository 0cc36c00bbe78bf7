import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './devgroup.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--src-group 0x1'],
});
