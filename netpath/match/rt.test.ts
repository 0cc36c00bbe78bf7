// There is no packet with such a header to ask about, so that nothing says yes.
import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './rt.ts';

matchCases(match, {
  yes: [],
  no: ['--rt-type 0', ''],
  negated: [['! --rt-type 0', {}, false]],
  unreadable: ['--colour 1'],
});
