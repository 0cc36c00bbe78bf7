import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './connmark.ts';

targetCases(target, {
  does: [
    {
      options: '--set-xmark 0x1/0x1',
      given: { connection: { mark: 2 } },
      effect: { kind: 'continue' },
      connection: { mark: 3 },
    },
    {
      options: '--save-mark --nfmask 0xff --ctmask 0xff',
      given: { packet: { mark: 0x1ff } },
      effect: { kind: 'continue' },
      connection: { mark: 0xff },
    },
    {
      options: '--restore-mark --nfmask 0xff --ctmask 0xff',
      given: { packet: { mark: 0x100 }, connection: { mark: 0x22 } },
      effect: { kind: 'continue' },
      packet: { mark: 0x122 },
    },
    {
      options: '--restore-mark',
      given: { packet: { mark: 5 }, connection: { mark: 1, attached: false } },
      effect: { kind: 'continue' },
      packet: { mark: 5 },
    },
  ],
  unreadable: ['', '--set-xmark x', '--nonsense 1'],
});
