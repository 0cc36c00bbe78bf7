import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ttl.ts';

matchCases(match, {
  yes: ['--ttl-eq 64', '--ttl-lt 65', '--ttl-gt 63'],
  no: ['--ttl-eq 63', '--ttl-gt 64'],
  negated: [['! --ttl-eq 63', {}, true]],
  unreadable: ['--ttl-eq x', '--ttl-near 3'],
});
