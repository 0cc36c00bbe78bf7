import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './set.ts';

targetCases(target, {
  does: [{ options: '--add-set x src', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
