import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './hl.ts';

targetCases(target, {
  does: [{ options: '--hl-set 60', effect: { kind: 'continue' }, packet: { ttl: 60 } }],
  unreadable: ['--hl-near 1'],
});
