import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './trace.ts';

targetCases(target, {
  does: [{ options: '', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
