import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './mh.ts';

matchCases(match, {
  yes: [],
  no: ['--mh-type 1:3'],
  negated: [['! --mh-type 1', {}, false]],
  unreadable: ['--colour 1'],
  unknown: [['--mh-type 1', { packet: { protocol: 135 } }]],
});
