import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './ttl.ts';

targetCases(target, {
  does: [
    { options: '--ttl-set 60', effect: { kind: 'continue' }, packet: { ttl: 60 } },
    { options: '--ttl-inc 1', effect: { kind: 'continue' }, packet: { ttl: 65 } },
    { options: '--ttl-dec 100', effect: { kind: 'continue' }, packet: { ttl: 0 } },
  ],
  unreadable: ['', '--ttl-near 1', '--ttl-set x'],
});
