import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './length.ts';

matchCases(match, {
  yes: ['--length 60', '--length 0:100'],
  no: ['--length 61:'],
  negated: [['! --length 60', {}, false]],
  unreadable: ['--length x'],
  unknown: [['--length 60', { packet: { length: null } }]],
});
