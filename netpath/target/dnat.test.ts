import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './dnat.ts';

targetCases(target, {
  does: [
    {
      options: '--to-destination 10.0.0.9:8080',
      effect: {
        kind: 'dnat',
        choices: [{ address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000009 }, port: 8080, randomPort: false } }],
      },
    },
    {
      options: '--to-destination 10.0.0.9',
      effect: {
        kind: 'dnat',
        choices: [{ address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000009 }, port: null, randomPort: false } }],
      },
    },
    {
      options: '--to-destination :8080',
      effect: { kind: 'dnat', choices: [{ address: { ip: null, port: 8080, randomPort: false } }] },
    },
    {
      options: '--to-destination 10.0.0.9-10.0.0.10',
      effect: {
        kind: 'dnat',
        choices: [
          { address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000009 }, port: null, randomPort: false } },
          { address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a00000a }, port: null, randomPort: false } },
        ],
      },
    },
  ],
  unreadable: ['', '--to-destination nonsense', '--to-destination 10.0.0.9-10.9.0.0'],
});
