import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './state.ts';

matchCases(match, {
  yes: [
    '--state NEW',
    ['--state ESTABLISHED,RELATED', { connection: { state: 'established' } }],
    ['--state INVALID', { connection: { attached: false } }],
  ],
  no: ['--state ESTABLISHED'],
  negated: [['! --state NEW', {}, false]],
  unreadable: ['--nonsense NEW'],
});
