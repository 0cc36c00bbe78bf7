// There is no packet with such a header to ask about, so that nothing says yes.
import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './frag.ts';

matchCases(match, {
  yes: [],
  no: ['--fragid 5', ''],
  negated: [['! --fragid 5', {}, false]],
  unreadable: ['--colour 1'],
});
