import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ipv6header.ts';

matchCases(match, {
  yes: [],
  no: ['--header dst,ipv6-frag --soft', '--header hop-by-hop'],
  negated: [['! --header frag', {}, true]],
  unreadable: ['--soft', '--colour 1'],
  unknown: ['--header proto'],
});
