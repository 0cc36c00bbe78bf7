import { type Given, matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './addrtype.ts';

const LOCAL6: Given = {
  packet: { family: 6, from: 'fd00::9', to: 'fd00::2' },
  dumps: ['[{"type":"local","dst":"fd00::2","dev":"eth0","table":"local","flags":[]}]'],
};

matchCases(match, {
  yes: [
    '--dst-type LOCAL',
    '--src-type UNICAST',
    ['--dst-type BROADCAST', { packet: { to: '10.0.0.255' } }],
    ['--dst-type MULTICAST', { packet: { to: '224.0.0.1' } }],
    '--dst-type LOCAL,BROADCAST',
    '--dst-type LOCAL --limit-iface-in',
    ['--dst-type UNICAST', { packet: { to: '203.0.113.1' } }],
    // IPv6: an address of the node is UNICAST as well as LOCAL (test/kernel/counters.test.ts)
    ['--dst-type UNICAST', LOCAL6],
    ['--dst-type LOCAL', LOCAL6],
  ],
  no: ['--src-type LOCAL', '--dst-type UNICAST', ['--dst-type LOCAL --limit-iface-in', { packet: { inIf: 'eth1' } }]],
  negated: [
    ['! --dst-type LOCAL', {}, false],
    ['! --src-type LOCAL', {}, true],
  ],
  unreadable: ['--dst-type NONSENSE', '--nonsense'],
  unknown: [['--dst-type LOCAL', { dumps: [] }]],
});
