import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './cpu.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--cpu 1'],
});
