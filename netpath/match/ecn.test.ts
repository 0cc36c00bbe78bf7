import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ecn.ts';

matchCases(match, {
  yes: [
    '--ecn-ip-ect 0',
    ['--ecn-ip-ect 2', { packet: { tos: 0x22 } }],
    ['--ecn-tcp-ece --ecn-tcp-cwr', { packet: { tcpFlags: 0xc2 } }],
  ],
  no: ['--ecn-ip-ect 1', '--ecn-tcp-ece', ['--ecn-tcp-cwr', { packet: { tcpFlags: 0x42 } }]],
  negated: [
    ['! --ecn-ip-ect 1', {}, true],
    ['! --ecn-tcp-ece', { packet: { tcpFlags: 0x42 } }, false],
  ],
  unreadable: ['--ecn-ip-ect 4', '--ecn-ip-ect x', ''],
});
