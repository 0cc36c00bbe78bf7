import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './tcpoptstrip.ts';

targetCases(target, {
  does: [
    {
      options: '--strip-options timestamp',
      effect: { kind: 'continue', summary: 'TCP options stripped' },
      packet: { mark: 0, ttl: 64 },
    },
  ],
  unreadable: [],
});
