import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './hmark.ts';

const all = '--hmark-tuple src,dst,sport,dport,proto --hmark-mod 4096 --hmark-rnd 0xcafe --hmark-offset 100';

// The kernel makes the same marks: test/kernel/differential.test.ts, rare ones.
targetCases(target, {
  does: [
    { options: all, effect: { kind: 'continue' }, packet: { mark: 1803 } },
    {
      options: all,
      // the answer has the same mark
      given: { packet: { from: '10.0.0.2', to: '10.0.0.1', sport: 80, dport: 40000 } },
      effect: { kind: 'continue' },
      packet: { mark: 1803 },
    },
    {
      options: '--hmark-tuple ct,src --hmark-mod 16',
      given: { connection: { attached: false }, packet: { mark: 7 } },
      effect: { kind: 'continue' },
      packet: { mark: 7 },
    },
    {
      options: '--hmark-spi-mask 0xffffffff --hmark-mod 16',
      given: { packet: { protocol: 50, sport: null, dport: null } },
      effect: { kind: 'unknown' },
    },
  ],
  unreadable: ['--hmark-tuple src', '--hmark-tuple src --hmark-mod x', '--hmark-src-prefix all --hmark-mod 5'],
});
