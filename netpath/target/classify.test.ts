import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './classify.ts';

targetCases(target, {
  does: [{ options: '--set-class 1:1', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
