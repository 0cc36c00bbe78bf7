import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './mark.ts';

targetCases(target, {
  does: [
    {
      options: '--set-xmark 0x4000/0x4000',
      given: { packet: { mark: 1 } },
      effect: { kind: 'continue' },
      packet: { mark: 0x4001 },
    },
    {
      options: '--set-xmark 0x4000/0x0',
      given: { packet: { mark: 0x4001 } },
      effect: { kind: 'continue' },
      packet: { mark: 1 },
    },
    {
      options: '--set-xmark 0x1/0xffffffff',
      given: { packet: { mark: 0xff00 } },
      effect: { kind: 'continue' },
      packet: { mark: 1 },
    },
    {
      options: '--or-mark 0x80000000',
      given: { packet: { mark: 1 } },
      effect: { kind: 'continue' },
      packet: { mark: 0x80000001 },
    },
    {
      options: '--and-mark 0xf',
      given: { packet: { mark: 0xff } },
      effect: { kind: 'continue' },
      packet: { mark: 0xf },
    },
  ],
  unreadable: ['', '--set-xmark x', '--nonsense 1'],
});
