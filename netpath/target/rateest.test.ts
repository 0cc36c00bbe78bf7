import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './rateest.ts';

targetCases(target, {
  does: [
    {
      options: '--rateest-name x',
      effect: { kind: 'continue', summary: 'its rate is estimated' },
      packet: { mark: 0, ttl: 64 },
    },
  ],
  unreadable: [],
});
