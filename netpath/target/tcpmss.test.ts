import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './tcpmss.ts';

targetCases(target, {
  does: [{ options: '--clamp-mss-to-pmtu', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
