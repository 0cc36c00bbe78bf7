import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './masquerade.ts';

targetCases(target, {
  does: [
    {
      options: '',
      given: { packet: { outIf: 'eth0' } },
      effect: {
        kind: 'snat',
        address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000002 }, port: null, randomPort: false },
      },
    },
    {
      options: '--random-fully',
      given: { packet: { outIf: 'eth0' } },
      effect: {
        kind: 'snat',
        address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000002 }, port: null, randomPort: true },
      },
    },
    { options: '', effect: { kind: 'unknown' } },
    { options: '', given: { packet: { outIf: 'eth0' }, dumps: [] }, effect: { kind: 'unknown' } },
  ],
  unreadable: ['--nonsense'],
});
