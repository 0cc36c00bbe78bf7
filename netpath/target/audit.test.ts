import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './audit.ts';

targetCases(target, {
  does: [{ options: '--type accept', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
