import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './multiport.ts';

matchCases(match, {
  yes: ['--dports 80,443', '--dports 1:100', '--sports 40000', '--ports 40000', '--ports 80'],
  no: ['--dports 81,82', '--sports 80', ['--dports 80', { packet: { protocol: 1, sport: null, dport: null } }]],
  negated: [
    ['! --dports 80', {}, false],
    ['! --dports 81', {}, true],
    ['! --dports 81', { packet: { protocol: 1, sport: null, dport: null } }, false],
  ],
  unreadable: ['--dports http', '--nonsense 1'],
});
