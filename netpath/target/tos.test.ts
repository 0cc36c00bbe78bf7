import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './tos.ts';

targetCases(target, {
  does: [
    {
      options: '--set-tos 0x10/0x3f',
      given: { packet: { tos: 0xff } },
      effect: { kind: 'continue' },
      packet: { tos: 0xd0 },
    },
    {
      options: '--set-tos 0x10',
      given: { packet: { tos: 0xff } },
      effect: { kind: 'continue' },
      packet: { tos: 0x10 },
    },
  ],
  unreadable: ['--set-tos x', '--and-tos 1'],
});
