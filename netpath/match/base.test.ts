import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './base.ts';

matchCases(match, {
  yes: [
    '-s 10.0.0.0/8',
    '-d 10.0.0.2/32',
    '-p tcp',
    '-i eth0',
    '-i eth+',
    '-p all',
    ['-o cni0', { packet: { outIf: 'cni0' } }],
    ['-i +', { packet: { inIf: null } }],
  ],
  no: [
    '-s 10.1.0.0/16',
    '-d 10.0.0.3',
    '-p udp',
    '-i eth1',
    '-i cali+',
    '-o eth0',
    '-f',
    ['-s 10.0.0.0/8', { packet: { family: 6, from: 'fd00::1', to: 'fd00::2' } }],
  ],
  negated: [
    ['! -s 10.0.0.0/8', {}, false],
    ['! -d 10.1.0.0/16', {}, true],
    ['! -p udp', {}, true],
    ['! -i eth0', {}, false],
    ['! -o lo', {}, true],
    ['! -f', {}, true],
  ],
  unreadable: ['-s nonsense', '-p nonsense', '-x 1'],
});
