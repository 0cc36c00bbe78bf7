import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './bpf.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--bytecode "1,6 0 0 1"'],
});
