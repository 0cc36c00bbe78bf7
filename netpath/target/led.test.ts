import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './led.ts';

targetCases(target, {
  does: [
    { options: '--led-trigger-id ssh', effect: { kind: 'continue', summary: 'blinks' }, packet: { mark: 0, ttl: 64 } },
  ],
  unreadable: [],
});
