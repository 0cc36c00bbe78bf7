import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './synproxy.ts';

targetCases(target, {
  does: [
    { options: '--sack-perm --timestamp --wscale 7 --mss 1460', effect: { kind: 'unknown' } },
    { options: '--mss 1460', given: { packet: { tcpFlags: 4 } }, effect: { kind: 'continue' } },
    { options: '', given: { packet: { protocol: 17 } }, effect: { kind: 'continue' } },
  ],
  unreadable: [],
});
