import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './recent.ts';

matchCases(match, {
  yes: ['--set --name A --mask 255.255.255.255 --rsource'],
  no: ['! --set --name A'],
  negated: [['! --set --name A', {}, false]],
  unreadable: [],
  unknown: ['--rcheck --seconds 10800 --reap --name A --mask 255.255.255.255 --rsource', '--update --name A --rdest'],
});
