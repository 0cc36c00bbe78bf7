import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './connsecmark.ts';

targetCases(target, {
  does: [
    {
      options: '--save',
      effect: { kind: 'continue', summary: 'security mark saved or restored' },
      packet: { mark: 0, ttl: 64 },
    },
  ],
  unreadable: [],
});
