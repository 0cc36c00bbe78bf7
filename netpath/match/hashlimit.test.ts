import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './hashlimit.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--hashlimit-upto 5/sec --hashlimit-name x'],
});
