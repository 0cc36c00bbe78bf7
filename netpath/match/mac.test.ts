import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './mac.ts';

matchCases(match, {
  yes: [['--mac-source 02:00:00:00:00:09', { packet: { mac: '02:00:00:00:00:09' } }]],
  no: [
    ['--mac-source 02:00:00:00:00:09', { packet: { mac: '02:00:00:00:00:08' } }],
    ['--mac-source 02:00:00:00:00:09', { packet: { inIf: null } }],
  ],
  negated: [
    ['! --mac-source 02:00:00:00:00:09', { packet: { mac: '02:00:00:00:00:08' } }, true],
    ['! --mac-source 02:00:00:00:00:09', { packet: { inIf: null } }, false],
  ],
  unreadable: ['--nonsense'],
  unknown: ['--mac-source 02:00:00:00:00:09'],
});
