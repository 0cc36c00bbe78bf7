// There is no packet with such a header to ask about, so that nothing says yes.
import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './dst.ts';

matchCases(match, {
  yes: [],
  no: ['--dst-len 8', ''],
  negated: [['! --dst-len 8', {}, false]],
  unreadable: ['--colour 1'],
});
