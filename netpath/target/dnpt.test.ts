import { parseIp } from '../../parsers/core/address.ts';
import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './dnpt.ts';

// The example of RFC 6296, section 3.5, and one without a word to take the difference. The kernel: test/kernel/npt.test.ts
targetCases(target, {
  does: [
    {
      options: '--src-pfx fd01:203:405::/48 --dst-pfx 2001:db8:1::/48',
      given: { packet: { family: 6, to: 'fd01:203:405:1::1234' } },
      effect: { kind: 'continue' },
      packet: { dst: parseIp('2001:db8:1:d550::1234') },
    },
    {
      options: '--src-pfx fd01:203:405:1::/64 --dst-pfx 2001:db8:1:2::/64',
      given: { packet: { family: 6, to: 'fd01:203:405:1:ffff:ffff:ffff:ffff' } },
      effect: { kind: 'verdict', verdict: 'DROP' },
    },
  ],
  unreadable: [
    '--src-pfx fd00::/65 --dst-pfx fd01::/64',
    '--src-pfx fd00::/48',
    '--src-pfx 10.0.0.0/8 --dst-pfx fd01::/64',
  ],
});
