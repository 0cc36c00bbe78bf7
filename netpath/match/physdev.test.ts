import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './physdev.ts';

matchCases(match, {
  yes: [
    ['--physdev-is-in', { packet: { physIn: 'veth1' } }],
    ['--physdev-in veth+', { packet: { physIn: 'veth1' } }],
    ['--physdev-is-bridged', { packet: { bridged: true } }],
    ['--physdev-out veth2', { packet: { physOut: 'veth2' } }],
    ['--physdev-is-out', { packet: { physOut: 'veth2' } }],
  ],
  no: ['--physdev-is-in', '--physdev-is-bridged', '--physdev-in veth1'],
  negated: [
    ['! --physdev-is-in', {}, true],
    ['! --physdev-is-in', { packet: { physIn: 'veth1' } }, false],
  ],
  unreadable: ['--nonsense'],
});
