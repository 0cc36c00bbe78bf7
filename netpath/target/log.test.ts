import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './log.ts';

targetCases(target, {
  does: [{ options: '--log-prefix "x "', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
