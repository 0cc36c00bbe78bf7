import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './redirect.ts';

targetCases(target, {
  does: [
    {
      options: '--to-ports 8080',
      effect: {
        kind: 'dnat',
        choices: [{ address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x0a000002 }, port: 8080, randomPort: false } }],
      },
    },
    {
      options: '',
      given: { hook: 'OUTPUT' },
      effect: {
        kind: 'dnat',
        choices: [{ address: { ip: { family: 4, a: 0, b: 0, c: 0, d: 0x7f000001 }, port: null, randomPort: false } }],
      },
    },
    { options: '', given: { dumps: [] }, effect: { kind: 'unknown' } },
  ],
  unreadable: ['--to-ports http'],
});
