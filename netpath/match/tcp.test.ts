import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './tcp.ts';

matchCases(match, {
  yes: [
    '--dport 80',
    '--dport 80:90',
    '--dport :100',
    '--sport 40000:',
    '--tcp-flags FIN,SYN,RST,ACK SYN',
    '--syn',
    '--tcp-flags NONE NONE',
  ],
  no: [
    '--dport 81',
    '--sport :1023',
    ['--syn', { packet: { tcpFlags: 18 } }],
    ['--dport 80', { packet: { protocol: 17 } }],
    '--tcp-flags ALL NONE',
  ],
  negated: [
    ['! --dport 80', {}, false],
    ['! --sport :1023', {}, true],
    ['! --syn', {}, false],
    ['! --tcp-flags ALL ACK', {}, true],
  ],
  unreadable: ['--dport http-alt', '--tcp-flags SYN XYZ', '--nonsense 1'],
  unknown: ['--tcp-option 8'],
});
