// There is no packet with such a header to ask about, so that nothing says yes.
import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './srh.ts';

matchCases(match, {
  yes: [],
  no: ['--srh-tag 1', ''],
  negated: [['! --srh-tag 1', {}, false]],
  unreadable: ['--colour 1'],
});
