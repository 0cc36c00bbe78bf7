import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ipvs.ts';

matchCases(match, {
  yes: [
    ['--ipvs', { ipvs: true }],
    ['', { ipvs: true }],
  ],
  no: ['--ipvs'],
  negated: [['! --ipvs', {}, true]],
  unreadable: ['--vaddr 10.0.0.2'],
});
