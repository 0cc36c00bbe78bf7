import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './nflog.ts';

targetCases(target, {
  does: [{ options: '--nflog-group 1', effect: { kind: 'continue', summary: null }, packet: { mark: 0, ttl: 64 } }],
  unreadable: [],
});
