import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './tee.ts';

targetCases(target, {
  does: [
    {
      options: '--gateway 10.0.0.9',
      effect: { kind: 'continue', summary: 'a copy goes to 10.0.0.9' },
      packet: { mark: 0, ttl: 64 },
    },
  ],
  unreadable: [],
});
