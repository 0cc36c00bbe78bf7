import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './dscp.ts';

matchCases(match, {
  yes: ['--dscp 0x00', ['--dscp 0x08', { packet: { tos: 0x20 } }]],
  no: ['--dscp 0x08'],
  negated: [['! --dscp 0x08', {}, true]],
  unreadable: ['--dscp x', '--dscp-class EF'],
});
