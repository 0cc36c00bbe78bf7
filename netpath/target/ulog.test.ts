import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './ulog.ts';

targetCases(target, {
  does: [
    { options: '--ulog-nlgroup 1', effect: { kind: 'continue', summary: 'logged' }, packet: { mark: 0, ttl: 64 } },
  ],
  unreadable: [],
});
