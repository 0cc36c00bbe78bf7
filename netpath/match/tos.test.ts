import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './tos.ts';

matchCases(match, {
  yes: ['--tos 0x00', ['--tos 0x10/0x3f', { packet: { tos: 0x50 } }]],
  no: ['--tos 0x10'],
  negated: [['! --tos 0x10', {}, true]],
  unreadable: ['--tos x'],
});
