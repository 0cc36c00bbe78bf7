import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './hl.ts';

matchCases(match, {
  yes: ['--hl-eq 64', '--hl-lt 65', '--hl-gt 63'],
  no: ['--hl-eq 63'],
  negated: [['! --hl-eq 63', {}, true]],
  unreadable: ['--hl-eq x'],
});
