import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './idletimer.ts';

targetCases(target, {
  does: [
    {
      options: '--timeout 60 --label x',
      effect: { kind: 'continue', summary: 'restarts an idle timer' },
      packet: { mark: 0, ttl: 64 },
    },
  ],
  unreadable: [],
});
