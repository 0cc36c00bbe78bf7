import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './dscp.ts';

targetCases(target, {
  does: [
    { options: '--set-dscp 0x08', given: { packet: { tos: 3 } }, effect: { kind: 'continue' }, packet: { tos: 0x23 } },
  ],
  unreadable: ['--set-dscp x', '--set-dscp-class EF'],
});
