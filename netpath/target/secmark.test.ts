import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './secmark.ts';

targetCases(target, {
  does: [
    { options: '--selctx x', effect: { kind: 'continue', summary: 'security mark set' }, packet: { mark: 0, ttl: 64 } },
  ],
  unreadable: [],
});
