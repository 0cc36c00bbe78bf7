import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './ecn.ts';

targetCases(target, {
  does: [
    {
      options: '--ecn-tcp-remove',
      effect: { kind: 'continue', summary: 'clears ECN bits of TCP' },
      packet: { mark: 0, ttl: 64 },
    },
  ],
  unreadable: [],
});
