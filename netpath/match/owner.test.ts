import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './owner.ts';

matchCases(match, {
  yes: [],
  no: ['--uid-owner 0', ['--uid-owner 0', { packet: { inIf: null, physIn: 'veth1' } }]],
  negated: [['! --uid-owner 0', {}, false]],
  unreadable: [],
  unknown: [['--uid-owner 0', { packet: { inIf: null } }]],
});
