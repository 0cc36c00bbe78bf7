import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './snat.ts';

targetCases(target, {
  does: [
    {
      options: '--to-source 10.0.0.9',
      effect: {
        kind: 'snat',
        address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000009 }, port: null, randomPort: false },
      },
    },
    {
      options: '--to-source 10.0.0.9 --random-fully',
      effect: {
        kind: 'snat',
        address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000009 }, port: null, randomPort: true },
      },
    },
    {
      options: '--to-source 10.0.0.9:1000-2000',
      effect: {
        kind: 'snat',
        address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000009 }, port: null, randomPort: true },
      },
    },
    { options: '--to-source 10.0.0.9-10.0.0.10', effect: { kind: 'unknown' } },
  ],
  unreadable: ['', '--to-source nonsense'],
});
