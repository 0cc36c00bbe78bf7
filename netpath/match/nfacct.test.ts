import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './nfacct.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--nfacct-name obj'],
});
