import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './checksum.ts';

targetCases(target, {
  does: [{ options: '--checksum-fill', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
