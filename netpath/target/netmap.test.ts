import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './netmap.ts';

targetCases(target, {
  does: [
    {
      options: '--to 192.168.7.0/24',
      effect: {
        kind: 'dnat',
        choices: [{ address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0xc0a80702 }, port: null, randomPort: false } }],
      },
    },
    {
      options: '--to 192.168.7.0/24',
      given: { hook: 'POSTROUTING' },
      effect: {
        kind: 'snat',
        address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0xc0a80701 }, port: null, randomPort: false },
      },
    },
  ],
  unreadable: ['', '--to nonsense'],
});
