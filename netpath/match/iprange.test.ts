import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './iprange.ts';

matchCases(match, {
  yes: ['--dst-range 10.0.0.1-10.0.0.9', '--src-range 10.0.0.1-10.0.0.1', '--dst-range 10.0.0.2'],
  no: [
    '--dst-range 10.0.0.3-10.0.0.9',
    ['--src-range 10.0.0.1-10.0.0.9', { packet: { family: 6, from: 'fd00::1', to: 'fd00::2' } }],
  ],
  negated: [['! --dst-range 10.0.0.3-10.0.0.9', {}, true]],
  unreadable: ['--dst-range x-y', '--nonsense 1'],
});
